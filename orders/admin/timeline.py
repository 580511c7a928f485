"""The timeline of an order: each event in words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _

from orders.models import Attention, ChannelUpdate, Order, OrderEvent
from orders.status import Status
from orders.templatetags.brazil import by_fours
from orders.words import STATUS_WORDS

TONES = {
    OrderEvent.Kind.ATTENTION: "bad",
    OrderEvent.Kind.DELIVERY_FAILED: "bad",
    OrderEvent.Kind.CANCELED: "bad",
    OrderEvent.Kind.DELIVERED: "good",
    OrderEvent.Kind.RESOLVED: "good",
    OrderEvent.Kind.IGNORED: "ended",
    OrderEvent.Kind.DETAILS: "ended",
}


@dataclass(frozen=True, slots=True)
class Entry:
    event: OrderEvent
    tone: str
    move: str  #: "A → B", or empty
    details: tuple[str, ...]
    message_url: str = ""

    def linked(self, url: str) -> "Entry":
        return replace(self, message_url=url)


def timeline(events: Iterable[OrderEvent]) -> list[Entry]:
    return [
        Entry(event, TONES.get(OrderEvent.Kind(event.kind), "moving"), _move(event), tuple(_details(event)))
        for event in events
    ]


def _move(event: OrderEvent) -> str:
    if not event.moved:
        return ""
    words = [str(STATUS_WORDS[Status(status)]) for status in (event.before, event.after) if status]
    return " → ".join(words)


def _details(event: OrderEvent) -> Iterable[str]:
    for key, sentence in SENTENCES.items():
        if value := event.data.get(key):
            yield sentence(event, value)


def _reason(event: OrderEvent, value: Any) -> str:
    if value in Attention.Reason.values:
        return str(Attention.Reason(value).label)
    return _("Reason: %(text)s") % {"text": value}


def _field_word(name: str) -> str:
    try:
        return str(getattr(Order._meta.get_field(name), "verbose_name", name))
    except FieldDoesNotExist:
        return name


#: How each key of an event's data is said.
SENTENCES: dict[str, Callable[[OrderEvent, Any], str]] = {
    "reason": _reason,
    "number": lambda _event, value: _("NF-e number %(number)s") % {"number": value},
    "access_key": lambda _event, value: _("Access key %(key)s") % {"key": by_fours(value)},
    "replaced": lambda _event, value: _("Instead of %(key)s") % {"key": by_fours(value)},
    "file": lambda _event, _value: _("The file was added."),
    "hand_over": lambda _event, value: _("Handed over: %(words)s") % {"words": value},
    "tracking_code": lambda _event, value: _("Tracking code %(code)s") % {"code": value},
    "shipment": lambda _event, value: _("Now: %(facts)s") % {"facts": ", ".join(filter(None, value.values()))},
    "instead_of": lambda _event, value: _("Before: %(facts)s") % {"facts": ", ".join(filter(None, value.values()))},
    "items": lambda _event, value: ", ".join(f"{units} × {sku}" for sku, units in value.items()),
    "changed": lambda _event, value: _("Changed: %(fields)s") % {"fields": ", ".join(map(_field_word, value))},
    "channel_status": lambda _event, value: _("The channel says: %(word)s") % {"word": value},
    "sent_again": lambda _event, value: _("Sent again: %(update)s") % {"update": ChannelUpdate.Kind(value).label},
    "skipped": lambda _event, value: _("Skipped: %(update)s") % {"update": ChannelUpdate.Kind(value).label},
    "detail": lambda _event, value: str(value),
    "text": lambda _event, value: str(value),
}
