"""How an order comes into being: as a test asks for it, or as a buyer places it."""

import random
from typing import Any

from sandbox.catalog import BY_SKU, Product, basket
from sandbox.dafiti import market, moves
from sandbox.dafiti import statuses as st
from sandbox.dafiti.order import Order, Unit
from sandbox.dafiti.seller import ENVIOS, PROVIDERS, Seller
from sandbox.errors import Invalid
from sandbox.people import Person, invent

Json = dict[str, Any]
FIRST_ID = 5_100_000
FIELDS = ("count", "status", "items", "kind", "provider", "shipping_fee", "age", "payload", "voucher")
KINDS = ("dropshipping", "crossdocking", "warehouse", "dropshipping_crossdocking", "crossdocking_dropshipping")
_SHIPPED: list[tuple[str, Json]] = [("pay", {}), ("ready", {}), ("ship", {})]
#: What happens to a new order until it is where it is to be first seen.
ROUTES: dict[str, list[tuple[str, Json]]] = {
    st.PAYMENT_PENDING: [],
    st.PENDING: [("pay", {})],
    "packed": [("pay", {}), ("pack", {})],
    st.READY_TO_SHIP: _SHIPPED[:2],
    st.SHIPPED: _SHIPPED,
    st.DELIVERED: [*_SHIPPED, ("deliver", {})],
    st.FAILED: [*_SHIPPED, ("status", {"status": st.FAILED})],
    st.RETURN_SHIPPED: [*_SHIPPED, ("deliver", {}), ("ask_return", {})],
    st.RETURNED: [*_SHIPPED, ("deliver", {}), ("status", {"status": st.RETURNED})],
    st.CANCELED: [("overdue", {})],
}


def place(seller: Seller, spec: Json, *, dice: random.Random) -> list[Order]:
    """`count` orders (1) as the spec says."""
    _check(spec)
    return [_place_one(seller, spec, dice) for _ in range(spec.get("count", 1))]


def sell(seller: Seller, *, dice: random.Random) -> Order:
    return _place_one(seller, {"provider": dice.choice(("Total Express", "Total Express", ENVIOS))}, dice)


def _place_one(seller: Seller, spec: Json, dice: random.Random) -> Order:
    seller.placed += 1
    created = seller.moment - spec.get("age", 0)
    fee = spec.get("shipping_fee", dice.choice((0.0, 9.9, 14.9)))
    lines = [(_product(row), row) for row in spec["items"]] if "items" in spec else _random_lines(dice)
    units = [_unit(seller, product, row, created) for product, row in lines for _ in range(row.get("quantity", 1))]
    units[0].shipping_fee = fee
    if voucher := spec.get("voucher", 0):
        units[0].paid_price = round(max(0.0, units[0].paid_price - voucher), 2)
    order = Order(
        id=FIRST_ID + seller.placed,
        number=f"{created:.0f}"[-6:] + f"{seller.placed:04}",
        document=_document(invent(dice=dice), dice, voucher),
        units=units,
        created=created,
        updated=created,
        kind=spec.get("kind", "dropshipping"),
        foreseen=spec.get("provider", "Total Express"),
    )
    seller.orders[order.code] = order
    for unit in units:
        seller.move_stock(unit.sku, -1)
    order.note("sold")
    moves.created(seller, order)
    for verb, arguments in ROUTES[spec.get("status", st.PAYMENT_PENDING)]:
        market.VERBS[verb](seller, order, arguments)
    if order.status == st.PAYMENT_PENDING and seller.switches.payment_seconds:
        seller.schedule(order, "pay", seconds=seller.switches.payment_seconds)
    if "age" in spec:
        order.updated = created
        for unit in units:
            unit.updated = unit.changed = created
    if "payload" in spec:
        order.patches.append(spec["payload"])
    order.changed()
    return order


def _product(row: Json) -> Product:
    sku = str(row["sku"])
    return BY_SKU.get(sku, Product(sku, sku, f"Produto {sku}", 1000))


def _random_lines(dice: random.Random) -> list[tuple[Product, Json]]:
    return [(product, {"quantity": quantity}) for product, quantity in basket(dice=dice)]


def _unit(seller: Seller, product: Product, row: Json, created: float) -> Unit:
    price = float(row.get("price", product.cents / 100))
    return Unit(
        id=seller.next_id(),
        sku=product.sku,
        name=product.name,
        variation=product.sku.removeprefix(product.parent).strip("-") or "-",
        unit_price=price,
        paid_price=float(row.get("paid", price)),
        shipping_fee=0.0,
        status=st.PAYMENT_PENDING,
        created=created,
        updated=created,
        changed=created,
    )


def _document(person: Person, dice: random.Random, voucher: float) -> Json:
    first, _, last = person.name.partition(" ")
    address = {
        "firstName": first,
        "lastName": last,
        "phone": [person.phone],
        "address": [person.street, person.number, person.complement, "", ""],
        "email": person.email,
        "city": person.city,
        "ward": person.neighborhood,
        "region": person.region,
        "postCode": person.postcode,
        "country": "Brazil",
    }
    return {
        "customer": {"firstName": first, "lastName": last},
        "address": {"billing": address, "shipping": address},
        "nationalRegistrationNumber": person.cpf,
        "gift": {"option": False, "message": ""},
        "voucher": {"code": "DESCONTO" if voucher else "", "type": "coupon" if voucher else ""},
        "paymentMethod": dice.choice(("CreditCard", "Boleto", "Pix")),
    }


def _check(spec: Json) -> None:
    """Name the first field that is wrong and what it takes."""
    if unknown := sorted(set(spec) - set(FIELDS)):
        raise Invalid(f"unknown field {unknown[0]!r} of an order; known: {', '.join(FIELDS)}")
    _one_of("status", spec.get("status", st.PAYMENT_PENDING), ROUTES)
    _one_of("kind", spec.get("kind", KINDS[0]), KINDS)
    _one_of("provider", spec.get("provider", ""), ("", *(name for name, _ in PROVIDERS)))
    count = spec.get("count", 1)
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= 100_000:
        raise Invalid(f"count must be a whole number from 1 to 100000; not {count!r}")
    for name in ("age", "shipping_fee", "voucher"):
        _amount(name, spec.get(name, 0))
    if not isinstance(spec.get("payload", {}), dict):
        raise Invalid("payload must be an object")
    items = spec.get("items", [{"sku": "0071"}])
    if not isinstance(items, list) or not items or not all(isinstance(x, dict) and "sku" in x for x in items):
        raise Invalid('items must be a list of objects with at least "sku", and not empty')
    for item in items:
        quantity = item.get("quantity", 1)
        if isinstance(quantity, bool) or not isinstance(quantity, int) or quantity < 1:
            raise Invalid(f"items.quantity must be a whole number from 1; not {quantity!r}")
        for name in ("price", "paid"):
            _amount(f"items.{name}", item.get(name, 0))


def _one_of(name: str, value: Any, allowed: Any) -> None:
    if value not in allowed:
        raise Invalid(f"{name} must be one of {', '.join(map(str, allowed))}; not {value!r}")


def _amount(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise Invalid(f"{name} must be a number from 0; not {value!r}")
