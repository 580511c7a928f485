"""invoice: the order's NF-e is issued."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from orders import nfe
from orders.errors import AlreadyDone, Contradiction, InvalidFact, NotAllowed
from orders.models import Actor, ChannelUpdate, Invoice, Order, OrderEvent
from orders.status import Status
from orders.verbs import steps


@transaction.atomic
def invoice(
    order: Order,
    *,
    access_key: str,
    by: Actor,
    issued_at: datetime | None = None,
    volumes: int | None = None,
) -> Invoice:
    """Record the order's NF-e and tell the channel."""
    key = _read_access_key(order, access_key)
    order = steps.lock(order)
    if recorded := Invoice.objects.filter(order=order).first():
        raise _repeated_invoice(recorded, key)
    if not order.is_ours_to_invoice:
        raise NotAllowed(_("The marketplace invoices this order, not us."), field="fulfillment")
    before = steps.move(order, Status.INVOICED)
    row = _create_invoice(order, key, issued_at, volumes)
    event = steps.record(order, OrderEvent.Kind.INVOICED, before, by, access_key=str(key), number=key.number)
    steps.tell(order, ChannelUpdate.Kind.INVOICED, event)
    return row


def _read_access_key(order: Order, text: str) -> nfe.AccessKey:
    try:
        key = nfe.parse(text)
    except nfe.AccessKeyError as error:
        raise InvalidFact.access_key(error) from error
    seller = order.channel.seller_cnpj
    if seller and key.issuer != seller:
        raise InvalidFact(
            _("The NF-e was issued by CNPJ %(issuer)s, but this channel sells for %(seller)s.")
            % {"issuer": key.issuer, "seller": seller},
            field="access_key",
            code="access_key_issuer",
        )
    return key


def _repeated_invoice(recorded: Invoice, key: nfe.AccessKey) -> AlreadyDone | Contradiction:
    if recorded.access_key == str(key):
        return AlreadyDone(_("This NF-e is already recorded."), fact=recorded)
    return Contradiction(
        _("The order already has NF-e %(key)s.") % {"key": recorded.access_key},
        field="access_key",
        code="other_invoice",
    )


def _create_invoice(order: Order, key: nfe.AccessKey, issued_at: datetime | None, volumes: int | None) -> Invoice:
    try:
        with transaction.atomic():
            return Invoice.objects.create(
                order=order,
                access_key=str(key),
                number=key.number,
                series=key.series,
                issued_at=issued_at,
                volumes=volumes,
            )
    except IntegrityError:
        other = Invoice.objects.select_related("order").get(access_key=str(key)).order
        raise Contradiction(
            _("This NF-e is already recorded for order %(code)s.") % {"code": other.code},
            field="access_key",
            code="invoice_of_other_order",
        ) from None
