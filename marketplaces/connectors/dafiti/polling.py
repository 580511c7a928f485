"""Bringing orders in: windows of update time, page by page. A list holds whole orders, so nothing is read twice."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

from marketplaces.adapter import Fetched
from marketplaces.connectors.dafiti import mapping, payload
from marketplaces.connectors.dafiti.client import Client
from marketplaces.crossing import Listed, Reached
from marketplaces.errors import Malformed
from marketplaces.windows import Window, windows

#: One run must read a whole window: fifty orders a call.
WINDOW = timedelta(days=1)
OVERLAP = timedelta(minutes=10)
#: What an account that is connected today still has to ship was updated within this time.
LOOK_BACK = timedelta(days=30)
UPDATED = "updateDate"
CREATED = "date"
#: A list that moves while it is paged is read again until it shows nothing new, at most so often.
READINGS = 4


async def orders(client: Client, cursor: str) -> AsyncGenerator[Fetched | Reached, None]:
    now = datetime.now(UTC)
    for window in windows(cursor, now=now, overlap=OVERLAP, longest=WINDOW, look_back=LOOK_BACK):
        async with aclosing(_new(client, window)) as found:
            async for fetched in found:
                yield fetched
        yield window.reached


async def order(client: Client, code: str) -> Fetched:
    """Raises Rejected when there is none."""
    seen_at = datetime.now(UTC)
    return read(await client.order(code), seen_at)


async def placed(client: Client, since: datetime, until: datetime) -> AsyncGenerator[Listed, None]:
    """By the time of purchase, newest first."""
    async with aclosing(_pages(client, CREATED, since, until, newest_first=True)) as pages:
        async for rows, seen_at in pages:
            for fetched in (read(row, seen_at) for row in rows):
                if fetched.external_id:
                    yield Listed(code=fetched.external_id, status=fetched.snapshot.status if fetched.snapshot else None)


def read(body: bytes, seen_at: datetime) -> Fetched:
    raw = body.decode(errors="backslashreplace").replace("\0", "\\0")
    try:
        snapshot = mapping.snapshot(body, seen_at=seen_at)
    except Malformed as error:
        return Fetched(raw=raw, external_id=payload.code_of(body), problem=error.detail)
    return Fetched(raw=raw, external_id=snapshot.code, snapshot=snapshot)


async def _new(client: Client, window: Window) -> AsyncGenerator[Fetched, None]:
    """Each order once per change.

    The offset counts in a list that moves: what is updated while we page leaves the window, and what stood behind it
    moves onto a page that we have read already.
    """
    known: set[bytes] = set()
    for _again in range(READINGS):
        before, pages = len(known), 0
        async with aclosing(_pages(client, UPDATED, window.start, window.end)) as listing:
            async for rows, seen_at in listing:
                pages += 1
                for row in rows:
                    if row not in known:
                        known.add(row)
                        yield read(row, seen_at)
        if pages <= 1 or len(known) == before:
            return


async def _pages(
    client: Client, field: str, start: datetime, end: datetime, *, newest_first: bool = False
) -> AsyncGenerator[tuple[list[bytes], datetime], None]:
    """Until Dafiti says that there is no next one."""
    offset, more = 0, True
    while more:
        seen_at = datetime.now(UTC)
        page = await client.orders(field=field, start=start, end=end, offset=offset, newest_first=newest_first)
        yield [bytes(row) for row in page.items], seen_at
        offset += len(page.items)
        more = page.pagination.has_next and bool(page.items)
