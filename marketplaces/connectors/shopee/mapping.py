"""From an order as get_order_detail shows it to an OrderSnapshot. Pure: no Django, no network."""

from datetime import datetime, timedelta
from typing import Any

from marketplaces.connectors.shopee import payload, people, statuses
from marketplaces.connectors.shopee.items import items
from marketplaces.connectors.shopee.reading import instant, required_instant
from marketplaces.document import part, parts
from marketplaces.values import amount, identifier, number, text
from orders.snapshot import ZERO, CancelRequest, Fulfillment, InvoiceSeen, Item, OrderSnapshot, Payment
from orders.status import AHEAD, Status

#: Within it the buyer cancels alone; we arrange nothing before.
HOLD = timedelta(hours=1)
#: Shopee's own warehouse.
FBS_CHANNEL = 91007
#: Channels whose deliveries the seller reports (update_tracking_status).
SELLER_CHANNELS = frozenset({90021, 90025, 90026})
#: INF: no list of the carriers without integration is published.
SELLER_WORD = "vendedor"
LEFT = AHEAD[Status.SHIPPED] | {Status.SHIPPED}
RETURNED_WORDS = frozenset({"COMPLETED", "TO_RETURN"})


def snapshot(body: bytes, *, seen_at: datetime) -> OrderSnapshot:
    """Raises Malformed with field and reason (Portuguese: it is shown in quarantine as it is)."""
    order = payload.decode(body)
    code = identifier(order.order_sn, "order_sn")
    word = text(order.order_status, most=60)
    packages = parts(order.package_list, payload.Package)
    status = _status(order, word, packages)
    lines = items(order.item_list, left=status in LEFT)
    shipping_address = people.address(part(order.recipient_address, payload.Address))
    return OrderSnapshot(
        code=code,
        status=_returned(status, word, lines),
        channel_status=word,
        seen_at=seen_at,
        fulfillment=_fulfillment(order, packages),
        needs_arranging=_fulfillment(order, packages) is not Fulfillment.MARKETPLACE,
        pickup_failed=statuses.pickup_failed(word, [text(package.logistics_status) for package in packages]),
        carrier=_carrier(order, packages),
        shipping_method=text(order.checkout_shipping_carrier, most=120),
        items=lines,
        payments=_payments(order),
        invoices=_invoices(order),
        tags=_tags(order, packages),
        cancel_request=_cancel_request(order, word),
        buyer=people.buyer(order),
        shipping_address=shipping_address,
        billing_address=shipping_address,
        masked=people.withheld(order),
        **_dates(order),
        **_amounts(order, lines),
    )


def _status(order: payload.Order, word: str, packages: list[payload.Package]) -> Status | None:
    invoice = part(order.invoice_data, payload.Invoice)
    return statuses.meaning(
        word,
        packages=[text(package.logistics_status) for package in packages],
        paid=instant(order.pay_time) is not None,
        invoiced=bool(text(invoice.access_key)) and not _is_pending(invoice),
    )


def _is_pending(invoice: payload.Invoice) -> bool:
    """SEFAZ's refusal can come after Shopee has taken the note (since 2026-08-06)."""
    return text(invoice.status).casefold() == "pending"


def _returned(status: Status | None, word: str, lines: tuple[Item, ...]) -> Status | None:
    """COMPLETED is also where a return ends."""
    back = bool(lines) and all(line.returned == line.quantity - line.canceled for line in lines)
    back = back and any(line.returned for line in lines)
    return Status.RETURNED if back and word in RETURNED_WORDS else status


def _fulfillment(order: payload.Order, packages: list[payload.Package]) -> Fulfillment:
    """Bookings leave from Shopee's stock before there is an order, so they are not ours either."""
    channels = {number(package.logistics_channel_id) for package in packages}
    if text(order.fulfillment_flag) == "fulfilled_by_shopee" or FBS_CHANNEL in channels or text(order.booking_sn):
        return Fulfillment.MARKETPLACE
    if channels & SELLER_CHANNELS or SELLER_WORD in _carrier(order, packages).casefold():
        return Fulfillment.SELLER
    return Fulfillment.MARKETPLACE_SHIPS


