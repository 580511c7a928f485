"""What Dafiti's refusals mean. Its bodies have four shapes, and the classic engine behind them has codes (E025)."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
from django.utils.translation import gettext as _

from marketplaces import http
from marketplaces.errors import MarketplaceError, NotReady, Rejected, Unauthorized, Unavailable

#: What the caller reads itself; all others mean the same everywhere.
READ = frozenset({400, 403, 404, 409, 422})
_CODE = re.compile(r"\bE(\d{3,4})\b")
#: "not yet ready to be processed, try later": Dafiti's back end works through orders in its own time.
NOT_READY = "E119"
NOT_READY_SECONDS = 5.0
_BUSY = frozenset({"E003", "E006", "E429", "E1000"})  # E003: a classic signature that grew old on its way
_LOGIN = frozenset({"E007", "E009"})


def explain(response: httpx.Response) -> str:
    """The sentences of a refusal, whichever of its shapes it has; raises ValueError for somebody else's page."""
    return "; ".join(dict.fromkeys(_sentences(response.json())))[:600]


def errors_in(response: httpx.Response) -> str:
    """What a success says that went wrong nevertheless; "" where that is nothing, or cannot be read."""
    try:
        told = response.json()
    except ValueError:
        return ""
    return "; ".join(_rows(told.get("errors"), "orderItemId", "detail")) if isinstance(told, dict) else ""


def error_of(response: httpx.Response, detail: str) -> MarketplaceError:
    """`detail` is what people may read. Raises nothing."""
    match = _CODE.search(detail)
    code = match[0] if match else str(response.status_code)
    if code == NOT_READY:
        return NotReady(detail, seconds=NOT_READY_SECONDS)
    if code in _BUSY:
        return Unavailable(detail, retry_after=http.retry_after(response))
    if code in _LOGIN:
        return Unauthorized(detail)
    if response.status_code == 403:
        sentence = _("The user behind the application lacks a right in Seller Center: give it that role. (%(detail)s)")
        return Unauthorized(sentence % {"detail": detail})
    return Rejected(detail, code=code)


def is_refusal(answer: Any) -> bool:
    """The classic engine also refuses with HTTP 200."""
    return isinstance(answer, dict) and "ErrorResponse" in answer


def _sentences(told: Any) -> Iterator[str]:
    if isinstance(told, dict):
        if is_refusal(told):
            yield from _classic(told["ErrorResponse"])
        title, detail = _text(told.get("title")), _text(told.get("detail"))
        yield from filter(None, [": ".join(filter(None, (title, detail))), _text(told.get("message"))])
        yield from _rows(told.get("violations"), "propertyPath", "title")
        yield from _rows(told.get("errors"), "orderItemId", "detail")


def _classic(told: Any) -> Iterator[str]:
    head = told.get("Head") if isinstance(told, dict) else None
    if isinstance(head, dict):
        code, message = _text(head.get("ErrorCode")), _text(head.get("ErrorMessage"))
        yield message if code in message else f"E{code.removeprefix('E'):0>3}: {message}"


def _rows(told: Any, what: str, why: str) -> Iterable[str]:
    """Rows {what, why}, or bare texts."""
    for row in told if isinstance(told, list) else ():
        if isinstance(row, dict):
            yield ": ".join(filter(None, (_text(row.get(what)), _text(row.get(why)))))
        elif isinstance(row, str):
            yield row


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
