"""From an order as TikTok Shop's order detail shows it to an OrderSnapshot. Pure: no Django, no network."""

from datetime import timedelta
from typing import Any

from marketplaces.connectors.tiktok import payload, people, statuses
from marketplaces.connectors.tiktok.items import items, units_of
from marketplaces.connectors.tiktok.reading import instant, required_instant
from marketplaces.document import part, parts
from marketplaces.values import amount, identifier, text
from orders.snapshot import ZERO, CancelRequest, Fulfillment, Item, OrderSnapshot, Payment, Tracking
from orders.status import Status

#: About so long the buyer cancels alone; the order is ON_HOLD meanwhile.
HOLD = timedelta(hours=1)
#: Without an answer TikTok Shop approves the buyer's request.
ANSWER = timedelta(hours=48)
FULFILLED_BY_TIKTOK = "FULFILLMENT_BY_TIKTOK"
SHIPPED_BY_SELLER = "SELLER"
DIGITAL = "TIKTOK_DIGITAL"


def snapshot(body: bytes, *, seen_at: Any) -> OrderSnapshot:
    """Raises Malformed with field and reason (Portuguese: it is shown in quarantine as it is)."""
    order = payload.decode(body)
    code = identifier(order.id, "id")
    word = text(order.status, most=60)
    units = units_of(order.line_items)
    status = _status(order, word, units)
    returns = parts(order.return_orders, payload.Return)
    lines = items(units, left=_left(order, word), returned=_ids(returns, statuses.RETURNED))
    shipping_address = people.address(part(order.recipient_address, payload.Address))
    fulfillment = _fulfillment(order)
    return OrderSnapshot(
        code=code,
        status=_with_returns(status, lines, returns),
        channel_status=word,
        seen_at=seen_at,
        fulfillment=fulfillment,
        needs_arranging=fulfillment is Fulfillment.MARKETPLACE_SHIPS,
        carrier=_carrier(order, units),
        shipping_method=text(order.delivery_option_name, most=120),
        items=lines,
        payments=_payments(order),
        trackings=_trackings(order, units),
        tags=_tags(order, units, returns),
        cancel_request=_cancel_request(order),
        buyer=people.buyer(order),
        shipping_address=shipping_address,
        billing_address=shipping_address,
        masked=people.withheld(order),
        **_dates(order, word),
        **_amounts(order, lines),
    )


def package_ids(order: payload.Order) -> list[str]:
    """Those of the order, and those that only its units name."""
    told = [text(package.id) for package in parts(order.packages, payload.Package)]
    named = [text(unit.package_id) for unit in parts(order.line_items, payload.Unit)]
    return [package for package in dict.fromkeys((*told, *named)) if package]


def open_request(order: payload.Order) -> payload.Cancellation | None:
    """The buyer's, as far as it was asked for."""
    told = parts(order.cancellations, payload.Cancellation)
    buyers = (row for row in told if text(row.role) in ("", statuses.BUYER))
    return next((row for row in buyers if text(row.cancel_status) == statuses.CANCEL_PENDING), None)


def _status(order: payload.Order, word: str, units: list[payload.Unit]) -> Status | None:
    packed = [text(unit.package_status) for unit in units if text(unit.display_status) != statuses.CANCELLED]
    return statuses.meaning(
        word,
        invoice=text(order.need_upload_invoice),
        arranged=bool(packed) and all(one in statuses.ARRANGED for one in packed),
        collected=instant(order.collection_time) is not None,
        delivered=instant(order.delivery_time) is not None,
        arranged_once=instant(order.rts_time) is not None or instant(order.collection_time) is not None,
        reason=text(order.cancel_reason),
    )


def _left(order: payload.Order, word: str) -> bool | None:
    """What COMPLETED and CANCELLED do not tell of their units."""
    collected = instant(order.collection_time) is not None
    if word == statuses.CANCELLED:
        return collected
    never_left = instant(order.rts_time) is not None and not collected and instant(order.delivery_time) is None
    return False if word == statuses.COMPLETED and never_left else None


def _with_returns(status: Status | None, lines: tuple[Item, ...], returns: list[payload.Return]) -> Status | None:
    """Returns are objects of their own, beside an order that stays DELIVERED or COMPLETED."""
    if status not in (Status.SHIPPED, Status.DELIVERED, Status.DELIVERY_FAILED):
        return status
    if any(line.returned for line in lines) and all(line.returned == line.shipped for line in lines):
        return Status.RETURNED
    coming = any(text(one.return_status) in statuses.RETURNING and _brings_goods(one) for one in returns)
    return Status.RETURNING if coming else status


def _brings_goods(one: payload.Return) -> bool:
    return text(one.return_type) == statuses.WITH_GOODS


