"""Orders and items as GET /v2/orders answers them (protocol §4.3, §4.4)."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from sandbox.dafiti import statuses as st
from sandbox.dafiti.order import Order, Unit
from sandbox.dafiti.seller import ENVIOS, PROVIDERS, Seller

Json = dict[str, Any]
MASK = "#####"
SELLER_ID = 4089
DEADLINE = 2 * 86_400


def order_view(seller: Seller, order: Order) -> Json:
    shown: Json = {
        "uuid": uuid_of(order.id),
        "id": order.id,
        "regionId": f"BR-{order.id}",
        "sellerId": SELLER_ID,
        "number": order.number,
        **_people(seller, order),
        "invoiceRequired": True,
        "payoutPending": False,
        "gift": order.document["gift"],
        "voucher": order.document["voucher"],
        "deliveryInfo": "",
        "paymentMethod": order.document["paymentMethod"],
        "currency": "BRL",
        "remarks": "",
        "createdAt": instant(order.created),
        "updatedAt": instant(order.updated),
        "addressUpdatedAt": instant(order.created),
        "exchangeByOrderId": None,
        "exchangeForOrderId": None,
        "extraAttributes": None,
        "statusList": dict(Counter(unit.status for unit in order.units)),
        "source": "Dafiti BR",
        "itemCount": len(order.units),
        "unitPriceSumWithFees": round(sum(unit.unit_price + unit.shipping_fee for unit in order.units), 2),
        "shippingFeeSstSum": 0.0,
        "grandTotal": total_of(order),
        "targetToShip": instant(order.created + DEADLINE),
        "shipmentProviderType": "standard",
        "shipmentProviderPreSelected": bool(order.foreseen),
        "packedItemsCount": sum(bool(unit.package) for unit in order.units),
        "orderItemIds": [unit.id for unit in order.units],
        "items": [unit_view(seller, order, unit) for unit in order.units],
    }
    for laid in order.patches:
        shown |= laid
    return {name: value for name, value in shown.items() if value != "$absent"}


def unit_view(seller: Seller, order: Order, unit: Unit) -> Json:
    package = order.package_of(unit)
    reason = unit.reason or {"type": None, "name": None, "description": None, "details": ""}
    product = seller.product(unit.sku)
    return {
        "id": unit.id,
        "srcId": f"BR-{unit.id}",
        "sellerId": SELLER_ID,
        "orderId": order.id,
        "uuid": uuid_of(unit.id),
        "status": unit.status,
        "isProcessable": True,
        "failureReason": reason,
        "shipment": _shipment(order, package.provider if package else "", package.tracking if package else ""),
        "invoiceNumber": unit.invoice_number or None,
        "invoiceAccesskey": (package.access_key if package else "") or None,
        "inTransit": unit.status == st.SHIPPED,
        "premium": False,
        "targetToShipAt": instant(order.created + DEADLINE),
        "product": {
            "name": unit.name,
            "sku": f"DF{product['id'] if product else unit.id}",
            "variation": unit.variation,
            "sellerSku": unit.sku,
        },
        "unitPrice": unit.unit_price,
        "taxAmount": 0.0,
        "taxPercent": 0.0,
        "paidPrice": unit.paid_price,
        "paidCommission": None,
        "shippingFee": unit.shipping_fee,
        "shippingServiceCost": None,
        "walletCredits": 0.0,
        "storeCredits": 0.0,
        "shippingVoucherAmount": 0.0,
        "priceAfterDiscount": unit.paid_price,
        "salesDueAmount": 0.0,
        "itemSerialNumber": unit.serial or None,
        "purchase": {"orderSrcId": None, "orderNumber": None, "deliveryInfo": None},
        "createdAt": instant(unit.created),
        "updatedAt": instant(unit.updated),
        "lastStatusChangedAt": instant(unit.changed),
        "warehouseName": None,
        "extraAttributes": None,
        "isHybrid": False,
        "isOutlet": False,
        "actions": _actions(order, unit),
        "vouchers": [],
        "manifestStatus": None,
        "isPickupRequestSent": unit.pickup_requested,
        "discountAmount": round(unit.unit_price - unit.paid_price, 2),
    }


def total_of(order: Order) -> float:
    return round(sum(unit.paid_price + unit.shipping_fee for unit in order.units), 2)


def instant(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def uuid_of(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def _shipment(order: Order, provider: str, tracking: str) -> Json:
    return {
        "type": order.kind,
        "crossdockingDeliveryType": "send_to_warehouse" if "crossdocking" in order.kind else None,
        "method": "home",
        "preProvider": _provider(order.foreseen),
        "provider": _provider(provider),
        "providerPreselected": bool(order.foreseen),
        "providerProduct": "",
        "providerType": "standard",
        "weight": 0.3,
        "trackingCode": tracking,
        "preTrackingCode": None,
    }


def _provider(name: str) -> Json | None:
    if not name:
        return None
    place = [known for known, _ in PROVIDERS].index(name) if name in dict(PROVIDERS) else 9
    return {"uuid": uuid_of(place), "name": name, "default": place == 0, "digitalType": None, "trackingUrl": None}


def _actions(order: Order, unit: Unit) -> list[str]:
    package = order.package_of(unit)
    envios = package is not None and package.provider == ENVIOS
    label = "generate_shipping_parcel" if envios else "generate_shipping_label"
    more = [label] if package and unit.status in (st.PENDING, st.READY_TO_SHIP) else []
    if envios and unit.status == st.READY_TO_SHIP and not unit.pickup_requested:
        more.append("create_pickup_request")
    return [*st.ACTIONS.get(unit.status, ()), *more]


def _people(seller: Seller, order: Order) -> Json:
    masking = seller.switches.masking
    unpaid = order.status == st.PAYMENT_PENDING
    everything = masking == "all" or (masking == "unpaid" and unpaid)
    contact = everything or masking in ("contact", "unpaid")
    document = order.document
    address = {kind: _address(told, everything, contact) for kind, told in document["address"].items()}
    name = dict.fromkeys(document["customer"], MASK) if everything else document["customer"]
    number = MASK if everything else document["nationalRegistrationNumber"]
    return {"customer": name, "address": address, "nationalRegistrationNumber": number}


def _address(told: Json, everything: bool, contact: bool) -> Json:
    if everything:
        return {**dict.fromkeys(told, MASK), "phone": [MASK], "address": [MASK, "", "", "", ""], "country": "Brazil"}
    return {**told, "phone": [MASK], "email": MASK} if contact else told
