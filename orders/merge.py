"""What a snapshot changes in the order that we hold: pure decisions, no database.

Three groups of columns have a version each, so that snapshots may arrive in any order, any number of times, and
still end in the same row: the channel's data (newest snapshot), the status (newest one whose status we know) and the
buyer's data (newest unmasked one, else newest).
"""

import hashlib
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import attrgetter

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _

from orders.columns import BUYER, DATA, JSON, STICKY, TOLD, Row, columns, item_columns
from orders.snapshot import Fulfillment, OrderSnapshot
from orders.status import AHEAD, RESERVING, Status, Verdict, judge
from orders.words import STATUS_WORDS

#: The part of a digest that stands for the items.
ITEMS = slice(16, 32)
_CONTENT = attrgetter(*(f.name for f in fields(OrderSnapshot) if f.name not in ("seen_at", "message_id", "items")))
SHIPPED_OR_LATER = AHEAD[Status.SHIPPED] | {Status.SHIPPED}
#: Where a warning not to ship comes too late, or is not needed.
BEYOND_SHIPPING = SHIPPED_OR_LATER | {Status.CANCELED}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CENT = Decimal("0.01")


@dataclass(slots=True)
class Change:
    """What to write. `row` is None when nothing of the order changes."""

    code: str
    order_id: int = 0
    row: Row | None = None
    differing: frozenset[str] = frozenset()  #: the row's columns that are not as they were
    items: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    attentions: list[Row] = field(default_factory=list)
    cleared: list[Row] = field(default_factory=list)
    moved_to: Status | None = None
    restocks: bool = False  #: what the order reserves or has consumed may be another quantity now


def version(snapshot: OrderSnapshot) -> str:
    """Sorts as text: the marketplace's clock first, then the moment at which we asked."""
    return f"{_micros(snapshot.updated_at):016x}{_micros(snapshot.seen_at):016x}"


