"""Bringing orders in: windows of update time, searched page by page; details fifty at a time; what belongs to them."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from django.utils.translation import gettext as _

from marketplaces.adapter import Fetched
from marketplaces.concurrently import each
from marketplaces.connectors.tiktok import mapping, payload, statuses
from marketplaces.connectors.tiktok.answered import ScopeMissing
from marketplaces.connectors.tiktok.calls import Json
from marketplaces.connectors.tiktok.client import LARGEST_BATCH, NO_SUCH_CALL, Client
from marketplaces.crossing import Listed, Reached
from marketplaces.errors import Malformed, Rejected
from marketplaces.values import listed, text
from marketplaces.windows import windows

#: One run must search and read a whole window, whatever was sold in it.
WINDOW = timedelta(days=1)
OVERLAP = timedelta(minutes=5)
#: What an account that is connected today still has to ship was updated within this time.
LOOK_BACK = timedelta(days=30)
#: Of `listed`: no longest window is documented.
LONGEST = timedelta(days=15)
CALLS_IN_FLIGHT = 4
#: Whether a page token is a place or an offset, nobody says: several pages are read again until they show nothing new.
READINGS = 3
RETURNS = "returns"
NO_DETAIL = "A TikTok Shop lista este pedido, mas não mostra os detalhes dele."

T = TypeVar("T")
Search = Callable[[str], Awaitable[Json]]
#: By order.
Found = dict[str, list[Json]]


async def orders(client: Client, cursor: str) -> AsyncGenerator[Fetched | Reached, None]:
    """An order's update time does not move when the buyer asks to cancel or to return, so these are searched, too."""
    now = datetime.now(UTC)
    for window in windows(cursor, now=now, overlap=OVERLAP, longest=WINDOW, look_back=LOOK_BACK):
        codes = await _changed(client, window.start, window.end)
        batches = [codes[at : at + LARGEST_BATCH] for at in range(0, len(codes), LARGEST_BATCH)]
        async with aclosing(each(batches, lambda b: _details(client, b), at_most=CALLS_IN_FLIGHT)) as answers:
            async for answer in answers:
                for fetched in answer:
                    yield fetched
        yield window.reached


async def order(client: Client, code: str) -> Fetched:
    """Raises Rejected when there is none."""
    fetched = await _read(client, [code])
    if not fetched:
        raise Rejected(_("TikTok Shop does not know order %(code)s.") % {"code": code}, code="not_found")
    return fetched[0]


async def placed(client: Client, since: datetime, until: datetime) -> AsyncGenerator[Listed, None]:
    """By the time of purchase, newest first."""
    end = until
    while end > since:
        start = max(since, end - LONGEST)
        body = _window("create_time", start, end)
        async with aclosing(_pages(_orders_by(client, body, "create_time", "DESC"), "orders")) as pages:
            async for rows in pages:
                for row in rows:
                    yield Listed(code=text(row.get("id")), status=statuses.STATUSES.get(text(row.get("status"))))
        end = start


def read(body: bytes, seen_at: datetime) -> Fetched:
    raw = body.decode(errors="backslashreplace").replace("\0", "\\0")
    try:
        snapshot = mapping.snapshot(body, seen_at=seen_at)
    except Malformed as error:
        return Fetched(raw=raw, external_id=payload.code_of(body), problem=error.detail)
    return Fetched(raw=raw, external_id=snapshot.code, snapshot=snapshot)


async def _changed(client: Client, start: datetime, end: datetime) -> Sequence[str]:
    body = _window("update_time", start, end)
    found = await _codes(_orders_by(client, body, "update_time", "ASC"), "orders", "id")
    asked = await _codes(lambda t: client.search_cancellations(body, page_token=t), "cancellations", "order_id")
    returning = await _returns(client, lambda: _returning(client, body))
    return list(dict.fromkeys((*found, *asked, *(returning or ()))))


async def _returning(client: Client, body: Json) -> Sequence[str]:
    return await _codes(lambda t: client.search_returns(body, page_token=t), "return_orders", "order_id")


