"""Which orders go into a label list (PLP), and which label list an order is in."""

from datetime import date
from typing import Any

from sandbox.skyhub import statuses as st
from sandbox.skyhub.dates import BRASILIA
from sandbox.skyhub.order import Order
from sandbox.skyhub.store import Store

Json = dict[str, Any]
KINDS = {"b2wentregacorreios": "CORREIOS", "b2wentregadirect": "DIRECT"}


def groupable(order: Order) -> bool:
    invoiced = order.type == st.INVOICED and not awaits_xml(order)
    return order.b2w_entrega and not order.fulfillment and invoiced and order.plp is None


def awaits_xml(order: Order) -> bool:
    """Direct prints a label only once it has the invoice as XML."""
    return kind_of(order) == "DIRECT" and not order.xml


def kind_of(order: Order) -> str:
    return KINDS.get(order.document["calculation_type"], "")


def remote_code(order: Order) -> str:
    return str(order.document["import_info"]["remote_code"])


def brief(order: Order) -> Json:
    document = order.document
    return {"code": remote_code(order), "customer": document["customer"]["name"], "value": document["total_ordered"]}


def orders_in(store: Store, number: int) -> list[Order]:
    return [order for order in store.orders.values() if order.plp == number]


def drop_expired(store: Store) -> None:
    """A PLP nobody posted in time is gone, and its orders can be grouped again."""
    for number, plp in list(store.plps.items()):
        if date.fromisoformat(plp["expiration_date"]) < today(store):
            for order in orders_in(store, number):
                order.plp = None
                order.changed()
            del store.plps[number]


def today(store: Store) -> date:
    return store.clock.now().astimezone(BRASILIA).date()