def _micros(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def digest(snapshot: OrderSnapshot) -> str:
    """Of the content, apart from when and how it reached us; the second half is the items' alone."""
    return _hash(_CONTENT(snapshot)) + _hash(snapshot.items)


def _hash(content: object) -> str:
    return hashlib.blake2b(msgspec.json.encode(content), digest_size=8).hexdigest()


def create(snapshot: OrderSnapshot, digest_: str) -> Change:
    """An order seen for the first time. An unknown status counts as NEW: it reserves stock and ships nothing."""
    status = snapshot.status or Status.NEW
    row = {**columns(snapshot), **_versions(snapshot), "code": snapshot.code, "status": status, "digest": digest_}
    change = Change(snapshot.code, row=row, items=[item_columns(item) for item in snapshot.items], moved_to=status)
    for item in change.items:
        _place_units(item, status, snapshot.fulfillment)
    change.events.append(_event("RECEIVED", "", status, snapshot))
    _judge_data(snapshot, change)
    _judge_pickup(snapshot, change, failed_before=False)
    return change


def merge(held: Row, snapshot: OrderSnapshot, digest_: str) -> Change:
    """A snapshot of an order that we hold: its columns, its id, and whether anything asks for attention."""
    change = Change(snapshot.code, held["id"])
    new, versions, told = dict(held), _versions(snapshot), columns(snapshot)
    told |= {name: msgspec.to_builtins(told[name]) for name in JSON}  # as the database gives them back
    if versions["version"] > held["version"]:
        _take_data(new, held, told)
        new["version"], new["digest"] = versions["version"], digest_
        if digest_[ITEMS] != held["digest"][ITEMS]:
            change.items = [item_columns(item) for item in snapshot.items]
        _judge_data(snapshot, change)
        _judge_pickup(snapshot, change, failed_before=held["pickup_failed"])
    if versions["buyer_version"] > held["buyer_version"]:
        new |= {name: told[name] for name in BUYER} | {"buyer_version": versions["buyer_version"]}
    if versions["status_version"] > held["status_version"]:
        new["status_version"] = versions["status_version"]
        new["status"] = _take_status(Status(held["status"]), snapshot, change)
    change.differing = frozenset(name for name, value in new.items() if value != held[name])
    change.row = new if change.differing else None
    if not held["attention"]:
        change.cleared.clear()
    change.restocks = bool(change.items) or _stock_differs(held, new)
    _tell(held, new, snapshot, change)
    return change


def _versions(snapshot: OrderSnapshot) -> Row:
    now = version(snapshot)
    return {
        "version": now,
        # A known status, or unmasked data, outranks any unknown or masked one, however new.
        "status_version": f"{int(snapshot.status is not None)}{now}",
        "buyer_version": f"{int(not snapshot.masked)}{now}",
    }


def _place_units(item: Row, status: Status, fulfillment: Fulfillment) -> None:
    """Where a new order's units are, and what of them is booked in stock (as stock.settle would)."""
    if status is Status.CANCELED:
        item["quantity_canceled"] = item["quantity"] - item["quantity_shipped"]
    elif status in SHIPPED_OR_LATER:
        item["quantity_shipped"] = item["quantity"] - item["quantity_canceled"]
    ours = fulfillment is not Fulfillment.MARKETPLACE
    left = item["quantity"] - item["quantity_shipped"] - item["quantity_canceled"]
    item["reserved"] = left if ours and status in RESERVING else 0
    item["consumed"] = item["quantity_shipped"] if ours else 0


def _stock_differs(held: Row, new: Row) -> bool:
    return (held["status"] in RESERVING, held["fulfillment"]) != (new["status"] in RESERVING, new["fulfillment"])


def _take_data(new: Row, held: Row, row: Row) -> None:
    new |= {name: row[name] for name in DATA}
    new |= {name: held[name] for name in STICKY if not row[name]}


def _take_status(held: Status, snapshot: OrderSnapshot, change: Change) -> Status:
    if snapshot.status is None:
        return held
    verdict = judge(held, snapshot.status)
    if verdict is Verdict.FORWARD:
        change.moved_to = snapshot.status
        return snapshot.status
    if verdict is Verdict.IMPOSSIBLE:
        sentence = _("The channel says “%(told)s”, but here the order is “%(held)s”.")
        _raise(
            change, "IMPOSSIBLE_MOVE", sentence % {"told": STATUS_WORDS[snapshot.status], "held": STATUS_WORDS[held]}
        )
    return held


def _tell(held: Row, new: Row, snapshot: OrderSnapshot, change: Change) -> None:
    changed = [name for name in TOLD if new[name] != held[name]]
    if change.moved_to:
        change.events.append(_event("STATUS", held["status"], new["status"], snapshot, changed))
    elif _confirms_cancellation(held, new, snapshot):
        change.events.append(_event("CANCEL_CONFIRMED", held["status"], new["status"], snapshot, changed))
    elif changed:
        change.events.append(_event("DETAILS", held["status"], new["status"], snapshot, changed))
    elif change.row is None:
        change.events.append(_event("IGNORED", held["status"], held["status"], snapshot))


def _confirms_cancellation(held: Row, new: Row, snapshot: OrderSnapshot) -> bool:
    """We canceled it, and now the channel's own word has become so: some do it days later (SkyHub)."""
    canceled = held["status"] == snapshot.status == Status.CANCELED
    return canceled and bool(held["channel_status"] != new["channel_status"])


def _judge_data(snapshot: OrderSnapshot, change: Change) -> None:
    if snapshot.status is None:
        sentence = _("The channel's status is “%(word)s”, which we do not know.")
        _raise(change, "UNKNOWN_STATUS", sentence % {"word": snapshot.channel_status})
    else:
        change.cleared.append({"reason": "UNKNOWN_STATUS"})
    if abs(snapshot.expected_total - snapshot.total) >= CENT:
        sentence = _("The channel's total is R$ %(total)s, but items, shipping, interest and discount give R$ %(sum)s.")
        _raise(change, "TOTAL_MISMATCH", sentence % {"total": snapshot.total, "sum": snapshot.expected_total})
    else:
        change.cleared.append({"reason": "TOTAL_MISMATCH"})
    if snapshot.fraud_risk and snapshot.status not in BEYOND_SHIPPING:
        _raise(change, "FRAUD_RISK", _("The channel marked the payment of this order as suspicious."))
    else:
        change.cleared.append({"reason": "FRAUD_RISK"})
    _judge_invoice(snapshot, change)
    _judge_request(snapshot, change)


def _judge_request(snapshot: OrderSnapshot, change: Change) -> None:
    request = snapshot.cancel_request
    if request is None or snapshot.status is Status.CANCELED:
        change.cleared.append({"reason": "CANCEL_REQUESTED"})
        return
    sentence = _("The buyer asked to cancel on %(day)s: %(reason)s")
    asked = timezone.localtime(request.requested_at)
    _raise(change, "CANCEL_REQUESTED", sentence % {"day": f"{asked:%d/%m/%Y %H:%M}", "reason": request.reason})


def _judge_invoice(snapshot: OrderSnapshot, change: Change) -> None:
    seen = next((seen for seen in snapshot.invoices if seen.refused), None)
    if seen is None:
        change.cleared.append({"reason": "INVOICE_REFUSED"})
    else:
        sentence = _("NF-e %(key)s: %(reason)s")
        _raise(change, "INVOICE_REFUSED", sentence % {"key": seen.access_key, "reason": seen.refused})


def _judge_pickup(snapshot: OrderSnapshot, change: Change, *, failed_before: bool) -> None:
    """Raised when it fails, not as long as it stands so: a person may have arranged another one meanwhile."""
    if not snapshot.pickup_failed:
        change.cleared.append({"reason": "PICKUP_FAILED"})
    elif not failed_before:
        # With the moment, for another failure is another fact.
        at = timezone.localtime(snapshot.updated_at)
        _raise(change, "PICKUP_FAILED", _("The channel said so on %(day)s.") % {"day": f"{at:%d/%m/%Y %H:%M}"})


def _raise(change: Change, reason: str, sentence: str) -> None:
    change.attentions.append({"reason": reason, "detail": sentence})


def _event(kind: str, before: str, after: str, snapshot: OrderSnapshot, changed: list[str] | None = None) -> Row:
    data: Row = {"channel_status": snapshot.channel_status}
    if changed:
        data["changed"] = changed
    return {
        "kind": kind,
        "before": before,
        "after": after,
        "data": data,
        "message_id": snapshot.message_id,
    }