async def _details(client: Client, codes: Sequence[str]) -> list[Fetched]:
    """By id, never by position: nothing says that unknown ones are not left out."""
    found = await _read(client, codes)
    missing = set(codes) - {fetched.external_id for fetched in found}
    return found + [_without_detail(code) for code in codes if code in missing]


async def _read(client: Client, codes: Sequence[str]) -> list[Fetched]:
    """With the open cancellations and the returns that belong to them."""
    seen_at = datetime.now(UTC)
    rows = await client.order_details(codes)
    documents = [_document(row) for row in rows]
    asking = [text(one.id) for one in documents if one.is_buyer_request_cancel is True]
    gone = [text(one.id) for one in documents if text(one.status) in statuses.LEFT]
    cancellations = await _of_orders(client.search_cancellations, "cancellations", asking)
    returns = await _returns(client, lambda: _of_orders(client.search_returns, "return_orders", gone)) or {}
    return [
        read(_joined(row, text(document.id), cancellations, returns), seen_at)
        for row, document in zip(rows, documents, strict=True)
    ]


def _document(row: bytes) -> payload.Order:
    """An empty one for what cannot be read: that goes to quarantine by itself."""
    try:
        return payload.decode(row)
    except Malformed:
        return payload.Order()


def _joined(row: bytes, code: str, cancellations: Found, returns: Found) -> bytes:
    return payload.joined(row, cancellations=cancellations.get(code), return_orders=returns.get(code))


async def _of_orders(search: Callable[..., Awaitable[Json]], name: str, codes: Sequence[str]) -> Found:
    found: Found = {}
    if codes:
        body: Json = {"order_ids": list(codes), "locale": "pt-BR"}
        async with aclosing(_pages(lambda token: search(body, page_token=token), name)) as pages:
            async for rows in pages:
                for row in rows:
                    found.setdefault(text(row.get("order_id")), []).append(row)
    return found


async def _codes(search: Search, name: str, field: str) -> Sequence[str]:
    """What the window holds; once more where it has several pages, for it moves while it is read."""
    found: dict[str, None] = {}
    for _again in range(READINGS):
        known, count = len(found), 0
        async with aclosing(_pages(search, name)) as pages:
            async for rows in pages:
                count += 1
                found |= dict.fromkeys(filter(None, (text(row.get(field)) for row in rows)))
        if count <= 1 or len(found) == known:
            break
    return list(found)


async def _pages(search: Search, name: str) -> AsyncGenerator[Iterable[Json], None]:
    """Until there is no token for a next page; nothing else says that it was the last."""
    token = ""
    while True:
        page = await search(token)
        yield [row for row in listed(page.get(name)) if isinstance(row, dict)]
        following = page.get("next_page_token") or ""
        if not following:
            return
        if following == token or not isinstance(following, str):
            raise Malformed(_("TikTok Shop's list goes on without saying where."))
        token = following


def _orders_by(client: Client, body: Json, field: str, order_: str) -> Search:
    return lambda token: client.search_orders(body, sort_field=field, sort_order=order_, page_token=token)


def _window(field: str, start: datetime, end: datetime) -> Json:
    """From the first second to the last one, which TikTok Shop leaves out."""
    return {f"{field}_ge": int(start.timestamp()), f"{field}_lt": int(end.timestamp()) + 1}


async def _returns(client: Client, call: Callable[[], Awaitable[T]]) -> T | None:
    """Returns need a permission that an app may lack: then orders come without them, and they are not asked for."""
    if await client.lacks(RETURNS):
        return None
    try:
        return await call()
    except (Rejected, ScopeMissing) as error:
        if isinstance(error, ScopeMissing) or error.code in NO_SUCH_CALL:
            await client.note_lack(RETURNS)
        return None


def _without_detail(code: str) -> Fetched:
    return Fetched(raw=json.dumps({"id": code}), external_id=code, problem=NO_DETAIL)
