"""SkyHub's status types and codes, and which of our statuses each one means. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from marketplaces.values import text
from orders.status import Status

#: The type decides. Two documents, the PHP SDK and the field disagree on some names; all of them are here.
TYPES = {
    "NEW": Status.NEW,
    "WAITING_PAYMENT": Status.NEW,
    "OVERDUE": Status.PAYMENT_OVERDUE,
    "PAYMENT_OVERDUE": Status.PAYMENT_OVERDUE,
    "APPROVED": Status.APPROVED,
    "INVOICED": Status.INVOICED,
    "INVOICE": Status.INVOICED,
    "SHIPPED": Status.SHIPPED,
    "SHIPMENT_EXCEPTION": Status.DELIVERY_FAILED,
    "DELIVERED": Status.DELIVERED,
    "COMPLETE": Status.DELIVERED,
    "COMPLETED": Status.DELIVERED,
    "RETURNED": Status.RETURNED,
    "CANCELED": Status.CANCELED,
    "CANCELLED": Status.CANCELED,
}

#: Every account has these from the start; they are the ones we write when the account still knows them.
DEFAULT_CODES = {
    Status.NEW: "book_product",
    Status.PAYMENT_OVERDUE: "payment_overdue",
    Status.APPROVED: "payment_received",
    Status.INVOICED: "order_invoiced",
    Status.SHIPPED: "order_shipped",
    Status.DELIVERY_FAILED: "shipment_exception",
    Status.DELIVERED: "complete",
    Status.CANCELED: "order_canceled",
}

#: Read only where the type is missing. confirm_stock, confirmed_stock, processing_store and has_incident (2025) are
#: left out: no source tells whether such an order is paid.
CODES = {code: status for status, code in DEFAULT_CODES.items()} | {
    "waiting_payment": Status.NEW,
    "returned": Status.RETURNED,
}

#: How far along an order is. Canceled is not on this road.
_ROAD = {
    Status.NEW: 0,
    Status.PAYMENT_OVERDUE: 0,
    Status.APPROVED: 1,
    Status.INVOICED: 2,
    Status.SHIPPED: 3,
    Status.DELIVERY_FAILED: 4,
    Status.DELIVERED: 5,
    Status.RETURNED: 6,
}


def meaning(*, type: Any, code: Any) -> Status | None:
    """Our status; None when the type (or, without a type, the code) is unknown. A custom code never decides."""
    if word := text(type):
        return TYPES.get(word.upper())
    return CODES.get(text(code).lower())


def reached(told: Status | None, target: Status) -> bool:
    """Is an order that the channel calls `told` where `target` would bring it, or further?"""
    if told is None or target not in _ROAD:
        return told is target
    return _ROAD.get(told, -1) >= _ROAD[target]


class AccountStatuses:
    """The codes one account has, from GET /statuses. They may be incomplete, custom ("11"), and many to one."""

    def __init__(self, rows: Iterable[Any]) -> None:
        found = [(text(row.get("code")), meaning(type=row.get("type"), code="")) for row in rows if _is_row(row)]
        self._status_of: Mapping[str, Status | None] = dict(found)

    def code_for(self, status: Status) -> str:
        """What to write for this status: the default code, unless the account does not have it for that type."""
        default = DEFAULT_CODES[status]
        codes = [code for code, known in self._status_of.items() if known is status]
        return codes[0] if codes and default not in codes else default

    def means(self, word: str) -> Status | None:
        """A word out of a refusal, which names types or codes."""
        return TYPES.get(word.upper()) or self._status_of.get(word) or CODES.get(word.lower())


def _is_row(row: Any) -> bool:
    return isinstance(row, dict) and bool(text(row.get("code")))
