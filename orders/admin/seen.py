"""Two people at one thing: a form carries what its reader knew, and nothing newer is overridden.

An order is known up to an event; whatever else is edited has no events, and is known by a mark of each fact.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Max, Model
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from orders.models import OrderEvent

#: They change nothing that somebody could have decided differently.
QUIET = (OrderEvent.Kind.IGNORED, OrderEvent.Kind.NOTE)
#: By name, what can be changed.
Facts = Mapping[str, Any]


def newest_event(order_id: int) -> int:
    """What a form carries as `seen`."""
    return OrderEvent.objects.filter(order=order_id).aggregate(newest=Max("id"))["newest"] or 0


def news_since(order_id: int, seen: str) -> Sequence[OrderEvent]:
    """What happened to the order after `seen`, newest first; nothing when the form did not say."""
    if not seen.isdecimal():
        return []
    later = OrderEvent.objects.filter(order=order_id, id__gt=min(int(seen), 2**63 - 1))
    return list(later.exclude(kind__in=QUIET).order_by("-id")[:10])


def marks(facts: Facts) -> str:
    """What a form carries as `seen`: when it was made, and of each fact a digest that tells nothing about it."""
    told = [f"{name}={_digest(name, value)}" for name, value in sorted(facts.items())]
    return ";".join([str(int(timezone.now().timestamp())), *told])


def changed(facts: Facts, seen: str) -> list[str]:
    """Names of the facts that are others now than those that were seen; none when the form did not say."""
    known = dict(pair.split("=", 1) for pair in seen.split(";") if "=" in pair)
    return [name for name, value in facts.items() if name in known and known[name] != _digest(name, value)]


def meanwhile(row: Model, what: Sequence[str], seen: str) -> str:
    """Who changed what, and that nothing is lost."""
    sentence = _(
        "Nothing was saved: %(who)s changed this meanwhile (%(what)s). What you entered is still here. "
        "Look at it again, then save."
    )
    return sentence % {"who": _who(row, seen), "what": ", ".join(what)}


def _who(row: Model, seen: str) -> str:
    since = seen.partition(";")[0]
    entries = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(row), object_id=str(row.pk))
    if since.isdecimal() and len(since) < 12:
        entries = entries.filter(action_time__gte=datetime.fromtimestamp(int(since), UTC))
    newest = entries.order_by("-id").values_list("user__username", flat=True).first()
    return newest or _("somebody else")


def _digest(name: str, value: Any) -> str:
    text = json.dumps([name, value], default=lambda other: str(getattr(other, "pk", other)), sort_keys=True)
    return salted_hmac("orders.admin.seen", text, algorithm="sha256").hexdigest()[:12]
