"""The words people read for statuses and fulfillment. Kept apart so that status.py stays plain Python."""

from django.utils.translation import gettext_lazy as _

from orders.snapshot import Fulfillment
from orders.status import Status

STATUS_WORDS = {
    Status.NEW: _("Awaiting payment"),
    Status.PAYMENT_OVERDUE: _("Payment overdue"),
    Status.APPROVED: _("Approved"),
    Status.INVOICED: _("Invoiced"),
    Status.SHIPPING_ARRANGED: _("Shipping arranged"),
    Status.SHIPPED: _("Shipped"),
    Status.DELIVERED: _("Delivered"),
    Status.DELIVERY_FAILED: _("Delivery failed"),
    Status.RETURNING: _("Coming back"),
    Status.RETURNED: _("Returned"),
    Status.CANCELED: _("Canceled"),
}
STATUS_CHOICES = [(status.value, word) for status, word in STATUS_WORDS.items()]

FULFILLMENT_CHOICES = [
    (Fulfillment.SELLER.value, _("We invoice and ship")),
    (Fulfillment.MARKETPLACE_SHIPS.value, _("We invoice, the marketplace ships")),
    (Fulfillment.MARKETPLACE.value, _("The marketplace invoices and ships")),
]
