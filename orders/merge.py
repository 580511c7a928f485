"""What a snapshot changes in the order that we hold: pure decisions, no database.

Three groups of columns have a version each, so that snapshots may arrive in any order, any number of times, and
still end in the same row: the channel's data (newest snapshot), the status (newest one whose status we know) and the
buyer's data (newest unmasked one, else newest).
"""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _

from orders.snapshot import Item, OrderSnapshot
from orders.status import Status, Verdict, judge
from orders.words import STATUS_WORDS

Row = dict[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CENT = Decimal("0.01")

#: Columns that the channel may leave empty later without meaning that the fact is gone.
STICKY = ("approved_at", "shipped_at", "delivered_at", "canceled_at", "carrier", "shipping_method")
DATA = (
    "remote_code", "storefront", "channel_status", "fulfillment", "placed_at", "approved_at", "shipped_at",
    "delivered_at", "canceled_at", "ship_by", "deliver_by", "hold_until", "cancel_requested_at",
    "cancel_request_reason", "cancel_answer_by", "total", "shipping_cost", "discount", "interest", "carrier",
    "shipping_method", "payments", "trackings", "tags",
)  # fmt: skip
BUYER = (
    "buyer_name", "buyer_document", "buyer_email", "buyer_phones", "buyer_state_registration", "masked",
    "shipping_address", "billing_address",
)  # fmt: skip
#: Changes of these columns are worth a line in the timeline.
TOLD = (*(name for name in DATA if name not in ("channel_status", "approved_at")), *BUYER)


@dataclass(slots=True)
class Change:
    """What to write. `row` is None when nothing of the order changes."""

    code: str
    row: Row | None = None
    items: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    attentions: list[Row] = field(default_factory=list)
    cleared: list[str] = field(default_factory=list)
    moved_to: Status | None = None


def version(snapshot: OrderSnapshot) -> str:
    """Sorts as text: the marketplace's clock first, then the moment at which we asked."""
    return f"{_micros(snapshot.updated_at):016x}{_micros(snapshot.seen_at):016x}"


def _micros(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def told(snapshot: OrderSnapshot) -> tuple[Row, list[Row], str]:
    """The snapshot as columns, its items as rows, and the digest of both."""
    row, items = _columns(snapshot), [_item(item) for item in snapshot.items]
    content = msgspec.json.encode((row, items, snapshot.status, snapshot.updated_at))
    return row, items, hashlib.blake2b(content, digest_size=16).hexdigest()


def create(snapshot: OrderSnapshot, row: Row, items: list[Row], digest: str) -> Change:
    """An order seen for the first time. An unknown status counts as NEW: it reserves stock and ships nothing."""
    status = snapshot.status or Status.NEW
    row |= {"code": snapshot.code, "status": status, "digest": digest, **_versions(snapshot)}
    change = Change(snapshot.code, row, items, moved_to=status)
    change.events.append(_event("RECEIVED", "", status, snapshot))
    _judge_data(snapshot, change)
    return change


def merge(held: Row, snapshot: OrderSnapshot, row: Row, items: list[Row], digest: str) -> Change:
    """A snapshot of an order that we hold; `held` has the same column names as the result."""
    change = Change(snapshot.code)
    new = dict(held)
    versions = _versions(snapshot)
    if versions["version"] > held["version"]:
        _take_data(new, held, row)
        new["version"], new["digest"] = versions["version"], digest
        change.items = items
        _judge_data(snapshot, change)
    if versions["buyer_version"] > held["buyer_version"]:
        new |= {name: row[name] for name in BUYER} | {"buyer_version": versions["buyer_version"]}
    if versions["status_version"] > held["status_version"]:
        new["status_version"] = versions["status_version"]
        new["status"] = _take_status(Status(held["status"]), snapshot, change)
    change.row = new if new != held else None
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
    elif changed:
        change.events.append(_event("DETAILS", held["status"], new["status"], snapshot, changed))
    elif change.row is None:
        change.events.append(_event("IGNORED", held["status"], held["status"], snapshot))


def _judge_data(snapshot: OrderSnapshot, change: Change) -> None:
    if snapshot.status is None:
        sentence = _("The channel's status is “%(word)s”, which we do not know.")
        _raise(change, "UNKNOWN_STATUS", sentence % {"word": snapshot.channel_status})
    else:
        change.cleared.append("UNKNOWN_STATUS")
    if abs(snapshot.expected_total - snapshot.total) >= CENT:
        sentence = _("The channel's total is R$ %(total)s, but items, shipping, interest and discount give R$ %(sum)s.")
        _raise(change, "TOTAL_MISMATCH", sentence % {"total": snapshot.total, "sum": snapshot.expected_total})
    else:
        change.cleared.append("TOTAL_MISMATCH")
    _judge_request(snapshot, change)


def _judge_request(snapshot: OrderSnapshot, change: Change) -> None:
    request = snapshot.cancel_request
    if request is None or snapshot.status is Status.CANCELED:
        change.cleared.append("CANCEL_REQUESTED")
        return
    sentence = _("The buyer asked to cancel on %(day)s: %(reason)s")
    asked = timezone.localtime(request.requested_at)
    _raise(change, "CANCEL_REQUESTED", sentence % {"day": f"{asked:%d/%m/%Y %H:%M}", "reason": request.reason})


def _raise(change: Change, reason: str, sentence: str) -> None:
    change.attentions.append({"code": change.code, "reason": reason, "detail": sentence})


def _event(kind: str, before: str, after: str, snapshot: OrderSnapshot, changed: list[str] | None = None) -> Row:
    data: Row = {"channel_status": snapshot.channel_status}
    if changed:
        data["changed"] = changed
    return {
        "code": snapshot.code,
        "kind": kind,
        "before": before,
        "after": after,
        "data": data,
        "message_id": snapshot.message_id,
    }


def _columns(s: OrderSnapshot) -> Row:
    request, buyer = s.cancel_request, s.buyer
    return {
        "remote_code": s.remote_code, "storefront": s.storefront, "channel_status": s.channel_status,
        "fulfillment": s.fulfillment, "placed_at": s.placed_at, "approved_at": s.approved_at,
        "shipped_at": s.shipped_at, "delivered_at": s.delivered_at, "canceled_at": s.canceled_at,
        "ship_by": s.ship_by, "deliver_by": s.deliver_by, "hold_until": s.hold_until,
        "cancel_requested_at": request.requested_at if request else None,
        "cancel_request_reason": request.reason if request else "",
        "cancel_answer_by": request.answer_by if request else None,
        "total": s.total, "shipping_cost": s.shipping_cost, "discount": s.discount, "interest": s.interest,
        "carrier": s.carrier, "shipping_method": s.shipping_method, "payments": msgspec.to_builtins(s.payments),
        "trackings": msgspec.to_builtins(s.trackings), "tags": list(s.tags),
        "buyer_name": buyer.name, "buyer_document": buyer.document,
        "buyer_email": buyer.email, "buyer_phones": list(buyer.phones),
        "buyer_state_registration": buyer.state_registration, "masked": s.masked,
        "shipping_address": msgspec.to_builtins(s.shipping_address),
        "billing_address": msgspec.to_builtins(s.billing_address),
    }  # fmt: skip


def _item(item: Item) -> Row:
    return {
        "line": item.line, "sku": item.sku, "parent_sku": item.parent_sku, "name": item.name,
        "quantity": item.quantity, "quantity_shipped": item.shipped, "quantity_canceled": item.canceled,
        "quantity_returned": item.returned, "unit_price": item.unit_price, "list_price": item.list_price,
    }  # fmt: skip
