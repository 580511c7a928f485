"""Colored words: what a status or a state looks like everywhere in the back office."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from orders.models import ChannelUpdate
from orders.status import Status
from orders.words import STATUS_WORDS

register = template.Library()

STATUS_TONES = {
    Status.NEW: "quiet",
    Status.PAYMENT_OVERDUE: "warning",
    Status.APPROVED: "todo",
    Status.INVOICED: "todo",
    Status.SHIPPING_ARRANGED: "todo",
    Status.SHIPPED: "moving",
    Status.DELIVERED: "good",
    Status.DELIVERY_FAILED: "bad",
    Status.RETURNING: "warning",
    Status.RETURNED: "quiet",
    Status.CANCELED: "ended",
}
STATE_TONES = {
    ChannelUpdate.State.PENDING: "todo",
    ChannelUpdate.State.SENT: "good",
    ChannelUpdate.State.FAILED: "bad",
    ChannelUpdate.State.SKIPPED: "ended",
    ChannelUpdate.State.SUPERSEDED: "ended",
}


def badge(text: object, tone: str) -> SafeString:
    """`tone` is one of quiet, todo, moving, good, warning, bad, ended (static/orders/backoffice.css)."""
    return format_html('<span class="dsp-badge dsp-{}">{}</span>', tone, text)


@register.filter
def status_badge(status: str) -> SafeString:
    return badge(STATUS_WORDS[Status(status)], STATUS_TONES[Status(status)])


@register.filter
def state_badge(update: ChannelUpdate) -> SafeString:
    return badge(update.get_state_display(), STATE_TONES[ChannelUpdate.State(update.state)])
