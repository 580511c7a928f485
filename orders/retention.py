"""Personal data goes, fiscal data stays: anonymizing the buyer of an order.

Touched are the buyer's name, document, contacts, addresses, reasons in the buyer's own words, card authorizations,
labels and the back office's notes.
Not touched are invoices (NF-e and XML: the law wants them for years), amounts, items, shipments and events.
"""

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from orders.models import Invoice, Label, Note, Order, OrderEvent, ReplacedInvoice

#: Greater than any version of buyer data (see merge.py): what a channel tells later is not taken any more.
ANONYMIZED = "9"
#: 132 months, with as many leap days as may be in them: how long fiscal documents are kept (Ajuste SINIEF 7/05).
FISCAL = timedelta(days=11 * 365 + 3)
KEPT_OF_ADDRESS = ("city", "state", "country")


@transaction.atomic
def anonymize(order_ids: Collection[int], *, by_name: str) -> int:
    """Remove the buyers' personal data from these orders; returns how many were not anonymous yet."""
    orders = list(
        Order.objects.filter(pk__in=order_ids)
        .exclude(buyer_version=ANONYMIZED)
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    for order in orders:
        order.buyer_name = order.buyer_document = order.buyer_email = order.buyer_state_registration = ""
        order.buyer_phones = []
        order.cancel_request_reason = ""
        order.shipping_address = _coarse(order.shipping_address)
        order.billing_address = _coarse(order.billing_address)
        order.payments = [{**payment, "authorization": ""} for payment in order.payments]
        order.masked, order.buyer_version, order.changed_at = True, ANONYMIZED, Now()
    Order.objects.bulk_update(
        orders,
        [
            "buyer_name", "buyer_document", "buyer_email", "buyer_state_registration", "buyer_phones",
            "cancel_request_reason", "shipping_address", "billing_address", "payments", "masked", "buyer_version",
            "changed_at",
        ],
        batch_size=500,
    )  # fmt: skip
    Label.objects.filter(order__in=orders).update(content=None)
    Note.objects.filter(order__in=orders).delete()
    OrderEvent.objects.bulk_create(
        OrderEvent(order=order, kind=OrderEvent.Kind.ANONYMIZED, by_kind=OrderEvent.By.SYSTEM, by_name=by_name)
        for order in orders
    )
    return len(orders)


def drop_invoice_files() -> int:
    """Remove the XML of invoices that the law does not ask for any more; key, number and amount stay."""
    return sum(
        model._default_manager.filter(issued_at__lt=Now() - FISCAL).exclude(xml="").update(xml="")
        for model in (Invoice, ReplacedInvoice)
    )


def _coarse(address: dict[str, str]) -> dict[str, str]:
    """What statistics need and nobody lives at."""
    return {name: value if name in KEPT_OF_ADDRESS else "" for name, value in address.items()}
