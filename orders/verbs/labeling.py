"""ask_label, receive_labels: the channel makes the label; we ask for it, keep it, and remember who printed it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from orders.errors import AlreadyDone, NotAllowed
from orders.models import Actor, ChannelUpdate, Label, Order, OrderEvent
from orders.retention import ANONYMIZED
from orders.status import Status
from orders.verbs import steps

OPEN = (ChannelUpdate.State.PENDING, ChannelUpdate.State.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFile:
    """A document as the channel gave it."""

    content: bytes = field(repr=False)  #: never empty
    content_type: str  #: what the bytes are, not what their header said: application/pdf, application/zip, text/plain
    package: str = ""  #: the channel's number of the package; "" where it labels whole orders
    kind: str = Label.Kind.LABEL.value
    tracking_code: str = ""  #: given by the channel's carrier
    carrier: str = ""
    tracking_url: str = ""


@transaction.atomic
def ask_label(order: Order, *, by: Actor) -> OrderEvent:
    """Have the label fetched from the channel, for the first time or once more."""
    order = steps.lock(order)
    if order.status != Status.SHIPPING_ARRANGED or not order.is_ours_to_invoice:
        message = _("There is a label from the moment the shipment is arranged until the carrier has the parcel.")
        raise NotAllowed(message, field="status", code="no_label")
    if order.updates.filter(kind=ChannelUpdate.Kind.LABEL, state__in=OPEN).exists():
        raise AlreadyDone(_("The label is asked for already."), fact=order)
    before = steps.touch(order)
    event = steps.record(order, OrderEvent.Kind.LABEL_ASKED, before, by)
    steps.tell(order, ChannelUpdate.Kind.LABEL, event, lane=ChannelUpdate.Lane.LABEL)
    return event


@transaction.atomic
def receive_labels(order: Order, files: Sequence[LabelFile], *, by: Actor) -> OrderEvent:
    """Keep what the channel gave: all labels of the order, and the tracking codes that its carrier issued."""
    order = steps.lock(order)
    kept = [_keep(order, file).pk for file in files]
    # A package that exists no more must not be labeled.
    order.labels.exclude(pk__in=kept).delete()
    known = {tracking.get("code") for tracking in order.trackings}
    codes = {file.tracking_code: file for file in files if file.tracking_code}
    news = [_tracking(file) for code, file in codes.items() if code not in known]
    Order.objects.filter(pk=order.pk).update(trackings=[*order.trackings, *news])
    before = steps.touch(order)
    return steps.record(order, OrderEvent.Kind.LABEL_RECEIVED, before, by, tracking_code=", ".join(codes))


@transaction.atomic
def note_printing(labels: Sequence[Label], *, by: Actor) -> None:
    """Remember that they were given out for printing; the newest time counts."""
    Label.objects.filter(pk__in=[label.pk for label in labels]).update(printed_at=timezone.now(), printed_by=by.name)


def _keep(order: Order, file: LabelFile) -> Label:
    facts = {
        "content_type": file.content_type,
        # One that comes after the buyer's data was removed would bring it back.
        "content": None if order.buyer_version == ANONYMIZED else file.content,
        "tracking_code": file.tracking_code,
        "fetched_at": timezone.now(),
        "printed_at": None,
        "printed_by": "",
    }
    label, _new = Label.objects.update_or_create(order=order, package=file.package, kind=file.kind, defaults=facts)
    return label


def _tracking(file: LabelFile) -> dict[str, str]:
    return {"code": file.tracking_code, "carrier": file.carrier, "method": "", "url": file.tracking_url}
