"""Sheets for the warehouse, to be printed: what to pick, and what the carrier takes along."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.admin import rights
from orders.admin.barcodes import code128
from orders.admin.bulk import add_action, choice
from orders.admin.privacy import short_name
from orders.models import Order, OrderItem

#: Their ids must fit into an address, and one round of picking is fewer.
MOST = 300


@dataclass(slots=True)
class Pick:
    sku: str
    name: str
    units: int = 0
    codes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Parcel:
    order: Order
    buyer: str
    lines: list[tuple[int, OrderItem]]
    tracking: str
    bars: SafeString | str

    @property
    def units(self) -> int:
        return sum(units for units, _line in self.lines)


def sheet_page(request: HttpRequest, admin: "ModelAdmin[Order]", sheet: str) -> HttpResponse:
    """`ids` of the address are the orders."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    if sheet not in SHEETS:
        raise Http404
    ids = [int(text) for text in request.GET.get("ids", "").split("-") if text.isascii() and text.isdigit()][:MOST]
    rows = Order.objects.filter(pk__in=ids).select_related("channel", "invoice")
    orders = list(rows.prefetch_related("items", "shipments").order_by("placed_at", "id"))
    context: dict[str, Any] = {"now": timezone.now(), "who": request.user.get_username(), "orders": orders}
    return TemplateResponse(request, f"orders/admin/sheet_{sheet}.html", context | dict(SHEETS[sheet](orders)))


def picking(orders: Iterable[Order]) -> Mapping[str, Any]:
    picks: dict[str, Pick] = {}
    parcels = [_parcel(order, order.code) for order in orders]
    for parcel in parcels:
        for units, line in parcel.lines:
            pick = picks.setdefault(line.sku, Pick(line.sku, line.name))
            pick.units += units
            pick.codes.append(parcel.order.code)
    total = sum(pick.units for pick in picks.values())
    return {"picks": [picks[sku] for sku in sorted(picks)], "parcels": parcels, "units": total}


def hand_over(orders: Iterable[Order]) -> Mapping[str, Any]:
    parcels = [_parcel(order, _tracking(order) or order.code) for order in orders]
    parcels.sort(key=lambda parcel: _carrier(parcel.order))
    carriers = [(name, list(rows)) for name, rows in groupby(parcels, key=lambda parcel: _carrier(parcel.order))]
    return {"carriers": carriers}


def _parcel(order: Order, code: str) -> Parcel:
    lines = [(_to_pack(order, line), line) for line in order.items.all()]
    packed = [(units, line) for units, line in lines if units]
    return Parcel(order, short_name(order.buyer_name), packed, _tracking(order), code128(code))


def _to_pack(order: Order, line: OrderItem) -> int:
    """What is still to leave; of an order that has left, what it took along."""
    return line.quantity_shipped if order.shipped_at else line.open_quantity


def _tracking(order: Order) -> str:
    shipped = [shipment.tracking_code for shipment in order.shipments.all()]
    return (shipped or [str(told.get("code", "")) for told in order.trackings] or [""])[-1]


def _carrier(order: Order) -> str:
    shipped = [shipment.carrier for shipment in order.shipments.all() if shipment.carrier]
    return (shipped or [order.carrier or order.shipping_method or gettext("Carrier not told")])[-1]


SHEETS: Mapping[str, Callable[[Iterable[Order]], Mapping[str, Any]]] = {"picking": picking, "hand-over": hand_over}


def _print(sheet: str) -> Any:
    def run(_admin: "ModelAdmin[Order]", request: HttpRequest, orders: Any) -> HttpResponse | None:
        chosen = choice(request, orders, most=MOST)
        if chosen is None:
            return None
        ids = "-".join(str(order.pk) for order in chosen)
        return HttpResponseRedirect(f"{reverse('admin:orders_order_print', args=[sheet])}?ids={ids}")

    return run


def _may_see(user: rights.Holder) -> bool:
    return user.has_perm("orders.view_order")


add_action("picking", _("Pick list"), _print("picking"), allowed=_may_see)
add_action("hand_over", _("Hand-over sheet for the carrier"), _print("hand-over"), allowed=_may_see)
