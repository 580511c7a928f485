"""Leases: who holds an account's pulls it, who holds a turn does that job, and nobody else. By the database's clock.

Rows with a token and no advisory locks: PgBouncer in transaction mode would give the lock's session to somebody else.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from marketplaces.models import Account, Turn
from orders.statements import execute

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


#: A killed worker's turn is given to another one after so many seconds.
TURN_SECONDS = 20

TAKE_TURN = """
INSERT INTO marketplaces_turn AS t (name, token, until)
VALUES (%(name)s, %(token)s, statement_timestamp() + make_interval(secs => %(seconds)s))
ON CONFLICT (name) DO UPDATE SET token = excluded.token, until = excluded.until
 WHERE t.until <= statement_timestamp()
"""
TURN_TAKEN = "SELECT 1 FROM marketplaces_turn WHERE name = %(name)s AND until > statement_timestamp()"


@dataclass(frozen=True, slots=True)
class Held:
    """A turn. It fences nothing: jobs that take turns are harmless when they overlap."""

    name: str
    token: int

    def renew(self, seconds: float = TURN_SECONDS) -> bool:
        """False once another worker has it."""
        return self._set(seconds)

    def give_back(self) -> None:
        self._set(0)

    def _set(self, seconds: float) -> bool:
        until = Now() + timedelta(seconds=seconds)
        return bool(Turn.objects.filter(name=self.name, token=self.token).update(until=until))


def is_taken(name: str) -> bool:
    """Does a worker have this turn?"""
    return bool(execute(TURN_TAKEN, name=name))


@contextmanager
def turn(name: str, *, seconds: float = TURN_SECONDS) -> Iterator[Held | None]:
    """One worker at a time for the job `name`: None while another one has the turn."""
    held = Held(name, secrets.randbits(62))
    with connection.cursor() as cursor:
        cursor.execute(TAKE_TURN, {"name": name, "token": held.token, "seconds": seconds})
        taken = cursor.rowcount == 1
    try:
        yield held if taken else None
    finally:
        if taken:
            held.give_back()
