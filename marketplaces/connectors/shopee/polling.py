"""Bringing orders in: windows of update time, their lists page by page, their details fifty at a time."""

import json
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from marketplaces.adapter import Fetched
from marketplaces.concurrently import each
from marketplaces.connectors.shopee import mapping, payload, statuses
from marketplaces.connectors.shopee.client import LARGEST_BATCH, Client
from marketplaces.connectors.shopee.refusals import advice
from marketplaces.crossing import Listed, Reached
from marketplaces.errors import Malformed, Rejected
from marketplaces.values import text
from marketplaces.windows import windows
from orders.snapshot import OrderSnapshot

#: Shopee's limit is 15 days, measured in its own seconds.
LONGEST = timedelta(days=15) - timedelta(minutes=1)
#: A poll's windows are shorter: one run must list and read a whole one, whatever was sold in it.
WINDOW = timedelta(days=1)
OVERLAP = timedelta(minutes=5)
#: What an account that is connected today still has to ship was updated within this time.
LOOK_BACK = timedelta(days=30)
CALLS_IN_FLIGHT = 4
#: A list that moves while it is paged is read again until it shows nothing new, at most so often.
READINGS = 4
NO_DETAIL = "A Shopee lista este pedido, mas não mostra os detalhes dele."


async def orders(client: Client, cursor: str) -> AsyncGenerator[Fetched | Reached, None]:
    """Without a filter by status: four statuses cannot be filtered for."""
    now = datetime.now(UTC)
    for window in windows(cursor, now=now, overlap=OVERLAP, longest=WINDOW, look_back=LOOK_BACK):
        codes = await _codes(client, window.start, window.end)
        batches = [codes[at : at + LARGEST_BATCH] for at in range(0, len(codes), LARGEST_BATCH)]
        async with aclosing(each(batches, lambda b: _details(client, b), at_most=CALLS_IN_FLIGHT)) as answers:
            async for answer in answers:
                for fetched in answer:
                    yield fetched
        yield window.reached


async def order(client: Client, code: str) -> Fetched:
    """Raises Rejected when there is none."""
    seen_at = datetime.now(UTC)
    rows = await client.order_details([code])
    if not rows:
        raise Rejected(_("Shopee does not know order %(code)s.") % {"code": code}, code="error_not_found")
    return read(rows[0], seen_at)


async def placed(client: Client, since: datetime, until: datetime) -> AsyncGenerator[Listed, None]:
    """By the time of purchase, newest window first. What a row says is no more than the order's own status."""
    end = until
    while end > since:
        start = max(since, end - LONGEST)
        rows = await _listed(client, "create_time", start, end)
        for code, word in rows.items():
            yield Listed(code=code, status=statuses.STATUSES.get(word))
        end = start


def read(body: bytes, seen_at: datetime) -> Fetched:
    raw = body.decode(errors="backslashreplace").replace("\0", "\\0")
    try:
        snapshot = mapping.snapshot(body, seen_at=seen_at)
    except Malformed as error:
        return Fetched(raw=raw, external_id=payload.code_of(body), problem=error.detail)
    return Fetched(raw=raw, external_id=snapshot.code, snapshot=_advised(snapshot))


async def _codes(client: Client, start: datetime, end: datetime) -> Sequence[str]:
    return list(await _listed(client, "update_time", start, end))


async def _listed(client: Client, field: str, start: datetime, end: datetime) -> dict[str, str]:
    """Code and status. The cursor is an offset into a list that moves: what leaves the window moves others forward."""
    found: dict[str, str] = {}
    for _again in range(READINGS):
        known, pages = len(found), 0
        async with aclosing(_pages(client, field, start, end)) as listing:
            async for rows in listing:
                found |= dict(rows)
                pages += 1
        if pages <= 1 or len(found) == known:
            break
    return found


async def _pages(
    client: Client, field: str, start: datetime, end: datetime
) -> AsyncGenerator[list[tuple[str, str]], None]:
    """Until Shopee says that there are no more: a page may be shorter than asked for."""
    cursor, more = "", True
    while more:
        page = await client.order_list(
            field=field, start=int(start.timestamp()), end=int(end.timestamp()), cursor=cursor
        )
        yield list(_rows(page.get("order_list")))
        more, following = page.get("more") is True, text(page.get("next_cursor"))
        if more and following in ("", cursor):
            raise Malformed(_("Shopee's list of orders goes on without saying where."))
        cursor = following


def _rows(told: object) -> Iterator[tuple[str, str]]:
    """A booking that has no order yet has no order_sn."""
    for row in told if isinstance(told, list) else ():
        if isinstance(row, dict) and (code := text(row.get("order_sn"))):
            yield code, text(row.get("order_status"))


async def _details(client: Client, codes: Sequence[str]) -> list[Fetched]:
    """By order_sn, never by position: what Shopee does not know is left out silently."""
    seen_at = datetime.now(UTC)
    try:
        rows = await client.order_details(codes)
    except Rejected as error:
        if error.code != "error_not_found":
            raise
        rows = []
    found = [read(row, seen_at) for row in rows]
    missing = [] if len(found) == len(codes) else set(codes) - {fetched.external_id for fetched in found}
    return found + [_without_detail(code) for code in codes if code in missing]


def _advised(snapshot: OrderSnapshot) -> OrderSnapshot:
    """With what to do about a note that Shopee refused after taking it."""
    if not any(seen.refused for seen in snapshot.invoices):
        return snapshot
    invoices = (replace(seen, refused=advice(seen.refused)) if seen.refused else seen for seen in snapshot.invoices)
    return replace(snapshot, invoices=tuple(invoices))


def _without_detail(code: str) -> Fetched:
    return Fetched(raw=json.dumps({"order_sn": code}), external_id=code, problem=NO_DETAIL)
