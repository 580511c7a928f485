"""replace_invoice: the NF-e that was recorded is refused, and another one takes its place."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from orders.attention import settle_by_person
from orders.errors import NotAllowed
from orders.models import Actor, Attention, ChannelUpdate, Invoice, Order, OrderEvent, ReplacedInvoice
from orders.status import Status
from orders.verbs import steps
from orders.verbs.invoicing import WITH_INVOICE, create_invoice, guard_key, invoice, read_facts
from orders.verbs.withdrawing import State, open_updates, requeue, withdraw

KIND = ChannelUpdate.Kind.INVOICED
#: After them the goods have left with the NF-e that there is.
BEFORE_SHIPPING = frozenset({Status.INVOICED, Status.SHIPPING_ARRANGED})
KEPT = ("access_key", "number", "series", "issued_at", "total", "protocol", "xml")


@transaction.atomic
def replace_invoice(
    order: Order,
    *,
    by: Actor,
    access_key: str = "",
    xml: bytes = b"",
    issued_at: datetime | None = None,
    volumes: int | None = None,
) -> Invoice:
    """Record the corrected NF-e and tell the channel once more; the refused one is kept (ReplacedInvoice).

    Give the access key, the XML file, or both, as to `invoice`. Possible only where the channel refused the recorded
    one, at once or afterwards, and nothing has left. The same NF-e adds the file that it lacked.
    """
    facts = read_facts(xml, access_key)
    guard_key(order, facts.key)
    order = steps.lock(order)
    recorded = Invoice.objects.filter(order=order).first()
    if recorded and recorded.access_key == str(facts.key):
        return invoice(order, by=by, access_key=access_key, xml=xml)
    if recorded is None or not may_replace(order):
        raise NotAllowed(_("Only an NF-e that the channel refused can be replaced."), code="invoice_not_refused")
    withdraw(order, KIND)
    _keep(recorded)
    row = create_invoice(order, facts, issued_at or facts.issued_at, volumes or facts.volumes or recorded.volumes)
    settle_by_person(order.pk, Attention.Reason.INVOICE_REFUSED, by=by)
    event = steps.record(
        order,
        OrderEvent.Kind.INVOICE_REPLACED,
        steps.touch(order),
        by,
        replaced=recorded.access_key,
        access_key=str(facts.key),
        number=facts.key.number,
    )
    steps.tell(order, KIND, event)
    requeue(order, WITH_INVOICE)
    return row


def may_replace(order: Order) -> bool:
    """Is the recorded NF-e refused, and not on its way to the buyer? Asks only about orders that are invoiced."""
    if order.status not in BEFORE_SHIPPING or not order.is_ours_to_invoice:
        return False
    refused_later = (
        bool(order.refused_invoice) and Invoice.objects.filter(order=order, access_key=order.refused_invoice).exists()
    )
    return refused_later or open_updates(order, KIND).filter(state=State.FAILED).exists()


def _keep(recorded: Invoice) -> None:
    facts = {name: getattr(recorded, name) for name in KEPT}
    ReplacedInvoice.objects.create(order_id=recorded.order_id, recorded_at=recorded.created_at, **facts)
    recorded.delete()
