"""Forms of rows that several people may have open: what one of them saved, another does not overwrite unseen."""

from typing import Any

from django import forms
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext as _

from orders.admin.seen import changed, marks, meanwhile


class WatchedForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own class takes no argument
    """Is refused, with everything still in it, once a fact that it showed is another one.

    Saved inside a transaction: the row stays locked from the comparison on.
    """

    current: "WatchedForm | None" = None  #: as the form would be shown now, where the row was read again

    def facts(self) -> dict[str, Any]:
        """What its reader was shown, by field."""
        facts = {name: self.get_initial_for_field(field, name) for name, field in self.fields.items()}
        return {name: sorted(v.pk for v in value) if _is_rows(value) else value for name, value in facts.items()}

    @property
    def seen(self) -> str:
        """What the page carries, and sends back; nothing while the row is made."""
        return marks((self.current or self).facts()) if self.instance.pk else ""

    def clean(self) -> dict[str, Any] | None:
        if self.instance.pk:
            self._compare(self.data.get("seen", ""))
        return super().clean()

    def _compare(self, seen: str) -> None:
        row = type(self.instance)._base_manager.select_for_update().get(pk=self.instance.pk)
        self.current = type(self)(instance=row)
        facts = self.current.facts()
        if names := changed(facts, seen):
            what = [_told(str(self.fields[name].label), self.fields[name], facts[name]) for name in names]
            self.add_error(None, meanwhile(row, what, seen))


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(entry, Model) for entry in value)


def _told(label: str, field: forms.Field, value: Any) -> str:
    """The field's name, and what it says now where that is a text and no secret."""
    if not isinstance(value, str) or not value or not isinstance(field, (forms.CharField, forms.ChoiceField)):
        return label
    if getattr(field.widget, "input_type", "") == "password" or field.disabled:
        return label
    words = dict(getattr(field, "choices", ())).get(value, value)
    return _("%(field)s: now “%(value)s”") % {"field": label, "value": words}


class Watched:
    """Of an admin: its form is watched, and what nobody changed in it is not written."""

    form: Any = WatchedForm
    change_form_before_template = "orders/admin/seen.html"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Workers, and other people's buttons, write the same row's other columns."""
        columns = {field.name for field in obj._meta.concrete_fields}
        obj.save(update_fields=columns.intersection(form.changed_data) if change else None)
