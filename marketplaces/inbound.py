"""pull: bring in what a marketplace has for an account. Commit, then acknowledge: a crash repeats, it never loses."""

import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, wait
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from marketplaces import lease as leases
from marketplaces import receiving
from marketplaces.adapter import Fetched
from marketplaces.connection import connect
from marketplaces.crossing import Reached
from marketplaces.drain import Arrival, Drain
from marketplaces.errors import MarketplaceError, Throttled, Unauthorized, Unavailable
from marketplaces.lease import Fenced, Lease
from marketplaces.models import Account
from marketplaces.receiving import Stored

logger = logging.getLogger(__name__)

#: One run; far below the marketplaces' leases and the broker's visibility timeout.
SECONDS = 50.0
BATCH = 100
#: Seconds: a pull has time to wait for its turn under the rate limit.
PATIENCE = 20.0


@dataclass(slots=True, kw_only=True)
class Pulled:
    """What one pull did. `error` is a sentence; "" when the marketplace was emptied or the time was up."""

    fetched: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0  #: the same again, or older than what we hold
    quarantined: int = 0
    acknowledged: int = 0
    error: str = ""


def due_accounts(connector: str) -> list[int]:
    """Ids of the connector's accounts that may be pulled now. One whose credentials are broken stops no other."""
    accounts = Account.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lt=Now()),
        Q(pull_after__isnull=True) | Q(pull_after__lte=Now()),
        paused_at__isnull=True,
        connector=connector,
    )
    return list(accounts.values_list("pk", flat=True))


def pull(account: Account, *, seconds: float = SECONDS) -> Pulled:
    """Fetch for at most `seconds`, commit in batches, acknowledge what is committed.

    An account that is paused or being pulled already is left alone. What went wrong stands in the result and in
    `account.last_error`; a refusal of the credentials pauses the account. Anything but a MarketplaceError is a bug or
    a lost database: it is raised, and what was not committed comes again.
    """
    lease = leases.take(account.pk)
    if lease is None:
        return Pulled(error=_("The account is paused, or somebody else is pulling it."))
    try:
        prepared = _Pull(Account.objects.select_related("channel").get(pk=account.pk), lease, seconds)
    except Exception as error:
        # A connector that cannot start, or credentials that nobody can decrypt.
        lease.give_back(last_error=str(error))
        raise
    return prepared.run()


class _Pull:
    def __init__(self, account: Account, lease: Lease, seconds: float) -> None:
        self.account = account
        self.lease = lease
        self.kept_at = time.monotonic()
        self.result = Pulled()
        self.drain = Drain(connect(account, patience=PATIENCE), account.cursor, seconds=seconds)

    def run(self) -> Pulled:
        self.drain.start()
        try:
            for batch in self._batches():
                self._store(batch)
                self.drain.committed(batch)
            self._await(self.drain.finish())
            self._conclude()
        except Fenced as error:
            self.result.error = str(error)
        finally:
            # However this ended: no more is fetched, and what was committed is still acknowledged.
            self.drain.finish()
            self.result.acknowledged = self.drain.acknowledged
            self._log()
        return self.result

    def _batches(self) -> Iterator[list[Arrival]]:
        while (batch := self.drain.take(BATCH, wait=1)) is not None:
            self._renew()
            if batch:
                yield batch

    def _await(self, acknowledging: Future[None]) -> None:
        while wait([acknowledging], timeout=1).not_done:
            self._renew()

    def _renew(self) -> None:
        if time.monotonic() - self.kept_at > leases.RENEW_SECONDS:
            self._keep()

    def _keep(self, **facts: Any) -> None:
        self.lease.keep(**facts)
        self.kept_at = time.monotonic()

    def _store(self, batch: Sequence[Arrival]) -> None:
        orders = [arrival.fetched for arrival in batch if isinstance(arrival.fetched, Fetched)]
        reached = [arrival.fetched for arrival in batch if isinstance(arrival.fetched, Reached)]
        receiving.store(self.account, orders, fence=lambda: self._keep(last_pull_at=Now()), count=self._count)
        if reached:
            # Everything before it is committed by now. Should we die here, the window is fetched again.
            self._keep(cursor=reached[-1].cursor, reached_at=reached[-1].at)

    def _count(self, stored: Stored) -> None:
        self.result.fetched += stored.taken
        self.result.created += len(stored.received.created)
        self.result.changed += len(stored.received.changed)
        self.result.unchanged += len(stored.received.unchanged) + len(stored.received.stale)
        self.result.quarantined += stored.quarantined

    def _conclude(self) -> None:
        error = self.drain.error
        facts: dict[str, Any] = {"last_order_at": Now()} if self.result.created else {}
        if error is None:
            self.lease.give_back(last_pull_at=Now(), last_error="", pull_after=None, **facts)
        elif isinstance(error, MarketplaceError):
            self.result.error = error.detail
            self.lease.give_back(**facts, **_consequence(error))
            if isinstance(error, Unauthorized):
                self.account.pause(Account.Pause.UNAUTHORIZED, detail=error.detail)
        else:
            self.result.error = _("Internal error: %(error)s") % {"error": repr(error)}
            self.lease.give_back(last_error=self.result.error, **facts)
            raise error

    def _log(self) -> None:
        facts = " ".join(f"{name}={value}" for name, value in asdict(self.result).items() if name != "error")
        level = logging.WARNING if self.result.error else logging.INFO
        logger.log(level, "pull.done account=%s %s error=%r", self.account.pk, facts, self.result.error)


def _consequence(error: MarketplaceError) -> dict[str, Any]:
    """What the account remembers of it. Our own limit is no error of the marketplace."""
    if isinstance(error, Throttled):
        return {}
    facts: dict[str, Any] = {"last_error": error.detail}
    if isinstance(error, Unavailable) and error.retry_after:
        facts["pull_after"] = Now() + timedelta(seconds=error.retry_after)
    return facts
