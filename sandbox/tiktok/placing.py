"""How an order comes into being: as a test asks for it, or as a buyer places it."""

import random
import zlib
from typing import Any

from sandbox.catalog import BY_SKU, basket
from sandbox.people import Person, invent
from sandbox.tiktok import market, moves
from sandbox.tiktok import statuses as st
from sandbox.tiktok.order import Order
from sandbox.tiktok.order_spec import ROUTES, check_spec
from sandbox.tiktok.shop import Shop

Json = dict[str, Any]


def place(shop: Shop, spec: Json, *, dice: random.Random) -> list[Order]:
    """`count` orders (1) as the spec says."""
    check_spec(shop, spec)
    return [_place_one(shop, spec, dice) for _ in range(spec.get("count", 1))]


def sell(shop: Shop, *, dice: random.Random) -> Order:
    return _place_one(shop, {"shipping_type": dice.choice(("TIKTOK", "TIKTOK", "TIKTOK", "SELLER"))}, dice)


def _place_one(shop: Shop, spec: Json, dice: random.Random) -> Order:
    created = shop.moment - spec.get("age", 0)
    items = spec["items"] if "items" in spec else _random_items(dice)
    code = str(spec.get("code") or shop.next_id("57660"))
    units = _units(code, items)
    order = Order(
        id=code,
        status=st.UNPAID,
        document=_document(spec, units, dice),
        units=units,
        created=created,
        updated=created,
        shipping_type=spec.get("shipping_type", "TIKTOK"),
        fulfillment_type=spec.get("fulfillment_type", "FULFILLMENT_BY_SELLER"),
    )
    shop.orders[order.id] = order
    for unit in units:
        shop.stock[unit["seller_sku"]] = max(0, shop.stock.get(unit["seller_sku"], 0) - 1)
    order.note("sold")
    moves.announce(shop, order)
    _bring_to(shop, order, spec.get("status", st.UNPAID))
    if spec.get("invoiced"):
        _give_invoice(order)
    if "paid_ago" in spec:
        order.times["paid_time"] = shop.moment - spec["paid_ago"]
    if "age" in spec:
        order.updated = created
    if "payload" in spec:
        order.patches.append(spec["payload"])
    order.changed()
    return order


def _bring_to(shop: Shop, order: Order, status: str) -> None:
    for verb in ROUTES[status]:
        if verb == "invoice":
            _give_invoice(order)
        elif verb != "release" or order.status == st.ON_HOLD:  # without a hold it is free at once
            market.VERBS[verb](shop, order, {})


def _give_invoice(order: Order) -> None:
    """A note that was there before the test began."""
    order.need_invoice = st.INVOICE_UPLOADED
    for package in order.packages:
        package.invoice = "SUCCESS"


def _random_items(dice: random.Random) -> list[Json]:
    return [{"sku": product.sku, "quantity": quantity} for product, quantity in basket(dice=dice)]


def _units(code: str, items: list[Json]) -> list[Json]:
    """One for each piece, with an id of its own."""
    pieces = [item for item in items for _ in range(item.get("quantity", 1))]
    return [_unit(f"{code}{place}", item) for place, item in enumerate(pieces, start=11)]


def _unit(number: str, item: Json) -> Json:
    product = BY_SKU.get(str(item["sku"]))
    usual = product.cents / 100 if product else 10.0
    original = float(item["original_price"] if "original_price" in item else item.get("price", usual))
    price = float(item.get("price", original))
    mixed = zlib.crc32(str(item["sku"]).encode())
    return {
        "id": number,
        "sku_id": f"17296{mixed:014d}",
        "seller_sku": str(item["sku"]),
        "sku_name": "",
        "product_id": f"17295{mixed:014d}",
        "product_name": product.name if product else f"Produto {item['sku']}",
        "sku_image": "",
        "sku_type": "NORMAL",
        "sale_price": f"{price:.2f}",
        "original_price": f"{original:.2f}",
        "seller_discount": f"{original - price:.2f}",
        "platform_discount": "0",
        "currency": "BRL",
        "is_gift": bool(item.get("gift", False)),
        "gift_retail_price": "0",
        "combined_listing_skus": [],
    }


def _document(spec: Json, units: list[Json], dice: random.Random) -> Json:
    person = invent(dice=dice)
    fee = float(spec.get("shipping_fee", dice.choice((0, 9.9, 15.32, 24.5))))
    goods = sum(float(unit["sale_price"]) for unit in units)
    original = sum(float(unit["original_price"]) for unit in units)
    return {
        "user_id": f"70214{int(person.cpf[:9]):014d}",
        "buyer_email": f"v{person.cpf[:6]}@scs2.example.com",
        "buyer_message": spec.get("message", ""),
        "delivery_option_id": "7091146663229654785",
        "delivery_option_name": "Envio do vendedor" if spec.get("shipping_type") == "SELLER" else "Envio padrão",
        "payment_method_name": dice.choice(("Pix", "Cartão de crédito", "Boleto")),
        "payment_card_type": "",
        "payment_method_code": "PIX",
        "payment_auth_code": f"E{person.cpf}exemplo",
        "channel_entity_national_registry_id": "11222333000181",
        "cpf": person.cpf,
        "cpf_name": person.name,
        "payment": _payment(goods, original, fee),
        "recipient_address": _address(person),
    }


def _payment(goods: float, original: float, fee: float) -> Json:
    """Money is text."""
    return {
        "currency": "BRL",
        "sub_total": f"{goods:.2f}",
        "shipping_fee": f"{fee:.2f}",
        "original_shipping_fee": f"{fee:.2f}",
        "shipping_fee_seller_discount": "0",
        "shipping_fee_platform_discount": "0",
        "shipping_fee_cofunded_discount": "0",
        "seller_discount": f"{original - goods:.2f}",
        "platform_discount": "0",
        "payment_platform_discount": "0",
        "original_total_product_price": f"{original:.2f}",
        "tax": "0",
        "total_amount": f"{goods + fee:.2f}",
    }


def _address(person: Person) -> Json:
    places = (("L0", "Brasil"), ("L1", person.region), ("L2", person.city), ("L3", person.neighborhood))
    detail = ", ".join(filter(None, (person.street, person.number, person.complement)))
    first, _, last = person.name.partition(" ")
    return {
        "full_address": f"Brasil, {person.region}, {person.city}, {person.neighborhood}, {detail}",
        "name": person.name,
        "first_name": first,
        "last_name": last,
        "phone_number": f"(+55){person.phone}".replace(" ", "").replace("-", ""),
        "address_detail": detail,
        "address_line1": person.street,
        "address_line2": person.number,
        "address_line3": person.complement,
        "address_line4": person.neighborhood,
        "district_info": [
            {"address_level": level, "address_level_name": "", "address_name": name, "iso_code": ""}
            for level, name in places
        ],
        "postal_code": person.postcode,
        "region_code": "BR",
    }
