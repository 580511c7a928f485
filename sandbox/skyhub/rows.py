"""A store's orders and queue as the control API and the page show them."""

from datetime import UTC, datetime
from typing import Any

from sandbox.skyhub.order import Order
from sandbox.skyhub.store import Store

Json = dict[str, Any]


def described_store(store: Store) -> Json:
    """Everything a caller needs to connect to it."""
    return {
        "name": store.name,
        "kind": store.kind,
        "sells": store.sells,
        "base_path": "/skyhub",
        "credentials": {
            "email": store.email,
            "api_key": store.api_key,
            "accountmanager_key": store.accountmanager_key,
        },
        "orders": len(store.orders),
    }


def described_order(store: Store, order: Order) -> Json:
    """The order as GET /orders/{code} answers it, plus `sandbox`: what only the marketplace knows."""
    return {
        **store.document(order),
        "sandbox": {
            "type": order.type,
            "effects": dict(order.effects),
            "queued": store.queue.holds(order.code),
            "unavailable": order.unavailable,
            "due": [{"at": _instant(moment), "what": verb} for moment, verb in order.due],
            "raw": order.raw,
        },
    }


def order_row(store: Store, order: Order) -> Json:
    document = order.document
    invoices, shipments = document["invoices"], document["shipments"]
    status = store.status_of(order)
    return {
        "code": order.code,
        "type": order.type,
        "status": status.code,
        "label": status.label,
        "buyer": document["customer"]["name"],
        "items": sum(item["qty"] for item in document["items"]),
        "total": document["total_ordered"],
        "invoice_key": invoices[-1]["key"] if invoices else None,
        "tracking": shipments[-1]["tracks"][0]["code"] if shipments else None,
        "calculation_type": document["calculation_type"],
        "placed_at": document["placed_at"],
        "updated_at": document["updated_at"],
        "queued": store.queue.holds(order.code),
        "unavailable": order.unavailable,
        "malformed": order.raw is not None,
        "effects": dict(order.effects),
    }


def queue_rows(store: Store) -> list[Json]:
    """Leased entries first, then the waiting ones from the head; `seconds_left` counts a lease down."""
    now = store.clock.timestamp()
    return [
        {
            "code": entry.code,
            "leased": entry.until is not None,
            "leased_until": None if entry.until is None else _instant(entry.until),
            "seconds_left": None if entry.until is None else round(entry.until - now, 1),
        }
        for entry in store.queue.listed(now=now)
    ]


def _instant(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")
