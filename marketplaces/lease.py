"""The lease of an account: who holds it pulls, and nobody else. All by the database's clock."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from marketplaces.models import Account

SECONDS = 45
#: Renewed this often by whoever holds it.
RENEW_SECONDS = 10


class Fenced(Exception):
    """Somebody else holds the lease by now: nothing more may be written in its name."""


@dataclass(frozen=True, slots=True)
class Lease:
    account_id: int
    token: int

    def keep(self, **facts: Any) -> None:
        """Renew it and write `facts` to the account. Inside a transaction it fences everything else in there."""
        self._write(lease_until=Now() + timedelta(seconds=SECONDS), **facts)

    def give_back(self, **facts: Any) -> None:
        self._write(lease_until=None, **facts)

    def _write(self, **facts: Any) -> None:
        if not Account.objects.filter(pk=self.account_id, lease_token=self.token).update(**facts):
            raise Fenced(_("Another worker pulls this account by now; what this one had fetched comes again."))


def take(account_id: int) -> Lease | None:
    """None while somebody else holds it, and for a paused account."""
    lease = Lease(account_id, secrets.randbits(62))
    taken = Account.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lt=Now()), pk=account_id, paused_at__isnull=True
    ).update(lease_until=Now() + timedelta(seconds=SECONDS), lease_token=lease.token)
    return lease if taken else None
