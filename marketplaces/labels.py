"""Labels are fetched by the engine that tells updates: one of kind LABEL is recorded when a shipment is arranged."""

from contextlib import suppress

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from marketplaces import documents
from marketplaces.adapter import Adapter, Outgoing
from marketplaces.capabilities import FetchesLabels, LabelFile, capable
from marketplaces.errors import Malformed, Unsupported
from orders.errors import OrderError
from orders.models import Actor, ChannelUpdate, Order
from orders.serving import PDF
from orders.snapshot import Fulfillment
from orders.status import Status
from orders.verbs import ask_label

#: What label printers and people print, and archives of it.
KINDS = frozenset({PDF, "text/plain", "application/zip"})
#: Readers allow for some bytes before it.
PDF_MARK = b"%PDF-"
Kind, State = ChannelUpdate.Kind, ChannelUpdate.State


def ask_where_arranged(orders: QuerySet[Order]) -> None:
    """Ask for labels of those of `orders` that the channel has arranged, once per arrangement.

    Called in the transaction in which the channel took our arrangement, or in which it told us of another's.
    """
    updates = ChannelUpdate.objects.filter(order=OuterRef("pk"))
    arrangements = updates.filter(kind=Kind.SHIPPING_ARRANGED)
    arranged = arrangements.filter(state=State.SENT).order_by("-seq").values("seq")[:1]
    wanted = (
        orders.filter(status=Status.SHIPPING_ARRANGED, channel__account__connector__in=capable(FetchesLabels))
        .exclude(fulfillment=Fulfillment.MARKETPLACE)
        .filter(~Exists(arrangements.filter(state__in=[State.PENDING, State.FAILED])))
        .annotate(arranged=Coalesce(Subquery(arranged), 0))
        .filter(~Exists(updates.filter(kind=Kind.LABEL, seq__gt=OuterRef("arranged"))))
        # One that is still to be fetched is fetched as it is then.
        .filter(~Exists(updates.filter(kind=Kind.LABEL, state__in=[State.PENDING, State.FAILED])))
    )
    # By code: the order in which intake and the outbox lock them.
    for order in wanted.order_by("code"):
        # One that is asked for still, or an order that went on meanwhile.
        with suppress(OrderError):
            ask_label(order, by=Actor.system())


async def fetch(adapter: Adapter, update: Outgoing) -> tuple[LabelFile, ...]:
    """Raises marketplaces.errors."""
    if not isinstance(adapter, FetchesLabels):
        raise Unsupported(_("%(marketplace)s has no call for this.") % {"marketplace": adapter.label})
    files = tuple(await adapter.labels(update))
    if not files or not all(file.content for file in files):
        raise Malformed(_("The marketplace gave an empty label."))
    for file in files:
        _check(file)
    return files


def _check(file: LabelFile) -> None:
    """What is not what it says is not kept. Raises Malformed."""
    if file.content_type not in KINDS or len(file.content) > documents.LARGEST:
        raise Malformed(_("The marketplace gave a label that is too large, or of a kind that labels do not have."))
    if file.content_type == PDF and PDF_MARK not in file.content[:1024]:
        raise Malformed(_("The marketplace gave a label that is no PDF although it says so."))
