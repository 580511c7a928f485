"""A webhook follows the feed: what was settled behind its position becomes deliveries. No change is left out."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from orders.api.feed import Horizon
from orders.models import OrderEvent
from warehouse.models import Delivery, Webhook

BATCH = 1_000
#: While so many wait, the rest stays in the feed, which keeps it as well.
BACKLOG = 5_000


@transaction.atomic
def follow(webhook_id: int) -> None:
    """Make deliveries of at most BATCH changes, and move the position past them."""
    webhook = Webhook.objects.select_for_update().get(pk=webhook_id)
    if webhook.deliveries.filter(state=Delivery.State.PENDING)[BACKLOG:].exists():
        return
    horizon = Horizon.now()
    found = list(_behind(webhook, horizon)[:BATCH])
    Delivery.objects.bulk_create(
        [Delivery(webhook=webhook, event_id=event_id, order_id=order_id) for _xid, event_id, order_id in found],
        ignore_conflicts=True,  # one that was told before, and is to be told again
    )
    xid, event_id = found[-1][:2] if len(found) == BATCH else max((horizon.oldest_running, 0), _position(webhook))
    Webhook.objects.filter(pk=webhook.pk).update(xid=xid, event_id=event_id)


@transaction.atomic
def go_back(webhook: Webhook, *, to: datetime) -> None:
    """Tell everything again that happened since then."""
    since = OrderEvent.objects.filter(at__gte=to)
    Delivery.objects.filter(webhook=webhook, event__at__gte=to).update(**AGAIN)
    first = since.order_by("xid", "id").values_list("xid", "id").first()
    if first:
        xid, event_id = first
        behind = Q(xid__gt=xid) | Q(xid=xid, event_id__gte=event_id)
        Webhook.objects.filter(behind, pk=webhook.pk).update(xid=xid, event_id=event_id - 1)


#: A delivery as it was before its first attempt.
AGAIN = {
    "state": Delivery.State.PENDING,
    "attempts": 0,
    "due_at": Now(),
    "trying_since": None,
    "lease_until": None,
    "finished_at": None,
}


def _behind(webhook: Webhook, horizon: Horizon) -> "QuerySet[OrderEvent, tuple[int, int, int]]":
    events = OrderEvent.objects.filter(xid__gte=webhook.xid, xid__lt=horizon.oldest_running)
    events = events.exclude(xid=webhook.xid, id__lte=webhook.event_id)
    if webhook.kinds:
        events = events.filter(kind__in=webhook.kinds)
    if channels := list(webhook.channels.values_list("pk", flat=True)):
        events = events.filter(order__channel__in=channels)
    return events.order_by("xid", "id").values_list("xid", "id", "order_id")


def _position(webhook: Webhook) -> tuple[int, int]:
    return webhook.xid, webhook.event_id
