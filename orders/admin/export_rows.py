"""What an exported order says, cell by cell. Buyers' data only for those who may see it."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, prefetch_related_objects
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from orders.admin.paging import Cursor, Sorting, page
from orders.admin.privacy import short_name
from orders.models import Order
from orders.status import Status
from orders.words import STATUS_WORDS

NEWEST = Sorting("placed_at", descending=True)
CHUNK = 1000

Cell = str | Decimal | datetime | int | None
Line = list[Cell]


@dataclass(frozen=True, slots=True)
class Field:
    label: Promise
    value: Callable[[Order], Cell]
    masked: Callable[[Order], Cell] | None = None  #: instead, for those who may not see buyers' data


def _ending(text: str) -> str:
    return f"•••{text[-2:]}" if text else ""


def _nothing(_order: Order) -> str:
    return ""


def _trackings(order: Order) -> str:
    shipped = [shipment.tracking_code for shipment in order.shipments.all()]
    return " ".join(shipped or [str(told.get("code", "")) for told in order.trackings])


FIELDS = (
    Field(_("Order"), lambda order: order.code),
    Field(_("Marketplace number"), lambda order: order.remote_code),
    Field(_("Channel"), lambda order: order.channel.name),
    Field(_("Storefront"), lambda order: order.storefront),
    Field(_("Status"), lambda order: str(STATUS_WORDS[Status(order.status)])),
    Field(_("Placed"), lambda order: order.placed_at),
    Field(_("Approved"), lambda order: order.approved_at),
    Field(_("Ship by"), lambda order: order.ship_by),
    Field(_("Shipped"), lambda order: order.shipped_at),
    Field(_("Delivered"), lambda order: order.delivered_at),
    Field(_("Canceled"), lambda order: order.canceled_at),
    Field(_("Items"), lambda order: "; ".join(f"{line.quantity} × {line.sku}" for line in order.items.all())),
    Field(_("Units"), lambda order: sum(line.quantity for line in order.items.all())),
    Field(_("Total"), lambda order: order.total),
    Field(_("Shipping cost"), lambda order: order.shipping_cost),
    Field(_("Discount"), lambda order: order.discount),
    Field(_("NF-e"), lambda order: order.invoice.number if hasattr(order, "invoice") else ""),
    Field(_("Access key"), lambda order: order.invoice.access_key if hasattr(order, "invoice") else ""),
    Field(_("Carrier"), lambda order: order.carrier),
    Field(_("Shipping method"), lambda order: order.shipping_method),
    Field(_("Tracking code"), _trackings),
    Field(_("Buyer"), lambda order: order.buyer_name, lambda order: short_name(order.buyer_name)),
    Field(_("CPF/CNPJ"), lambda order: order.buyer_document, lambda order: _ending(order.buyer_document)),
    Field(_("E-mail"), lambda order: order.buyer_email, _nothing),
    Field(_("Phones"), lambda order: " ".join(order.buyer_phones), _nothing),
    Field(_("City"), lambda order: str(order.shipping_address.get("city", ""))),
    Field(_("State"), lambda order: str(order.shipping_address.get("state", ""))),
    Field(_("CEP"), lambda order: str(order.shipping_address.get("postcode", "")), _nothing),
)


def chunks(rows: "QuerySet[Order]") -> Iterator[list[int]]:
    """Ids, the newest order first, by pages: neither memory nor a transaction grows with the file."""
    after: Cursor | None = None
    while True:
        at = page(rows, NEWEST, {"after": str(after)} if after else {}, size=CHUNK)
        yield at.pks
        after = at.after
        if after is None:
            return


def lines(pks: Sequence[int], *, clear: bool, language: str) -> list[Line]:
    """Of these orders, as far as they still exist; where files are written, no request's language is left."""
    cells = [field.value if clear or field.masked is None else field.masked for field in FIELDS]
    found = Order.objects.select_related("channel", "invoice").in_bulk(pks)
    orders = [found[pk] for pk in pks if pk in found]
    prefetch_related_objects(orders, "items", "shipments")
    with override(language):
        return [[cell(order) for cell in cells] for order in orders]


def packed(lines: Sequence[Line]) -> bytes:
    """To be kept until a file is made of them."""
    return json.dumps(lines, default=_tagged, ensure_ascii=False).encode()


def unpacked(content: bytes) -> list[Line]:
    lines: list[Line] = json.loads(content, object_hook=_untagged)
    return lines


def _tagged(cell: Any) -> dict[str, str]:
    return {"at": cell.isoformat()} if isinstance(cell, datetime) else {"amount": str(cell)}


def _untagged(tagged: dict[str, str]) -> datetime | Decimal:
    return datetime.fromisoformat(tagged["at"]) if "at" in tagged else Decimal(tagged["amount"])
