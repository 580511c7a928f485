"""From an order as GET /v2/orders shows it to an OrderSnapshot. Pure: no Django, no network."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from marketplaces.connectors.dafiti import payload, people, statuses
from marketplaces.connectors.dafiti.items import items, units
from marketplaces.connectors.dafiti.reading import identifier, instant, required_instant
from marketplaces.document import part
from marketplaces.values import amount, text
from orders.snapshot import ZERO, Fulfillment, InvoiceSeen, Item, OrderSnapshot, Payment, Tracking

Units = Sequence[payload.Item]
#: Dafiti's own logistics: its carrier drives shipped and delivered.
DAFITI_ENVIOS = "dafiti envios"
WAREHOUSE = "warehouse"
CROSSDOCKING = "crossdocking"


def snapshot(body: bytes, *, seen_at: datetime) -> OrderSnapshot:
    """Raises Malformed with field and reason (Portuguese: it is shown in quarantine as it is)."""
    order = payload.decode(body)
    code = str(identifier(order.id, "id"))
    found = units(order.items)
    words = [text(unit.status, most=60) for unit in found]
    lines = items(found)
    fulfillment = _fulfillment(found)
    return OrderSnapshot(
        code=code,
        remote_code=text(order.number, most=80),
        storefront=text(order.source, most=60),
        status=statuses.meaning(words, invoiced=_is_invoiced(found)),
        channel_status=statuses.words_of(words),
        seen_at=seen_at,
        fulfillment=fulfillment,
        needs_arranging=fulfillment is not Fulfillment.MARKETPLACE,
        carrier=_carrier(found),
        shipping_method=_method(order, found),
        items=lines,
        payments=_payments(order),
        invoices=_invoices(found),
        trackings=_trackings(found),
        tags=_tags(order, found),
        buyer=people.buyer(order),
        shipping_address=people.shipping_address(order),
        billing_address=people.billing_address(order),
        masked=people.withheld(order),
        **_dates(order, found),
        **_amounts(order, found, lines),
    )


def provider_of(unit: payload.Item) -> str:
    """The carrier that was set, else the one that Dafiti foresees."""
    shipment = part(unit.shipment, payload.Shipment)
    told = (part(one, payload.Provider) for one in (shipment.provider, shipment.pre_provider))
    return next(filter(None, (text(one.name, most=80) for one in told)), "")


def tracking_of(unit: payload.Item) -> str:
    return text(part(unit.shipment, payload.Shipment).tracking_code, most=80)


def kind_of(unit: payload.Item) -> str:
    """warehouse, dropshipping, crossdocking, or two of these."""
    return text(part(unit.shipment, payload.Shipment).type)


def _going(found: Units) -> list[payload.Item]:
    return [unit for unit in found if text(unit.status) != statuses.CANCELED] or list(found)


def _is_invoiced(found: Units) -> bool:
    return all(text(unit.invoice_access_key) for unit in found if text(unit.status) == statuses.PENDING)


def _fulfillment(found: Units) -> Fulfillment:
    """Of an order whose units go different ways, ours is what is left to us to do."""
    kinds = {kind_of(unit) for unit in _going(found)}
    if kinds == {WAREHOUSE}:
        return Fulfillment.MARKETPLACE
    envios = all(provider_of(unit).casefold() == DAFITI_ENVIOS for unit in _going(found))
    if envios or any(CROSSDOCKING in kind for kind in kinds):
        return Fulfillment.MARKETPLACE_SHIPS
    return Fulfillment.SELLER


def _carrier(found: Units) -> str:
    return next(filter(None, map(provider_of, _going(found))), "")


def _method(order: payload.Order, found: Units) -> str:
    shipment = part(_going(found)[0].shipment, payload.Shipment)
    told = (shipment.provider_product, shipment.provider_type, order.delivery_info)
    return next(filter(None, (text(value, most=120) for value in told)), "")


def _dates(order: payload.Order, found: Units) -> dict[str, Any]:
    """Dafiti dates only the newest change of status of each unit."""
    updated_at = required_instant(order.updated_at, "updatedAt")
    deadlines = [instant(unit.target_to_ship_at) for unit in _going(found)]
    return {
        "placed_at": required_instant(order.created_at, "createdAt"),
        # A list by update time goes by the units' times, which may be later than the order's own.
        "updated_at": max([updated_at, *filter(None, (instant(unit.updated_at) for unit in found))]),
        "approved_at": _since(found, frozenset({statuses.PENDING})),
        "shipped_at": _since(found, frozenset({statuses.SHIPPED})),
        "delivered_at": _since(found, frozenset({statuses.DELIVERED})),
        "canceled_at": _since(found, frozenset({statuses.CANCELED})),
        "ship_by": instant(order.target_to_ship) or min(filter(None, deadlines), default=None),
    }


def _since(found: Units, words: frozenset[str]) -> datetime | None:
    """When the last unit came there; None unless all are there."""
    going = found if statuses.CANCELED in words else _going(found)
    told = [instant(unit.last_status_changed_at) for unit in going if text(unit.status) in words]
    dates = [at for at in told if at]
    return max(dates) if dates and len(dates) == len(going) else None


def _amounts(order: payload.Order, found: Units, lines: Sequence[Item]) -> dict[str, Any]:
    """The total is what the buyer paid, with fees. Fees are told per unit; what is missing is a discount."""
    goods = sum((line.unit_price * line.quantity for line in lines), ZERO)
    fees = sum((amount(u.shipping_fee, f"items[{i}].shippingFee", default=ZERO) for i, u in enumerate(found)), ZERO)
    total = amount(order.grand_total, "grandTotal", default=goods + fees)
    shipping = max(fees, total - goods)
    return {"total": total, "shipping_cost": shipping, "discount": goods + shipping - total}


def _payments(order: payload.Order) -> tuple[Payment, ...]:
    method = text(order.payment_method, most=80)
    return (Payment(method=method, amount=amount(order.grand_total, "grandTotal", default=ZERO)),) if method else ()


def _invoices(found: Units) -> tuple[InvoiceSeen, ...]:
    """One for each package at most."""
    keys = dict.fromkeys(filter(None, (text(unit.invoice_access_key, most=60) for unit in found)))
    return tuple(InvoiceSeen(access_key=key) for key in keys)


def _trackings(found: Units) -> tuple[Tracking, ...]:
    told: dict[str, Tracking] = {}
    for unit in found:
        if code := tracking_of(unit):
            provider = part(part(unit.shipment, payload.Shipment).provider, payload.Provider)
            told.setdefault(code, Tracking(code=code, carrier=provider_of(unit), url=text(provider.tracking_url)))
    return tuple(told.values())


def _tags(order: payload.Order, found: Units) -> tuple[str, ...]:
    """For people: what the order's columns have no place for."""
    currency = text(order.currency, most=10)
    gift = part(order.gift, payload.Gift)
    packages = len({tracking_of(unit) for unit in found} - {""})
    reasons = {text(part(unit.failure_reason, payload.FailureReason).name, most=50) for unit in found}
    return (
        *(("presente",) if gift.option is True else ()),
        *((f"{packages} pacotes",) if packages > 1 else ()),
        *((f"moeda {currency}",) if currency not in ("", "BRL") else ()),
        *(f"motivo: {reason}"[:60] for reason in sorted(reasons - {""})),
    )
