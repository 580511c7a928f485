"""What may be sold, told to every account that sells it: the last quantity wins, in order per SKU, within the limits.

A sweep compares stock with what was told. It reads orders' stock and locks nothing there, so that a marketplace that
hangs holds up no order.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
from django.db import connection

from marketplaces import backoff, listed_stock, loop
from marketplaces import stock_statements as sql
from marketplaces.adapter import Adapter
from marketplaces.capabilities import TellsStock
from marketplaces.catalog import NotListed, TellsListedStock, stock_connectors
from marketplaces.connection import connect
from marketplaces.errors import Malformed, MarketplaceError, Rejected, Throttled, Unauthorized, Unavailable, Unsupported
from marketplaces.models import Account, StockUpdate
from marketplaces.stopping import stopping

logger = logging.getLogger(__name__)

#: One run; what is left is for the next one.
SECONDS = 40.0
#: Rows claimed at once, and seconds that one waits for its turn under the rate limit: at 9/s five seconds of work.
BATCH = 45
PATIENCE = 15.0
#: Seconds for one SKU, however many calls that takes, and of the claim.
ATTEMPT_SECONDS = 60.0
LEASE_SECONDS = 90
#: A change is looked for so long after it was made; longer than any transaction lasts.
RECENT = timedelta(minutes=15)
#: Seconds before a SKU that the account does not sell, or refused, is tried with another quantity.
REST = 3600.0

State = StockUpdate.State
Told = Counter[str]


@dataclass(frozen=True, slots=True)
class Claim:
    id: int
    sku: str
    quantity: int
    token: int
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    id: int
    token: int
    quantity: int
    state: str
    detail: str = ""
    retry_in: float = 0.0
    counts: bool = True  #: False: the attempt is given back
    unauthorized: bool = False
    unavailable: bool = False


def notice(*, everything: bool = False) -> int:
    """Find what accounts do not know yet; returns how many rows are due by it. Only SKUs that were counted."""
    recent = None if everything else RECENT.total_seconds()
    with connection.cursor() as cursor:
        cursor.execute(sql.NOTICE, {"connectors": stock_connectors(), "recent": recent})
        return int(cursor.rowcount)


def due_accounts() -> list[int]:
    return [account_id for (account_id,) in _execute(sql.DUE_ACCOUNTS)]


def tell(account: Account, *, seconds: float = SECONDS) -> Told:
    """Tell the account what is due, for at most `seconds`. Several workers may do so side by side."""
    adapter = connect(account, patience=PATIENCE)
    if isinstance(adapter, TellsListedStock) and account.catalog_whole_at is None:
        return Told()  # nobody knows yet what it sells
    until = time.monotonic() + seconds
    told = Told()
    while time.monotonic() < until and not stopping.is_set():
        claims = [Claim(*row) for row in _execute(sql.CLAIM, account=account.pk, limit=BATCH, lease=LEASE_SECONDS)]
        if not claims:
            break
        outcomes = _tell(account, adapter, claims)
        _finish(outcomes)
        told.update(outcome.state for outcome in outcomes)
        if _must_stop(account, outcomes):
            break
    if told:
        facts = " ".join(f"{state.lower()}={count}" for state, count in sorted(told.items()))
        logger.info("stock.told account=%s %s", account.pk, facts)
    return told


def _tell(account: Account, adapter: Adapter, claims: Sequence[Claim]) -> list[Outcome]:
    if isinstance(adapter, TellsListedStock):
        return _tell_listed(account, adapter, claims)
    assert isinstance(adapter, TellsStock)
    return loop.run(_tell_all(adapter, claims), timeout=LEASE_SECONDS)


async def _tell_all(adapter: TellsStock, claims: Sequence[Claim]) -> list[Outcome]:
    return await asyncio.gather(*(_tell_one(adapter, claim) for claim in claims))


async def _tell_one(adapter: TellsStock, claim: Claim) -> Outcome:
    try:
        async with asyncio.timeout(ATTEMPT_SECONDS):
            sold = await adapter.tell_stock(sku=claim.sku, quantity=claim.quantity)
    except (MarketplaceError, TimeoutError) as error:
        return _failed(claim, error)
    except Exception as error:
        logger.exception("stock.bug sku=%s", claim.sku)
        return _outcome(claim, State.REFUSED, detail=repr(error), retry_in=REST)
    return _outcome(claim, State.TOLD) if sold else _outcome(claim, State.NOT_SOLD, retry_in=REST)


def _tell_listed(account: Account, adapter: TellsListedStock, claims: Sequence[Claim]) -> list[Outcome]:
    units = {claim.sku: claim.quantity for claim in claims}
    batches = listed_stock.batches(account, list(units), largest=adapter.largest_batch)
    answers = loop.run(listed_stock.tell(adapter, batches, units), timeout=LEASE_SECONDS)
    listed_stock.forget(account, answers)
    return [_listed(claim, list(listed_stock.of_sku(claim.sku, batches, answers))) for claim in claims]


def _listed(claim: Claim, answers: Sequence[MarketplaceError | None]) -> Outcome:
    """Told when every listing that is still there was."""
    there = [answer for answer in answers if not isinstance(answer, NotListed)]
    if not there:
        return _outcome(claim, State.NOT_SOLD, retry_in=REST)
    failed = next((answer for answer in there if answer is not None), None)
    return _failed(claim, failed) if failed else _outcome(claim, State.TOLD)


def _failed(claim: Claim, error: MarketplaceError | TimeoutError) -> Outcome:
    match error:
        case Throttled():
            return _outcome(claim, State.PENDING, retry_in=error.seconds, counts=False)
        case Unauthorized():
            return _outcome(claim, State.PENDING, detail=error.detail, counts=False, unauthorized=True)
        case Rejected() | Malformed() | Unsupported():
            return _outcome(claim, State.REFUSED, detail=error.detail, retry_in=REST)
    # A quantity is absolute: telling it twice is harmless, so nothing need be read back.
    rest = error.retry_after if isinstance(error, Unavailable) else None
    wait = max(backoff.seconds(claim.attempts), rest or 0.0)
    return _outcome(claim, State.PENDING, detail=str(error), retry_in=wait, unavailable=True)


def _outcome(claim: Claim, state: State, **facts: Any) -> Outcome:
    return Outcome(id=claim.id, token=claim.token, quantity=claim.quantity, state=state, **facts)


def _must_stop(account: Account, outcomes: Sequence[Outcome]) -> bool:
    """Whether the marketplace wants to be left alone."""
    for outcome in outcomes:
        if outcome.unauthorized:
            account.pause(Account.Pause.UNAUTHORIZED, detail=outcome.detail)
            return True
    return any(outcome.unavailable for outcome in outcomes)


def _finish(outcomes: Sequence[Outcome]) -> None:
    _execute(sql.FINISH, outcomes=msgspec.json.encode(outcomes).decode())


def _execute(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []
