"""From an order as SkyHub writes it to an OrderSnapshot. Pure: no Django, no network."""

from datetime import datetime, timedelta
from typing import Any

from marketplaces.connectors.skyhub import payload, people, statuses
from marketplaces.connectors.skyhub.items import items
from marketplaces.connectors.skyhub.reading import amount, first_instant, identifier, instant, optional
from marketplaces.document import part, parts
from marketplaces.values import listed, text
from orders.snapshot import ZERO, Fulfillment, InvoiceSeen, OrderSnapshot, Payment, Tracking

B2W_FULFILLMENT = "b2w fulfillment"
#: B2W's own fleet: it takes the invoice as a file.
DIRECT = "b2wentregadirect"
B2W_ENTREGA = frozenset({"b2wentregacorreios", DIRECT})
#: The shop suspects the payment: nothing may leave before a person says so.
FRAUD_RISK = "fraud_risk_detected"
#: An expedition limit is believed only this near to the purchase.
LONGEST_PREPARATION = timedelta(days=90)


def snapshot(body: bytes, *, seen_at: datetime) -> OrderSnapshot:
    """Raises Malformed with field and reason (Portuguese: it is shown in quarantine as it is)."""
    order = payload.decode(body)
    status = part(order.status, payload.Status)
    tags = _tags(order)
    told = payload.Status(code=order.status) if isinstance(order.status, str) else status
    return OrderSnapshot(
        code=identifier(order.code, "code"),
        status=statuses.meaning(type=told.type, code=told.code),
        channel_status=_channel_status(told),
        seen_at=seen_at,
        remote_code=_remote_code(order),
        storefront=text(order.channel, most=60),
        fulfillment=_fulfillment(order),
        carrier=optional(order.shipping_carrier, most=80),
        shipping_method=optional(order.shipping_method, most=120),
        items=items(order.items),
        payments=tuple(_payment(p, f"payments[{n}]") for n, p in enumerate(parts(order.payments, payload.Payment))),
        invoices=tuple(_invoice(i) for i in parts(order.invoices, payload.Invoice) if text(i.key)),
        trackings=_trackings(order),
        tags=tags,
        fraud_risk=FRAUD_RISK in tags,
        **_dates(order),
        **_amounts(order),
        **_people(order),
    )


def _channel_status(told: payload.Status) -> str:
    """The account's code, which may say nothing ("11"), with its label, which does."""
    code, label = text(told.code) or text(told.type), text(told.label)
    return (f"{code} ({label})" if label and label != code else code)[:60]


def _remote_code(order: payload.Order) -> str:
    """The marketplace's own number. Codes of 2025 hold a second hyphen: never split at every one."""
    if remote := text(part(order.import_info, payload.ImportInfo).remote_code, most=80):
        return remote
    code, prefix = text(order.code), f"{text(order.channel)}-"
    return code.removeprefix(prefix) if code.startswith(prefix) else code.partition("-")[2]


def _tags(order: payload.Order) -> tuple[str, ...]:
    """The shop's own, and who carries: it decides in which form an invoice is taken."""
    told = (text(tag, most=60) for tag in listed(order.tags))
    carried = text(order.calculation_type).casefold()
    return tuple(dict.fromkeys(filter(None, (*told, carried if carried in B2W_ENTREGA else ""))))


def _fulfillment(order: payload.Order) -> Fulfillment:
    if text(order.shipping_method).casefold() == B2W_FULFILLMENT:
        return Fulfillment.MARKETPLACE
    by_marketplace = text(order.calculation_type).casefold() in B2W_ENTREGA
    return Fulfillment.MARKETPLACE_SHIPS if by_marketplace else Fulfillment.SELLER


def _dates(order: payload.Order) -> dict[str, Any]:
    placed_at = first_instant(placed_at=order.placed_at, imported_at=order.imported_at, updated_at=order.updated_at)
    return {
        "placed_at": placed_at,
        "updated_at": first_instant(
            updated_at=order.updated_at, placed_at=order.placed_at, imported_at=order.imported_at
        ),
        "approved_at": instant(order.approved_date),
        "shipped_at": instant(order.shipped_date),
        "delivered_at": instant(order.delivered_date),
        "ship_by": _ship_by(order, placed_at),
        "deliver_by": instant(order.estimated_delivery),
    }


def _ship_by(order: payload.Order, placed_at: datetime) -> datetime | None:
    """The field had been found unreliable (CON ignores it): believed only between purchase and promised delivery."""
    limit = instant(order.expedition_limit_date)
    latest = instant(order.estimated_delivery) or placed_at + LONGEST_PREPARATION
    if limit is None or not placed_at < limit <= min(latest, placed_at + LONGEST_PREPARATION):
        return None
    return limit


def _amounts(order: payload.Order) -> dict[str, Any]:
    return {
        "total": amount(order.total_ordered, "total_ordered"),
        "shipping_cost": amount(order.shipping_cost, "shipping_cost", default=ZERO),
        "discount": amount(order.discount, "discount", default=ZERO),  # null on exchange orders (CON)
        "interest": amount(order.interest, "interest", default=ZERO),
    }


def _people(order: payload.Order) -> dict[str, Any]:
    customer = part(order.customer, payload.Customer)
    shipping = part(order.shipping_address, payload.Address)
    return {
        "buyer": people.buyer(customer),
        "shipping_address": people.address(shipping),
        "billing_address": people.address(part(order.billing_address, payload.Address)),
        "masked": people.withheld(customer, shipping),
    }


def _payment(told: payload.Payment, field: str) -> Payment:
    parcels = text(told.parcels)
    return Payment(
        method=text(told.method),
        amount=amount(told.value, f"{field}.value", default=ZERO),
        installments=int(parcels) if parcels.isascii() and parcels.isdigit() and len(parcels) <= 4 else None,
        status=text(told.status),
        paid_at=instant(told.transaction_date),
        authorization=text(told.autorization_id),
        card_issuer=text(told.card_issuer),
    )


def _invoice(told: payload.Invoice) -> InvoiceSeen:
    return InvoiceSeen(access_key=text(told.key), issued_at=instant(told.issue_date))


def _trackings(order: payload.Order) -> tuple[Tracking, ...]:
    """B2W Entrega fills shipments in while the order is still APPROVED: a tracking never means shipped."""
    shipments = parts(order.shipments, payload.Shipment)
    tracks = [track for shipment in shipments for track in parts(shipment.tracks, payload.Track)]
    return tuple(
        Tracking(code=text(t.code), carrier=optional(t.carrier), method=optional(t.method), url=text(t.url, most=500))
        for t in tracks
        if text(t.code)
    )
