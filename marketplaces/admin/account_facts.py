"""What an account keeps by name, edited on a page of its own: not over what somebody else saved meanwhile."""

from collections.abc import Callable

from django import forms
from django.db import transaction

from marketplaces.models import Account
from orders.admin.seen import Facts, changed, marks, meanwhile

Kept = dict[str, str]


def seen_of(form: forms.Form, account: Account, column: str) -> str:
    """What the page carries, and sends back."""
    return marks(_facts(form, account, column))


@transaction.atomic
def save(form: forms.Form, account: Account, column: str, *, seen: str, change: Callable[[Kept], Kept]) -> bool:
    """Write what `change` makes of `column`; False, and the form says why, when its reader knew another state."""
    row = Account.objects.select_for_update().get(pk=account.pk)
    if names := changed(_facts(form, row, column), seen):
        form.add_error(None, meanwhile(row, [str(form.fields[name].label) for name in names], seen))
        setattr(account, column, getattr(row, column))
        return False
    Account.objects.filter(pk=row.pk).update(**{column: change(getattr(row, column))})
    return True


def _facts(form: forms.Form, account: Account, column: str) -> Facts:
    kept: Kept = getattr(account, column)
    return {name: kept.get(name, "") for name in form.fields}
