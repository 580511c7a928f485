"""Where an order is. Dafiti has no status of orders: each unit has its own, and the order's follows from them. Pure."""

from collections.abc import Sequence

from orders.status import Status

PAYMENT_PENDING = "payment_pending"
PENDING = "pending"  #: paid; also packed, which is no status
READY_TO_SHIP = "ready_to_ship"
SHIPPED = "shipped"
DELIVERED = "delivered"
FAILED = "failed"
RETURNED = "returned"
CANCELED = "canceled"  #: one l; the call that leads here has two

STATUSES = {
    PAYMENT_PENDING: Status.NEW,
    PENDING: Status.APPROVED,
    READY_TO_SHIP: Status.SHIPPING_ARRANGED,
    SHIPPED: Status.SHIPPED,
    DELIVERED: Status.DELIVERED,
    FAILED: Status.DELIVERY_FAILED,
    "return_shipped_by_customer": Status.RETURNING,
    "return_waiting_for_approval": Status.RETURNING,
    "return_delivered": Status.RETURNING,
    "return_rejected": Status.DELIVERED,  # the buyer keeps it
    RETURNED: Status.RETURNED,
    CANCELED: Status.CANCELED,
}
#: On its way, or further: it has left us.
LEFT = frozenset(STATUSES) - {PAYMENT_PENDING, PENDING, READY_TO_SHIP, CANCELED}
#: Beyond the carrier: nothing is left to tell about the delivery.
ENDED = LEFT - {SHIPPED}
DELIVERED_OR_LATER = ENDED - {FAILED}

#: Until the last unit has left, an order is as far as its slowest one.
_ROAD = (Status.NEW, Status.APPROVED, Status.SHIPPING_ARRANGED, Status.SHIPPED)


def meaning(words: Sequence[str], *, invoiced: bool) -> Status | None:
    """The order's status from those of its units; None when one of them is unknown to us.

    Canceled units tell nothing about the others. `invoiced`: all pending units have an access key.
    """
    told = [STATUSES.get(word) for word in words]
    known = [status for status in told if status is not None]
    if len(known) < len(told) or not known:
        return None
    going: set[Status] = {status for status in known if status is not Status.CANCELED}
    slowest = next((status for status in _ROAD if status in going), None)
    if slowest is Status.APPROVED and invoiced:
        return Status.INVOICED
    return slowest or _ended(going)


def _ended(going: set[Status]) -> Status:
    """An open return is what somebody waits for; a unit the buyer has outweighs one that failed or came back."""
    for status in (Status.RETURNING, Status.DELIVERED):
        if status in going:
            return status
    if not going:
        return Status.CANCELED
    return Status.RETURNED if Status.RETURNED in going else Status.DELIVERY_FAILED


def words_of(words: Sequence[str]) -> str:
    """As people read it: one word, or each with how many units it counts."""
    counts = {word: words.count(word) for word in dict.fromkeys(words)}
    if len(counts) == 1:
        return words[0][:60]
    return ", ".join(f"{count} {word}" for word, count in counts.items())[:60]
