"""Which verbs an order would take now, and why not the others. The verbs themselves decide, under the lock."""

from collections.abc import Collection, Mapping

from django.utils.translation import gettext as _

from orders.models import Order
from orders.status import RESERVING, Status, sources
from orders.verbs.arranging import may_arrange
from orders.verbs.invoicing import KNOWN_THERE
from orders.verbs.replacing import may_replace
from orders.verbs.shipping import DELIVERABLE
from orders.words import STATUS_WORDS

#: The statuses in which each can be done.
STATUSES: Mapping[str, Collection[Status]] = {
    "invoice": sources(Status.INVOICED),
    "arrange_shipping": sources(Status.SHIPPING_ARRANGED),
    "ship": sources(Status.SHIPPED) & RESERVING,
    "deliver": DELIVERABLE,
    "fail_delivery": sources(Status.DELIVERY_FAILED),
    "cancel": sources(Status.CANCELED),
    "start_return": sources(Status.RETURNING),
    "receive_return": sources(Status.RETURNED),
}
SHIPPING = frozenset({"ship", "deliver", "fail_delivery"})


def possible(order: Order) -> frozenset[str]:
    """Names of the verbs that it takes. Reads the order and its NF-e, of an invoiced one also what was refused."""
    allowed = {name for name in STATUSES if not obstacle(order, name)}
    if may_replace(order):
        allowed.add("replace_invoice")
    return frozenset(allowed | {"answer_cancel_request"} if order.has_open_cancel_request else allowed)


def obstacle(order: Order, verb: str) -> str:
    """Why the order does not take this verb now, in a sentence; "" when it does."""
    if verb == "invoice" and not order.is_ours_to_invoice:
        return _("The marketplace invoices this order, not us.")
    if verb == "invoice" and order.status in KNOWN_THERE:
        return _("Its NF-e is recorded.") if getattr(order, "invoice", None) else ""
    if verb == "arrange_shipping" and not order.is_ours_to_arrange:
        return _("The channel does not want to be asked how this order is handed over.")
    if verb in SHIPPING and not order.is_ours_to_ship:
        return _("The marketplace ships this order, not us.")
    if order.status in STATUSES[verb]:
        return ""
    if verb == "arrange_shipping" and may_arrange(order):
        return ""
    words = " · ".join(str(STATUS_WORDS[status]) for status in Status if status in STATUSES[verb])
    return _("Possible only while the order is: %(statuses)s.") % {"statuses": words}
