"""A folder of NF-e files: each finds its order by what the file says, and is recorded as that order's invoice."""

import re
from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _

from orders import nfe_xml, verbs
from orders.errors import InvalidFact
from orders.jobs.kinds import Kind, Result, Task, register
from orders.models import Invoice, Order
from orders.nfe_xml import NfeDocument, NfeXmlError
from orders.snapshot import Fulfillment
from orders.status import Status

NAME = "invoice_files"
#: An order number inside a sentence: shorter words are words.
WORD = re.compile(r"[\w-]{6,80}")


def record(task: Task) -> Result:
    data = bytes(task.row.content or b"")
    try:
        document = nfe_xml.read(data)
    except NfeXmlError as error:
        raise InvalidFact.nfe_xml(error) from error
    order, how = order_of(document, task.row.label)
    row = verbs.invoice(order, by=task.by, xml=data)
    facts = {"number": row.number, "code": order.code, "how": how}
    return Result(_("NF-e %(number)s recorded for order %(code)s, found %(how)s.") % facts, order=order)


def order_of(document: NfeDocument, file_name: str) -> tuple[Order, str]:
    """The order of an NF-e and how it was found. Raises InvalidFact when it is nobody's, or may be several orders'.

    In this order: who has the NF-e already; the order number that the issuer wrote (xPed, else in a free text); the
    order number in the file's name; the one order to invoice of this buyer over this amount.
    """
    orders = Order.objects.select_related("channel")
    if known := Invoice.objects.filter(access_key=str(document.key)).first():
        return orders.get(pk=known.order_id), _("by its access key")
    numbers, texts = document.references, " ".join(document.references)
    places = (
        (numbers, _("by the order number in the NF-e")),
        (WORD.findall(texts), _("by an order number in the NF-e's texts")),
        (_name_parts(file_name), _("by the file's name")),
    )
    for words, how in places:
        if found := _named(words):
            return _same_buyer(_only(found), document), how
    waiting = orders.filter(status=Status.APPROVED, buyer_document=document.recipient, total=document.total)
    if found := list(waiting.exclude(fulfillment=Fulfillment.MARKETPLACE)[:2] if document.recipient else []):
        return _only(found), _("by the buyer and the amount")
    raise InvalidFact(
        _(
            "No order was found for this NF-e. Have the order number written into it (xPed) or into the file's name, "
            "or record it on the order's page."
        ),
        field="xml",
        code="no_order",
    )


def _name_parts(file_name: str) -> Collection[str]:
    stem = file_name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
    return {stem, *WORD.findall(stem), *re.split(r"[_ ]+", stem)}


def _named(words: Iterable[str]) -> list[Order]:
    wanted = {word for word in words if word}
    if not wanted:
        return []
    orders = Order.objects.select_related("channel")
    by_code = list(orders.filter(code__in=wanted)[:2])
    return by_code or list(orders.filter(remote_code__in=wanted)[:2])


def _only(found: list[Order]) -> Order:
    if len(found) > 1:
        codes = ", ".join(order.code for order in found)
        message = _("This NF-e may belong to several orders (%(codes)s): record it on the right one's page.")
        raise InvalidFact(message % {"codes": codes}, field="xml", code="several_orders")
    return found[0]


def _same_buyer(order: Order, document: NfeDocument) -> Order:
    """A number alone may be mistyped, or another shop's."""
    buyer, recipient = order.buyer_document, document.recipient
    if buyer.isalnum() and recipient and buyer != recipient:
        message = _(
            "The NF-e names order %(code)s, but is made out to another CPF/CNPJ than its buyer's. If it is right all "
            "the same, record it on the order's page."
        )
        raise InvalidFact(message % {"code": order.code}, field="xml", code="other_buyer")
    return order


register(Kind(name=NAME, work=record))
