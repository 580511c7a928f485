"""POST /orders: an order a seller posts to try their integration (protocol §4.7)."""

import json
import random
from datetime import date
from typing import Any

from sandbox.skyhub import statuses as st
from sandbox.skyhub.dates import date_as_utc_midnight
from sandbox.skyhub.order import Order
from sandbox.skyhub.order_spec import MONEY
from sandbox.skyhub.payload import document, item, retotal
from sandbox.skyhub.placing import enter
from sandbox.skyhub.reply import Refused
from sandbox.skyhub.store import Store

Json = dict[str, Any]
_ADDRESS = (
    "full_name", "street", "number", "detail", "neighborhood", "city", "region", "country", "postcode",
    "phone", "secondary_phone", "reference", "complement",
)  # fmt: skip
_ITEM = ("id", "qty", "original_price", "special_price")


def create_test_order(store: Store, body: Json) -> Order:
    """The posted order with a code of its own, NEW and in the queue. Raises Refused (400, 422)."""
    posted = body.get("order")
    if not isinstance(posted, dict):
        raise Refused(400, "Campos obrigatórios ausentes: order")
    _check(store, posted)
    remote_code = _remote_code(store, posted["channel"])
    code = f"{posted['channel']}-{remote_code}"
    order = Order(
        code=code,
        type=st.NEW,
        status_code=store.status_for(st.NEW).code,
        placed=store.clock.timestamp(),
        document=document(
            code=code,
            remote_code=remote_code,
            channel=posted["channel"],
            placed_at=store.clock.now(),
            items=[item({name: line[name] for name in _ITEM if name in line}) for line in posted["items"]],
            dice=random.Random(code),
        ),
    )
    _take_over(order.document, posted)
    return enter(store, order)


def _take_over(document: Json, posted: Json) -> None:
    """Echo what was posted, in the JSON types it was posted in; a key the API does not know is dropped."""
    document.update({name: posted.get(name) or 0 for name in MONEY})
    customer = posted["customer"]
    document["customer"] = {
        name: customer.get(name, "" if name == "gender" else None)
        for name in ("name", "email", "date_of_birth", "gender", "vat_number")
    } | {"phones": customer.get("phones") or []}
    for address in ("billing_address", "shipping_address"):
        document[address] = {name: posted[address].get(name) for name in _ADDRESS}
        document[address]["full_name"] = posted[address].get("full_name") or customer.get("name")
    document["shipping_method"] = posted.get("shipping_method")
    document["calculation_type"] = posted.get("shipping_calculation_type")
    document["payments"] = json.loads(json.dumps(posted.get("payments") or []))
    if "estimated_delivery" in posted:
        document["estimated_delivery"] = date_as_utc_midnight(posted["estimated_delivery"])
    retotal(document)


def _check(store: Store, posted: Json) -> None:
    parts = {
        "channel": str,
        "items": list,
        "customer": dict,
        "billing_address": dict,
        "shipping_address": dict,
    }
    missing = [name for name, kind in parts.items() if not isinstance(posted.get(name), kind) or not posted[name]]
    if missing:
        raise Refused(400, f"Campos obrigatórios ausentes: {', '.join(f'order.{name}' for name in missing)}")
    for line in posted["items"]:
        _check_item(store, line)
    for name in MONEY:
        if not _number(posted.get(name) or 0):
            raise Refused(422, f"order.{name} deve ser um número")
    if "estimated_delivery" in posted and not _iso_day(posted["estimated_delivery"]):
        raise Refused(422, "order.estimated_delivery deve ser AAAA-MM-DD")
    payments = posted.get("payments") or []
    if not isinstance(payments, list) or not all(isinstance(payment, dict) for payment in payments):
        raise Refused(422, "order.payments deve ser uma lista de objetos")


def _check_item(store: Store, line: Any) -> None:
    if not isinstance(line, dict) or not isinstance(line.get("id"), str):
        raise Refused(400, "Campos obrigatórios ausentes: order.items.id")
    if isinstance(line.get("qty"), bool) or not isinstance(line.get("qty"), int) or line["qty"] < 1:
        raise Refused(422, "order.items.qty deve ser um inteiro maior que zero")
    if not _number(line.get("original_price")) or not _number(line.get("special_price", 0)):
        raise Refused(422, "order.items.original_price e special_price devem ser números")
    if store.switches.known_skus_only and line["id"] not in store.products:
        raise Refused(422, f"Produto {line['id']} não encontrado")


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _iso_day(text: Any) -> bool:
    try:
        date.fromisoformat(text)
    except (TypeError, ValueError):
        return False
    return True


def _remote_code(store: Store, channel: str) -> str:
    """Thirteen digits: the epoch in milliseconds, or the next free one."""
    moment = int(store.clock.timestamp() * 1000)
    while f"{channel}-{moment}" in store.orders:
        moment += 1
    store.placed += 1
    return str(moment)
