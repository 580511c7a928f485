"""How an order comes into being: as a test asks for it, or as a buyer places it."""

import random
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.catalog import basket
from sandbox.people import Person, invent
from sandbox.shopee import market, moves
from sandbox.shopee import statuses as st
from sandbox.shopee.channels import CHANNELS
from sandbox.shopee.order import Order, Package
from sandbox.shopee.order_spec import ROUTES, check_spec
from sandbox.shopee.pickups import BRASILIA
from sandbox.shopee.shop import Shop

Json = dict[str, Any]
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTUVWXY"
_SOLD = ("padrao", "padrao", "padrao", "correios", "correios", "direta")


def place(shop: Shop, spec: Json, *, dice: random.Random) -> list[Order]:
    """`count` orders (1) as the spec says."""
    check_spec(shop, spec)
    return [_place_one(shop, spec, dice) for _ in range(spec.get("count", 1))]


def sell(shop: Shop, *, dice: random.Random) -> Order:
    return _place_one(shop, {"channel": dice.choice(_SOLD)}, dice)


def _place_one(shop: Shop, spec: Json, dice: random.Random) -> Order:
    shop.placed += 1
    created = shop.moment - spec.get("age", 0)
    lines = _lines(shop, spec["items"]) if "items" in spec else _random_lines(shop, dice)
    order = Order(
        sn=str(spec.get("code") or _number(shop, created)),
        status=st.UNPAID,
        document=_document(spec, lines, dice),
        lines=lines,
        created=created,
        updated=created,
        channel_id=CHANNELS[spec.get("channel", "padrao")].id,
        packages=[_package(shop, lines, created)],
    )
    shop.orders[order.sn] = order
    shop.move_stock(order, -1)
    order.note("sold")
    moves.announce(shop, order)
    for verb, arguments in ROUTES[spec.get("status", st.UNPAID)]:
        if verb == "arrange":
            _give_invoice(shop, order)
        if verb != "pickup" or order.status != st.SHIPPED:  # a shipment of the seller's own is on its way at once
            market.VERBS[verb](shop, order, arguments)
    if spec.get("invoiced"):
        _give_invoice(shop, order)
    if "paid_ago" in spec:
        order.paid = shop.moment - spec["paid_ago"]
    if "age" in spec:
        order.updated = created
    if "payload" in spec:
        order.patches.append(spec["payload"])
    order.changed()
    return order


def _number(shop: Shop, created: float) -> str:
    """Six digits of the day and eight characters that never repeat in a shop."""
    day = datetime.fromtimestamp(created, UTC).astimezone(BRASILIA)
    mixed = zlib.crc32(f"{shop.shop_id} {shop.placed}".encode()) % 32**3
    return f"{day:%y%m%d}{_letters(mixed, 3)}{_letters(shop.placed, 5)}"


def _letters(number: int, width: int) -> str:
    text = ""
    for _ in range(width):
        number, rest = divmod(number, 32)
        text = _LETTERS[rest] + text
    return text


def _package(shop: Shop, lines: list[Json], created: float) -> Package:
    """The deadline is the end of the second day, in Brasília."""
    end = datetime.fromtimestamp(created, UTC).astimezone(BRASILIA) + timedelta(days=2)
    return Package(
        number=f"OFG{shop.shop_id % 10_000:04}{shop.placed:07}1",
        lines=[{"line": place, "quantity": line["quantity"]} for place, line in enumerate(lines)],
        status=st.NOT_START,
        updated=created,
        ship_by=end.replace(hour=23, minute=59, second=59, microsecond=0).timestamp(),
    )


def _lines(shop: Shop, wanted: list[Json]) -> list[Json]:
    return [_line(shop, str(item["sku"]), item.get("quantity", 1), item, place) for place, item in enumerate(wanted)]


def _random_lines(shop: Shop, dice: random.Random) -> list[Json]:
    return [
        _line(shop, product.sku, quantity, {}, place) for place, (product, quantity) in enumerate(basket(dice=dice))
    ]


def _line(shop: Shop, sku: str, quantity: int, item: Json, place: int) -> Json:
    """A SKU that is not in the catalog is one of a listing that was deleted since."""
    product = shop.product(sku) or {}
    varied = product.get("model_id", 0) != 0
    original = item.get("original_price", product.get("price", 10.0))
    return {
        "item_id": product.get("item_id", 2_900_000_000 + zlib.crc32(sku.encode()) % 10**8),
        "model_id": product.get("model_id", 0),
        "order_item_id": 2_000_000_001 + shop.placed * 10 + place,
        "name": product.get("name", f"Produto {sku}"),
        "item_sku": product.get("parent", sku),
        "model_name": sku.removeprefix(product["parent"]).strip("-") if varied else "",
        "model_sku": sku if varied else "",
        "quantity": quantity,
        "original_price": original,
        "price": item.get("price", original),
    }


def _document(spec: Json, lines: list[Json], dice: random.Random) -> Json:
    person = invent(dice=dice)
    fee = spec.get("shipping_fee", dice.choice((0, 9.9, 15.32, 24.5)))
    goods = sum(line["price"] * line["quantity"] for line in lines)
    return {
        "buyer_user_id": 500_000_000 + int(person.cpf[:9]),
        "buyer_username": person.email.partition("@")[0],
        "buyer_cpf_id": person.cpf,
        "message_to_seller": spec.get("message", ""),
        "note": "",
        "note_update_time": 0,
        "payment_method": dice.choice(("Pix", "Cartão de crédito", "Boleto")),
        "estimated_shipping_fee": fee,
        "total_amount": round(goods + fee, 2),
        "recipient_address": _address(person),
    }


def _address(person: Person) -> Json:
    parts = (person.street, person.number, person.complement, person.neighborhood, person.city, person.region)
    return {
        "name": person.name,
        "phone": f"55{person.phone}".replace(" ", "").replace("-", ""),
        "town": "",
        "district": person.neighborhood,
        "city": person.city,
        "state": person.region,
        "region": "BR",
        "zipcode": person.postcode,
        "full_address": f"{', '.join(part for part in parts if part)}, {person.postcode}",
    }


def _give_invoice(shop: Shop, order: Order) -> None:
    """A note that was there before the test began."""
    if order.channel.invoice and order.invoice is None:
        order.invoice = {
            "number": str(shop.placed),
            "series_number": "1",
            "access_key": f"35251111222333000181550010{shop.placed:09}1000000000",
            "issue_date": int(shop.moment),
            "total_value": order.document["total_amount"],
            "products_total_value": order.document["total_amount"],
            "tax_code": "5102",
            "status": "valid",
            "pending_reason": "",
            "seen_from": 0,
            "xml": "",
        }
