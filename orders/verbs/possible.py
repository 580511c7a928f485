"""Which verbs an order would take now, for those who show buttons. The verbs themselves decide, under the lock."""

from orders.models import Order
from orders.status import RESERVING, Status, sources
from orders.verbs.arranging import may_arrange
from orders.verbs.replacing import may_replace
from orders.verbs.shipping import DELIVERABLE


def possible(order: Order) -> frozenset[str]:
    """Names of the verbs that it takes. Reads the order's row; of an invoiced one also what its channel refused."""
    rules = {
        "invoice": order.is_ours_to_invoice and order.status in sources(Status.INVOICED),
        "replace_invoice": may_replace(order),
        "arrange_shipping": may_arrange(order),
        "ship": order.is_ours_to_ship and order.status in sources(Status.SHIPPED) & RESERVING,
        "deliver": order.is_ours_to_ship and order.status in DELIVERABLE,
        "fail_delivery": order.is_ours_to_ship and order.status in sources(Status.DELIVERY_FAILED),
        "cancel": order.status in sources(Status.CANCELED),
        "answer_cancel_request": order.has_open_cancel_request,
        "start_return": order.status in sources(Status.RETURNING),
        "receive_return": order.status in sources(Status.RETURNED),
    }
    return frozenset(name for name, allowed in rules.items() if allowed)