def _carrier(order: payload.Order, packages: list[payload.Package]) -> str:
    """Blank outside for split orders: the packages tell."""
    told = [text(order.shipping_carrier, most=80), *(text(package.shipping_carrier, most=80) for package in packages)]
    return next(filter(None, told), "")


def _dates(order: payload.Order) -> dict[str, Any]:
    placed_at = required_instant(order.create_time, "create_time")
    paid_at = instant(order.pay_time)
    return {
        "placed_at": placed_at,
        "updated_at": required_instant(order.update_time, "update_time"),
        "approved_at": paid_at,
        "shipped_at": instant(order.pickup_done_time),
        "ship_by": instant(order.ship_by_date),
        "deliver_by": instant(order.edt_to),
        # Documented from the payment and from the purchase: the later of the two.
        "hold_until": max(placed_at, paid_at) + HOLD if paid_at else None,
    }


def _amounts(order: payload.Order, lines: tuple[Item, ...]) -> dict[str, Any]:
    """What the buyer paid is told, shipping only estimated, vouchers not at all: what is missing is a discount.

    Before the payment the total is 0, and the parts are all there is.
    """
    goods = sum((line.unit_price * line.quantity for line in lines), ZERO)
    estimated = amount(order.estimated_shipping_fee, "estimated_shipping_fee", default=ZERO)
    told = amount(order.total_amount, "total_amount", default=ZERO)
    total = told if told or instant(order.pay_time) else goods + estimated
    shipping = max(estimated, total - goods)
    return {"total": total, "shipping_cost": shipping, "discount": goods + shipping - total}


def _cancel_request(order: payload.Order, word: str) -> CancelRequest | None:
    """No deadline for the answer is documented; the order itself lapses when it is not shipped by its date."""
    if word != statuses.IN_CANCEL:
        return None
    return CancelRequest(
        requested_at=required_instant(order.update_time, "update_time"),
        reason=text(order.buyer_cancel_reason, most=200) or text(order.cancel_reason, most=200),
        answer_by=instant(order.ship_by_date),
    )


def _payments(order: payload.Order) -> tuple[Payment, ...]:
    paid_at = instant(order.pay_time)
    told = parts(order.payment_info, payload.PaymentInfo)
    method = text(order.payment_method)
    if not told:
        return (Payment(method=method, paid_at=paid_at),) if method else ()
    return tuple(
        Payment(
            method=text(row.payment_method) or method,
            amount=amount(row.payment_amount, f"payment_info[{index}].payment_amount", default=ZERO),
            paid_at=paid_at,
            authorization=text(row.transaction_id),
            card_issuer=text(row.card_brand),
        )
        for index, row in enumerate(told)
    )


def _invoices(order: payload.Order) -> tuple[InvoiceSeen, ...]:
    told = part(order.invoice_data, payload.Invoice)
    key = text(told.access_key)
    refused = (text(told.pending_reason) or "sem motivo informado") if _is_pending(told) else ""
    return (InvoiceSeen(access_key=key, issued_at=instant(told.issue_date), refused=refused),) if key else ()


#: Shopee's words for who canceled.
WHO = {"buyer": "comprador", "seller": "vendedor", "system": "Shopee", "ops": "Shopee"}


def _canceled_by(order: payload.Order) -> str:
    if text(order.order_status) != statuses.CANCELLED or not (who := text(order.cancel_by)):
        return ""
    reason = text(order.buyer_cancel_reason) or text(order.cancel_reason)
    return f"cancelado por {WHO.get(who.casefold(), who)}{': ' if reason else ''}{reason}"[:60]


def _tags(order: payload.Order, packages: list[payload.Package]) -> tuple[str, ...]:
    """For people: what the order's columns have no place for."""
    currency = text(order.currency)
    found = (
        _canceled_by(order),
        f"dividido em {len(packages)} pacotes" if len(packages) > 1 else "",
        f"moeda {currency}"[:60] if currency not in ("", "BRL") else "",
    )
    return tuple(filter(None, found))
