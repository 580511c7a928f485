"""An order as the order detail answers it: one line item per unit, masks by who ships, districts once it is free."""

from typing import Any

from sandbox.tiktok import statuses as st
from sandbox.tiktok.order import Order, Package
from sandbox.tiktok.shop import Shop

Json = dict[str, Any]
DAY = 86_400
FISCAL = ("payment_card_type", "payment_method_code", "payment_auth_code", "channel_entity_national_registry_id")


def detail(shop: Shop, order: Order, *, fiscal: bool = True) -> Json:
    """`fiscal`: with what the newer version adds for Brazil."""
    shown: Json = {
        "id": order.id,
        "status": order.status,
        "order_type": "NORMAL",
        "create_time": int(order.created),
        "update_time": int(order.updated),
        **_times(order),
        "fulfillment_type": order.fulfillment_type,
        "shipping_type": order.shipping_type,
        "delivery_type": "HOME_DELIVERY",
        "delivery_option_id": order.document["delivery_option_id"],
        "delivery_option_name": order.document["delivery_option_name"],
        "shipping_provider": _first(order, "carrier"),
        "shipping_provider_id": "",
        "tracking_number": _first(order, "tracking_number"),
        "warehouse_id": "7000000000000000001",
        "user_id": order.document["user_id"],
        "buyer_email": order.document["buyer_email"],
        "buyer_message": order.document["buyer_message"],
        "seller_note": "",
        "is_cod": False,
        "is_on_hold_order": shop.switches.hold_seconds > 0,
        "is_buyer_request_cancel": bool(order.request),
        "is_sample_order": False,
        "is_replacement_order": False,
        "split_or_combine_tag": "SPLIT" if len(order.packages) > 1 else "",
        "cancellation_initiator": order.cancel.get("initiator", ""),
        "cancel_reason": order.cancel.get("reason", ""),
        "payment_method_name": order.document["payment_method_name"],
        "cpf": order.document["cpf"],
        "cpf_name": order.document["cpf_name"],
        "need_upload_invoice": order.need_invoice,
        "has_updated_recipient_address": False,
        "payment": order.document["payment"],
        "recipient_address": address(shop, order),
        "line_items": [_unit(order, unit) for unit in order.units],
        "packages": [{"id": package.id} for package in order.packages],
    }
    if fiscal:
        shown |= {name: order.document[name] for name in FISCAL}
    for laid in order.patches:
        shown |= laid
    return {name: value for name, value in shown.items() if value != "$absent"}


def package_detail(order: Order, package: Package) -> Json:
    return {
        "package_id": package.id,
        "orders": [{"id": order.id, "skus": []}],
        "order_line_item_ids": package.units,
        "package_status": package.status,
        "package_sub_status": package.sub_status,
        "ship_exception_reason": package.exception,
        "shipping_type": order.shipping_type,
        "shipping_provider_name": package.carrier,
        "shipping_provider_id": "",
        "tracking_number": package.tracking_number,
        "handover_method": package.handover.get("handover_method", ""),
        "pickup_slot": package.handover.get("pickup_slot", {}),
        "delivery_option_id": order.document["delivery_option_id"],
        "create_time": int(order.created),
        "update_time": int(package.updated or order.updated),
    }


def is_masked(shop: Shop, order: Order) -> bool:
    if shop.switches.masking != "platform":
        return shop.switches.masking == "all"
    return order.shipping_type == "TIKTOK" or order.fulfillment_type == "FULFILLMENT_BY_TIKTOK"


def address(shop: Shop, order: Order) -> Json:
    """How names are masked in Brazil nobody wrote down; districts are not told before the order is free."""
    full: Json = order.document["recipient_address"]
    shown = {**full, "district_info": [] if order.status in (st.UNPAID, st.ON_HOLD) else full["district_info"]}
    if not is_masked(shop, order):
        return shown
    texts = ("full_address", "name", "first_name", "last_name", "address_detail", "address_line1", "address_line2")
    masked = {name: mask(str(full[name])) for name in (*texts, "address_line3", "phone_number")}
    return {**shown, **masked, "postal_code": f"{full['postal_code'][:5]}***"}


def mask(text: str) -> str:
    """The first letter of each word."""
    return " ".join(f"{word[:1]}***" for word in text.split())


def _times(order: Order) -> Json:
    names = ("paid_time", "rts_time", "collection_time", "delivery_time", "cancel_time")
    created = int(order.created)
    return {
        **{name: int(order.times.get(name, 0)) for name in names},
        "request_cancel_time": int(order.request.get("at", 0)),
        "rts_sla_time": created + 2 * DAY,
        "tts_sla_time": created + 3 * DAY,
        "cancel_order_sla_time": created + 5 * DAY,
        "shipping_due_time": created + 4 * DAY,
        "collection_due_time": created + 6 * DAY,
        "delivery_sla_time": created + 9 * DAY,
        "delivery_due_time": created + 30 * DAY,
    }


def _unit(order: Order, unit: Json) -> Json:
    package = next((package for package in order.packages if unit["id"] in package.units), None)
    return {
        **unit,
        "display_status": _display(order, package),
        "package_id": package.id if package else "",
        "package_status": package.status if package else "",
        "tracking_number": package.tracking_number if package else "",
        "shipping_provider_name": package.carrier if package else "",
        "cancel_reason": order.cancel.get("reason", ""),
        "cancel_user": order.cancel.get("user", ""),
    }


def _display(order: Order, package: Package | None) -> str:
    if order.status in (st.COMPLETED, st.CANCELLED):
        return order.status
    if order.status == st.ON_HOLD or package is None:
        return st.UNPAID  # the enum has no ON_HOLD
    return st.OF_PACKAGE[package.status]


def _first(order: Order, name: str) -> str:
    return next((value for package in order.packages if (value := str(getattr(package, name)))), "")
