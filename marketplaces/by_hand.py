"""What a person may do with an update: read why it waits, send it again, give it up."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from marketplaces import outbox
from marketplaces.models import Account
from orders.doorbell import ring_on_commit
from orders.models import Actor, ChannelUpdate, OrderEvent

State = ChannelUpdate.State

FREE = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
FAILED = Q(state=State.FAILED)
#: In backoff. One that waits for its first attempt has a reason of its own to wait: no person hurries that.
POSTPONED = Q(state=State.PENDING, attempts__gt=0) & FREE


@transaction.atomic
def retry(updates: Iterable[ChannelUpdate], *, by: Actor) -> int:
    """Send failed and postponed ones again now; returns how many of these it were. Others are left alone."""
    chosen = _locked(updates, FAILED | POSTPONED)
    _chosen(chosen).update(
        state=State.PENDING, due_at=Now(), attempts=0, failure="", trying_since=None, finished_at=None
    )
    _note(chosen, by, "sent_again")
    _ring(chosen)
    return len(chosen)


@transaction.atomic
def skip(updates: Iterable[ChannelUpdate], *, by: Actor) -> int:
    """Never send these, and let what waits behind them go; returns how many were still to be sent."""
    chosen = _locked(updates, FAILED | (Q(state=State.PENDING) & FREE))
    _chosen(chosen).update(state=State.SKIPPED, finished_at=Now(), lease_until=None)
    _note(chosen, by, "skipped")
    outbox.settle_attentions([update.pk for update in chosen], by)
    _ring(chosen)
    return len(chosen)


def _locked(updates: Iterable[ChannelUpdate], condition: Q) -> list[ChannelUpdate]:
    ids = [update.pk for update in updates]
    outbox.lock_orders(ids)
    rows = ChannelUpdate.objects.select_related("order").select_for_update(of=("self",)).order_by("pk")
    return list(rows.filter(condition, pk__in=ids))


def _chosen(updates: list[ChannelUpdate]) -> QuerySet[ChannelUpdate]:
    return ChannelUpdate.objects.filter(pk__in=[update.pk for update in updates])


def _note(updates: list[ChannelUpdate], by: Actor, deed: str) -> None:
    OrderEvent.objects.bulk_create(
        OrderEvent(
            order=update.order,
            kind=OrderEvent.Kind.NOTE,
            before=update.order.status,
            after=update.order.status,
            by_kind=by.kind,
            by_name=by.name,
            data={deed: update.kind},
        )
        for update in updates
    )


def _ring(updates: list[ChannelUpdate]) -> None:
    for channel_id in {update.channel_id for update in updates}:
        ring_on_commit(channel_id)


def why_waiting(update: ChannelUpdate) -> str:
    """In a sentence, for an update that is not sent yet; "" for one that no longer waits."""
    if update.state != State.PENDING:
        return ""
    return _being_sent(update) or _account_says(update) or _held_back(update) or _not_yet(update) or _("It is due now.")


def _being_sent(update: ChannelUpdate) -> str:
    return _("It is being sent now.") if update.lease_until and update.lease_until > timezone.now() else ""


def _account_says(update: ChannelUpdate) -> str:
    account = Account.objects.filter(channel=update.channel_id).first()
    if account is None:
        return _("The channel has no account to send it with.")
    if account.is_paused:
        reason = account.pause_detail or account.get_pause_reason_display()
        return _("The account is paused: %(reason)s") % {"reason": reason}
    if account.push_after and account.push_after > timezone.now():
        return _("The marketplace does not answer or asked for a rest; next try at %(at)s.") % {
            "at": _moment(account.push_after)
        }
    return ""


def _held_back(update: ChannelUpdate) -> str:
    earlier = ChannelUpdate.objects.filter(order=update.order_id, lane=update.lane, seq__lt=update.seq)
    first = earlier.filter(state__in=[State.PENDING, State.FAILED]).order_by("seq").first()
    if first is None:
        return ""
    if first.state == State.FAILED:
        return _("“%(update)s” comes first, and it failed.") % {"update": first.get_kind_display()}
    return _("“%(update)s” comes first, and it is not sent yet.") % {"update": first.get_kind_display()}


def _not_yet(update: ChannelUpdate) -> str:
    if update.due_at <= timezone.now():
        return ""
    if not update.attempts:
        sentence = _("It is to be sent at %(at)s, not before.") % {"at": _moment(update.due_at)}
        # What was looked at and given back as too early.
        return f"{sentence} {update.last_error}".rstrip()
    return _("Attempt %(attempts)s failed; next one at %(at)s. %(error)s") % {
        "attempts": update.attempts,
        "at": _moment(update.due_at),
        "error": update.last_error,
    }


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "d/m/Y H:i:s")
