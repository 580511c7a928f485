"""Who may write what: of orders that B2W ships, the seller writes no more than the invoice. Pure.

Asked before every call, for an order may turn out to be B2W's only when it is paid, after we recorded something.
"""

from django.utils.translation import gettext as _

from marketplaces.adapter import Outgoing
from marketplaces.errors import Rejected
from orders.snapshot import Fulfillment

#: B2W drives these two, and tells them through the queue (EN shipping-label-service).
_DRIVEN = frozenset({"SHIPPED", "DELIVERED", "DELIVERY_FAILED"})


def tell(update: Outgoing) -> None:
    """Raises Rejected, without any call, where SkyHub would take it from nobody or from B2W alone."""
    if update.fulfillment != Fulfillment.SELLER and update.kind in _DRIVEN:
        raise Rejected(_("B2W ships this order and tells SkyHub itself: skip this update."))
    if update.fulfillment == Fulfillment.MARKETPLACE and update.kind == "INVOICED":
        raise Rejected(_("B2W Fulfillment invoices this order itself: skip this update."))
    if update.partial:
        # POST /orders/{code}/cancel knows no items: it would cancel what is still to be shipped, too.
        raise Rejected(_("SkyHub cancels only whole orders: settle the missing units with the marketplace."))
