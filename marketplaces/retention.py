"""What is kept for how long: raw messages, attempts, personal data, invoices' files. docs/privacy.md has the table.

All of it is done in small transactions, oldest first, and may be broken off at any moment.
"""

import logging
from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from marketplaces import differences, hints
from marketplaces.models import InboundMessage
from orders import jobs
from orders.models import ChannelUpdateAttempt, Order
from orders.retention import ANONYMIZED, anonymize, drop_invoice_files

logger = logging.getLogger(__name__)

BATCH = 500
#: Looking back further than this costs a walk over all orders, and is left to `manage.py forget --all`.
WINDOW = timedelta(days=400)
NAME = "retention"


def forget(*, everything: bool = False) -> dict[str, int]:
    """Let go what is old enough; returns how many rows by what they were. `everything`: however old."""
    gone = {
        "webhooks": hints.forget_old(),
        "differences": differences.forget_old(),
        "messages": _forget_messages(),
        "attempts": _forget_attempts(),
        "buyers": _forget_buyers(everything=everything),
        "invoice files": drop_invoice_files(),
        "jobs": jobs.forget_old(),
    }
    if any(gone.values()):
        logger.info("retention.forgot %s", " ".join(f"{what.replace(' ', '_')}={n}" for what, n in gone.items() if n))
    return gone


def anonymize_buyers(orders: Collection[Order], *, by_name: str) -> int:
    """Remove the buyers' data from these orders, and the messages it came in; returns how many had any left."""
    return sum(_anonymize(orders_of, by_name) for orders_of in _batches(sorted(orders, key=lambda order: order.pk)))


@transaction.atomic
def _anonymize(orders: list[Order], by_name: str) -> int:
    told_of = Q()
    for order in orders:
        told_of |= Q(account__channel=order.channel_id, external_id=order.code)
    InboundMessage.objects.filter(told_of).delete()
    return anonymize([order.pk for order in orders], by_name=by_name)


def _batches(orders: list[Order]) -> Iterator[list[Order]]:
    for start in range(0, len(orders), BATCH):
        yield orders[start : start + BATCH]


def _forget_buyers(*, everything: bool) -> int:
    if not settings.PERSONAL_DATA_KEPT_DAYS:
        return 0
    until = Now() - timedelta(days=settings.PERSONAL_DATA_KEPT_DAYS)
    old = Order.objects.filter(created_at__lt=until).exclude(buyer_version=ANONYMIZED)
    if not everything:
        old = old.filter(created_at__gte=until - WINDOW)
    count = 0
    while batch := list(old.only("pk", "channel_id", "code").order_by("created_at")[:BATCH]):
        count += _anonymize(batch, NAME)
    return count


def _forget_messages() -> int:
    """Those in quarantine wait for a person, but not longer than personal data may be kept."""
    if not settings.MESSAGES_KEPT_DAYS:
        return 0
    old = Q(received_at__lt=Now() - timedelta(days=settings.MESSAGES_KEPT_DAYS))
    old &= ~Q(state=InboundMessage.State.QUARANTINED)
    if settings.PERSONAL_DATA_KEPT_DAYS:
        old |= Q(received_at__lt=Now() - timedelta(days=settings.PERSONAL_DATA_KEPT_DAYS))
    return _delete(InboundMessage.objects.filter(old))


def _forget_attempts() -> int:
    if not settings.ATTEMPTS_KEPT_DAYS:
        return 0
    old = ChannelUpdateAttempt.objects.filter(at__lt=Now() - timedelta(days=settings.ATTEMPTS_KEPT_DAYS))
    # An update that still waits for a person keeps what was tried for it.
    return _delete(old.exclude(update__state__in=("PENDING", "FAILED")))


def _delete(rows: QuerySet[Any]) -> int:
    """In batches: a delete of millions of rows would hold its transaction, and the change feed with it, for minutes."""
    count = 0
    while keys := list(rows.values_list("pk", flat=True)[: 10 * BATCH]):
        count += rows.model._default_manager.filter(pk__in=keys).delete()[0]
    return count