def _ids(returns: list[payload.Return], status: str) -> set[str]:
    """Of the line items that came back."""
    found = (one for one in returns if text(one.return_status) == status and _brings_goods(one))
    return {text(unit.order_line_item_id) for one in found for unit in parts(one.return_line_items, payload.ReturnUnit)}


def _fulfillment(order: payload.Order) -> Fulfillment:
    if text(order.fulfillment_type) == FULFILLED_BY_TIKTOK or text(order.shipping_type) == DIGITAL:
        return Fulfillment.MARKETPLACE
    return Fulfillment.SELLER if text(order.shipping_type) == SHIPPED_BY_SELLER else Fulfillment.MARKETPLACE_SHIPS


def _carrier(order: payload.Order, units: list[payload.Unit]) -> str:
    told = (order.shipping_provider, *(unit.shipping_provider_name for unit in units))
    return next(filter(None, (text(one, most=80) for one in told)), "")


def _trackings(order: payload.Order, units: list[payload.Unit]) -> tuple[Tracking, ...]:
    """A number per package, once it is shipped."""
    rows = [(text(unit.tracking_number, most=80), text(unit.shipping_provider_name, most=80)) for unit in units]
    rows.append((text(order.tracking_number, most=80), text(order.shipping_provider, most=80)))
    found = {code: carrier for code, carrier in reversed(rows) if code}
    return tuple(Tracking(code=code, carrier=carrier) for code, carrier in sorted(found.items()))


def _dates(order: payload.Order, word: str) -> dict[str, Any]:
    paid_at = instant(order.paid_time)
    return {
        "placed_at": required_instant(order.create_time, "create_time"),
        "updated_at": required_instant(order.update_time, "update_time"),
        "approved_at": paid_at,
        "shipped_at": instant(order.collection_time),
        "delivered_at": instant(order.delivery_time),
        "canceled_at": instant(order.cancel_time),
        "ship_by": instant(order.rts_sla_time) or instant(order.shipping_due_time),
        "deliver_by": instant(order.delivery_sla_time) or instant(order.delivery_due_time),
        "hold_until": paid_at + HOLD if paid_at and word == statuses.ON_HOLD else None,
    }


def _amounts(order: payload.Order, lines: tuple[Item, ...]) -> dict[str, Any]:
    """What the buyer paid is told; beside goods and shipping it holds fees and what a payment platform gave."""
    told = part(order.payment, payload.Money)
    goods = sum((line.unit_price * line.quantity for line in lines), ZERO)
    shipping = amount(told.shipping_fee, "payment.shipping_fee", default=ZERO)
    total = amount(told.total_amount, "payment.total_amount", default=goods + shipping)
    rest = total - goods - shipping
    return {"total": total, "shipping_cost": shipping, "discount": max(-rest, ZERO), "interest": max(rest, ZERO)}


def _cancel_request(order: payload.Order) -> CancelRequest | None:
    if order.is_buyer_request_cancel is not True:
        return None
    told = open_request(order) or payload.Cancellation()
    asked_at = instant(told.create_time) or instant(order.request_cancel_time)
    requested_at = asked_at or required_instant(order.update_time, "update_time")
    actions = parts(told.seller_next_action_response, payload.NextAction)
    deadline = next((instant(action.deadline) for action in actions if instant(action.deadline)), None)
    return CancelRequest(
        requested_at=requested_at,
        reason=text(told.cancel_reason_text, most=200) or text(told.cancel_reason, most=200),
        answer_by=deadline or requested_at + ANSWER,
    )


def _payments(order: payload.Order) -> tuple[Payment, ...]:
    method = text(order.payment_method_name)
    if not method:
        return ()
    told = part(order.payment, payload.Money)
    return (
        Payment(
            method=method,
            amount=amount(told.total_amount, "payment.total_amount", default=ZERO),
            paid_at=instant(order.paid_time),
            authorization=text(order.payment_auth_code),
            card_issuer=text(order.payment_card_type),
        ),
    )


def _tags(order: payload.Order, units: list[payload.Unit], returns: list[payload.Return]) -> tuple[str, ...]:
    """For people: what the order's columns have no place for."""
    packages, currency = package_ids(order), text(part(order.payment, payload.Money).currency)
    found = (
        f"{len(packages)} pacotes" if len(packages) > 1 else "",
        "envio conjunto com outro pedido" if text(order.split_or_combine_tag) == "COMBINED" else "",
        "amostra" if order.is_sample_order is True else "",
        "reposição" if order.is_replacement_order is True else "",
        "brinde" if any(unit.is_gift is True for unit in units) else "",
        "NF-e em conferência" if text(order.need_upload_invoice) == statuses.PROCESSING else "",
        f"devolução: {text(returns[-1].return_status)}"[:60] if returns else "",
        f"moeda {currency}"[:60] if currency not in ("", "BRL") else "",
    )
    return tuple(filter(None, found))
