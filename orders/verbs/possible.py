"""Which verbs an order would take now, for those who show buttons. The verbs themselves decide, under the lock."""

from orders.models import Order
from orders.status import RESERVING, Status, sources
from orders.verbs.shipping import DELIVERABLE


def possible(order: Order) -> frozenset[str]:
    """Names of the verbs that the order's status, and who fulfills it, allow. Reads nothing but the order's row."""
    rules = {
        "invoice": order.is_ours_to_invoice and order.status in sources(Status.INVOICED),
        "ship": order.is_ours_to_ship and order.status in sources(Status.SHIPPED) & RESERVING,
        "deliver": order.is_ours_to_ship and order.status in DELIVERABLE,
        "fail_delivery": order.is_ours_to_ship and order.status in sources(Status.DELIVERY_FAILED),
        "cancel": order.status in sources(Status.CANCELED),
        "answer_cancel_request": order.has_open_cancel_request,
        "start_return": order.status in sources(Status.RETURNING),
        "receive_return": order.status in sources(Status.RETURNED),
    }
    return frozenset(name for name, allowed in rules.items() if allowed)
