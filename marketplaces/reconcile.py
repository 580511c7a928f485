"""Reconcile: ask the marketplace about orders that are open here and of which nothing was heard, and heal what differs.

Polling and queues cannot show what they lost. Each run is small and within the account's rate limit; run after run
walks through all open orders, and through the marketplace's own list where it has one.
"""

import logging
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from marketplaces import differences, loop, lost_pushes, receiving, subscriptions
from marketplaces.adapter import Adapter, Fetched
from marketplaces.connection import connect
from marketplaces.crossing import Listed
from marketplaces.errors import MarketplaceError, Unauthorized
from marketplaces.models import Account, Difference
from marketplaces.reading import Answers, read_all, stopped_by
from orders.models import Order
from orders.status import Status, Verdict, judge

logger = logging.getLogger(__name__)

#: From one run to the next, while there are orders left to look at; and from one walk through all of them to the next.
EVERY = timedelta(minutes=5)
ROUND_EVERY = timedelta(hours=1)
#: An order that changed here later is not doubted.
QUIET = timedelta(hours=6)
#: Orders read in one run, and the seconds that it may take.
ORDERS = 30
SECONDS = 40.0
#: Seconds that a call waits for its turn under the rate limit: pulls and pushes come first.
PATIENCE = 5.0
#: Listed are orders placed since the last run and this long before it; the newest ones may still be on their way in.
OVERLAP = timedelta(hours=1)
FIRST_LOOK_BACK = timedelta(days=2)
ON_ITS_WAY = timedelta(minutes=30)
LIST_SECONDS = 20.0

OPEN = frozenset(Status) - {Status.PAYMENT_OVERDUE, Status.DELIVERED, Status.RETURNED, Status.CANCELED}


@dataclass(slots=True, kw_only=True)
class Reconciled:
    """What one run did. `error` is a sentence; "" when the marketplace answered."""

    read: int = 0
    differences: list[Difference] = field(default_factory=list)
    error: str = ""


def due_accounts() -> list[int]:
    """Ids of the accounts whose next run may begin."""
    return list(_due().values_list("pk", flat=True))


def reconcile(account_id: int) -> Reconciled | None:
    """One run; None when it is not due, or another worker has begun it."""
    if not _due().filter(pk=account_id).update(reconcile_after=Now() + EVERY):
        return None
    account = Account.objects.select_related("channel").get(pk=account_id)
    result = _Run(account).run()
    lost_pushes.recover(account)
    subscriptions.look(account)
    counts = (account.pk, result.read, len(result.differences), result.error)
    logger.info("reconcile.done account=%s read=%s differences=%s error=%r", *counts)
    return result


def _due() -> QuerySet[Account]:
    return Account.objects.filter(
        Q(reconcile_after__isnull=True) | Q(reconcile_after__lte=Now()), paused_at__isnull=True
    )


class _Run:
    def __init__(self, account: Account) -> None:
        self.account = account
        self.adapter = connect(account, patience=PATIENCE)
        self.began_at = timezone.now()
        self.result = Reconciled()

    def run(self) -> Reconciled:
        walked = self._open_orders()
        otherwise = self._listed_otherwise()
        doubted = list(dict.fromkeys([*otherwise[: 2 * ORDERS], *(order.code for order in walked)]))
        held = _statuses(self.account, doubted)
        answers = read_all(self.adapter, doubted, seconds=SECONDS)
        self._store([answer for answer in answers.values() if not isinstance(answer, MarketplaceError)])
        self.result.read = len(answers)
        self.result.differences = differences.record(self.account, held, answers)
        self._conclude(walked, answers, list_again=len(otherwise) > 2 * ORDERS)
        return self.result

    def _open_orders(self) -> Sequence[Order]:
        doubted_until = self.began_at - QUIET
        if self.account.restored_at:
            doubted_until = max(doubted_until, self.account.restored_at)
        orders = Order.objects.filter(
            channel=self.account.channel_id,
            status__in=OPEN,
            changed_at__lt=doubted_until,
            pk__gt=self.account.reconciled_to,
        )
        return list(orders.only("pk", "code").order_by("pk")[:ORDERS])

    def _listed_otherwise(self) -> list[str]:
        """Codes of listed orders that we lack, or that are further there than here."""
        if not self.adapter.overrides("listed"):
            return []
        since = (self.account.reconciled_at or self.began_at - FIRST_LOOK_BACK) - OVERLAP
        listed = self._list(since, self._known_until())
        held = _statuses(self.account, [order.code for order in listed])
        return [order.code for order in listed if _differs(held.get(order.code), order.status)]

    def _known_until(self) -> datetime:
        """What a queue handed out before the database was restored is not on its way any more."""
        restored_at, compared_at = self.account.restored_at, self.account.reconciled_at
        if restored_at and (compared_at is None or compared_at < restored_at):
            return self.began_at
        return self.began_at - ON_ITS_WAY

    def _list(self, since: datetime, until: datetime) -> list[Listed]:
        listed: list[Listed] = []
        try:
            loop.run(_collect(self.adapter, since, until, listed), timeout=LIST_SECONDS)
        except TimeoutError:
            logger.warning("reconcile.list_too_long account=%s orders=%s", self.account.pk, len(listed))
        except MarketplaceError as error:
            self.result.error = error.detail
        return list(listed)

    def _store(self, fetched: Sequence[Fetched]) -> None:
        receiving.store(self.account, fetched, count=lambda stored: None, fence=lambda: None)

    def _conclude(self, walked: Sequence[Order], answers: Answers, *, list_again: bool) -> None:
        error = stopped_by(answers)
        if isinstance(error, Unauthorized):
            self.account.pause(Account.Pause.UNAUTHORIZED, detail=error.detail)
        if error is not None:
            self.result.error = error.detail
        if self.result.error:
            return  # the same again in the next run
        ended = len(walked) < ORDERS
        Account.objects.filter(pk=self.account.pk).update(
            reconciled_to=0 if ended else walked[-1].pk,
            reconciled_at=self.account.reconciled_at if list_again else self.began_at,
            reconcile_after=Now() + (ROUND_EVERY if ended and not list_again else EVERY),
        )


def _statuses(account: Account, codes: Sequence[str]) -> dict[str, Status]:
    rows = Order.objects.filter(channel=account.channel_id, code__in=codes).values_list("code", "status")
    return {code: Status(status) for code, status in rows}


def _differs(held: Status | None, told: Status | None) -> bool:
    if held is None:
        return True
    return told is not None and judge(held, told) in (Verdict.FORWARD, Verdict.IMPOSSIBLE)


async def _collect(adapter: Adapter, since: datetime, until: datetime, listed: list[Listed]) -> None:
    async with aclosing(adapter.listed(since, until)) as orders:
        async for order in orders:
            listed.append(order)
