"""How an order comes into being: as a test asks for it, as a buyer places it, or posted as a test order."""

import random
import zlib
from typing import Any

from sandbox.skyhub import statuses as st
from sandbox.skyhub.order import FULFILLMENT, Order
from sandbox.skyhub.order_spec import MONEY, ROUTES, check_spec
from sandbox.skyhub.payload import document, item, random_items, retotal
from sandbox.skyhub.quirks import AFTER_TOTAL, BEFORE_TOTAL, QUIRKS
from sandbox.skyhub.store import Store

Json = dict[str, Any]
_B2W: dict[str, Json] = {
    "b2wentregacorreios": {"shipping_method": "Pac", "delivery_contract_type": "B2WENPAC"},
    "b2wentregadirect": {"shipping_method": "Direct", "delivery_contract_type": "GERAL"},
}


def place(store: Store, spec: Json, *, dice: random.Random) -> list[Order]:
    """`count` orders (1) as the spec says, each with one queue entry unless `enqueue` is false."""
    check_spec(store, spec)
    return [_place_one(store, spec, dice) for _ in range(spec.get("count", 1))]


def sell(store: Store, *, dice: random.Random) -> Order:
    """What buyers really order: now and then something B2W delivers itself, or an odd payload."""
    spec: Json = {"calculation_type": dice.choices((None, *_B2W), weights=(65, 25, 10))[0]}
    if dice.random() < store.switches.quirk_rate:
        spec["quirks"] = [dice.choice(sorted(QUIRKS))]
    return _place_one(store, spec, dice)


def enter(store: Store, order: Order, *, enqueue: bool = True) -> Order:
    """Take a finished order into the store."""
    store.add(order)
    order.note("sold")
    if enqueue:
        store.enqueue(order)
    return order


def next_remote_code(store: Store) -> str:
    """Twelve digits as in production, or the thirteen and a second hyphen of 2025 (protocol §3.8)."""
    store.placed += 1
    number = zlib.crc32(store.name.encode()) % 900 * 1_000_000 + store.placed
    if store.switches.second_hyphen:
        return f"{1_517_000_000_000 + number}-01"
    return f"{281_000_000_000 + number}"


def _place_one(store: Store, spec: Json, dice: random.Random) -> Order:
    channel = str(spec.get("channel") or dice.choice(store.switches.channels))
    remote_code = next_remote_code(store)
    code = str(spec.get("code") or f"{channel}-{remote_code}")
    order = Order(
        code=code,
        type=st.NEW,
        status_code=store.status_for(st.NEW).code,
        placed=store.clock.timestamp(),
        raw=spec.get("raw"),
        document=document(
            code=code,
            remote_code=code.removeprefix(f"{channel}-"),
            channel=channel,
            placed_at=store.clock.now(),
            items=[item(line) for line in spec["items"]] if "items" in spec else random_items(dice),
            dice=dice,
        ),
    )
    _finish(order.document, spec)
    for type in ROUTES[spec.get("status", st.NEW)]:
        store.move(order, store.status_for(type))
    if "payload" in spec:
        order.patches.append(spec["payload"])
    return enter(store, order, enqueue=spec.get("enqueue", True))


def _finish(document: Json, spec: Json) -> None:
    for name in (*MONEY, "tags", "calculation_type"):
        if name in spec:
            document[name] = spec[name]
    if document["calculation_type"] in _B2W:
        document.update(_B2W[document["calculation_type"]])
    if spec.get("fulfillment"):
        document.update(_B2W["b2wentregadirect"], calculation_type="b2wentregadirect", shipping_method=FULFILLMENT)
    quirks = spec.get("quirks", [])
    for name in (name for name in quirks if name in BEFORE_TOTAL):
        BEFORE_TOTAL[name](document)
    retotal(document)
    for name in (name for name in quirks if name in AFTER_TOTAL):
        AFTER_TOTAL[name](document)
