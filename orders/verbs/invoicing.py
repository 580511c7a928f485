"""invoice: the order's NF-e is issued."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from orders import nfe, nfe_xml
from orders.errors import AlreadyDone, Contradiction, InvalidFact, NotAllowed
from orders.models import Actor, ChannelUpdate, Invoice, Order, OrderEvent
from orders.status import AHEAD, Status
from orders.verbs import steps
from orders.verbs.withdrawing import open_updates, requeue, withdraw

#: The channel says itself that the order is invoiced: on its own pages, or by us before a backup was restored.
KNOWN_THERE = (AHEAD[Status.INVOICED] | {Status.INVOICED}) - {Status.CANCELED}
#: What channels take only with an NF-e.
WITH_INVOICE = frozenset({ChannelUpdate.Kind.SHIPPING_ARRANGED, ChannelUpdate.Kind.SHIPPED})


@transaction.atomic
def invoice(
    order: Order,
    *,
    by: Actor,
    access_key: str = "",
    xml: bytes = b"",
    issued_at: datetime | None = None,
    volumes: int | None = None,
) -> Invoice:
    """Record the order's NF-e and tell the channel.

    Give the access key, the XML file, or both (then they must agree). What is given besides the XML outranks it. A
    channel that knows already is not told.
    """
    facts = read_facts(xml, access_key)
    guard_key(order, facts.key)
    order = steps.lock(order)
    if recorded := Invoice.objects.filter(order=order).first():
        if facts.xml and not recorded.xml and recorded.access_key == str(facts.key):
            return _complete(order, recorded, facts, by)
        raise _repeated_invoice(recorded, facts.key, issued_at=issued_at, volumes=volumes)
    if not order.is_ours_to_invoice:
        raise NotAllowed(_("The marketplace invoices this order, not us."), field="fulfillment", code="not_ours")
    known_there = order.status in KNOWN_THERE
    before = steps.touch(order) if known_there else steps.move(order, Status.INVOICED)
    row = create_invoice(order, facts, issued_at or facts.issued_at, volumes or facts.volumes)
    event = steps.record(
        order, OrderEvent.Kind.INVOICED, before, by, access_key=str(facts.key), number=facts.key.number
    )
    if not known_there:
        steps.tell(order, ChannelUpdate.Kind.INVOICED, event)
    return row


def _complete(order: Order, recorded: Invoice, facts: "Facts", by: Actor) -> Invoice:
    """The file of a note whose key alone was known; a channel that refused it for that is told once more."""
    recorded.xml, recorded.total, recorded.protocol = facts.xml, facts.total, facts.protocol
    recorded.issued_at = recorded.issued_at or facts.issued_at
    recorded.volumes = recorded.volumes or facts.volumes
    recorded.save(update_fields=["xml", "total", "protocol", "issued_at", "volumes"])
    event = steps.record(order, OrderEvent.Kind.INVOICED, steps.touch(order), by, number=facts.key.number, file=True)
    if open_updates(order, ChannelUpdate.Kind.INVOICED).filter(state=ChannelUpdate.State.FAILED).exists():
        withdraw(order, ChannelUpdate.Kind.INVOICED)
        steps.tell(order, ChannelUpdate.Kind.INVOICED, event)
        requeue(order, WITH_INVOICE)
    return recorded


@dataclass(frozen=True, slots=True)
class Facts:
    key: nfe.AccessKey
    issued_at: datetime | None = None
    volumes: int | None = None
    total: Decimal | None = None
    protocol: str = ""
    xml: str = ""


def read_facts(xml: bytes, access_key: str) -> Facts:
    """What the NF-e says. Raises InvalidFact."""
    return _read_xml(xml, access_key) if xml else Facts(_read_access_key(access_key))


def _read_access_key(text: str) -> nfe.AccessKey:
    try:
        return nfe.parse(text)
    except nfe.AccessKeyError as error:
        raise InvalidFact.access_key(error) from error


def _read_xml(data: bytes, access_key: str) -> Facts:
    try:
        document = nfe_xml.read(data)
    except nfe_xml.NfeXmlError as error:
        raise InvalidFact.nfe_xml(error) from error
    if access_key and _read_access_key(access_key) != document.key:
        raise InvalidFact(
            _("The XML is of NF-e %(key)s, not of the access key given.") % {"key": document.key},
            field="access_key",
            code="xml_of_other_key",
        )
    return Facts(document.key, document.issued_at, document.volumes, document.total, document.protocol, document.xml)


def guard_key(order: Order, key: nfe.AccessKey) -> None:
    """The parts of the key must fit the order: issued by its seller, not before the sale, not in the future."""
    seller = order.channel.seller_cnpj
    if seller and key.issuer != seller:
        message = _("The NF-e was issued by CNPJ %(issuer)s, but this channel sells for %(seller)s.")
        raise InvalidFact(
            message % {"issuer": key.issuer, "seller": seller}, field="access_key", code="access_key_issuer"
        )
    month = (key.year, key.month)
    placed, now = timezone.localtime(order.placed_at), timezone.localtime()
    if not (placed.year, placed.month) <= month <= (now.year, now.month):
        message = _("The access key says %(month)02d/%(year)d, but the order was placed on %(placed)s.")
        raise InvalidFact(
            message % {"month": key.month, "year": key.year, "placed": f"{placed:%d/%m/%Y}"},
            field="access_key",
            code="access_key_date",
        )


def _repeated_invoice(recorded: Invoice, key: nfe.AccessKey, **facts: object) -> AlreadyDone | Contradiction:
    if recorded.access_key != str(key):
        message = _("The order already has NF-e %(key)s.") % {"key": recorded.access_key}
        return Contradiction(message, field="access_key", code="other_invoice")
    for name, value in facts.items():
        if value is not None and value != getattr(recorded, name):
            message = _("This NF-e is already recorded with other details.")
            return Contradiction(message, field=name, code="other_invoice")
    return AlreadyDone(_("This NF-e is already recorded."), fact=recorded)


def create_invoice(order: Order, facts: Facts, issued_at: datetime | None, volumes: int | None) -> Invoice:
    """The row. Raises Contradiction when the NF-e is another order's."""
    key = facts.key
    try:
        with transaction.atomic():
            return Invoice.objects.create(
                order=order,
                access_key=str(key),
                number=key.number,
                series=key.series,
                issued_at=issued_at,
                volumes=volumes,
                total=facts.total,
                protocol=facts.protocol,
                xml=facts.xml,
            )
    except IntegrityError:
        other = Invoice.objects.select_related("order").get(access_key=str(key)).order
        raise Contradiction(
            _("This NF-e is already recorded for order %(code)s.") % {"code": other.code},
            field="access_key",
            code="invoice_of_other_order",
        ) from None
