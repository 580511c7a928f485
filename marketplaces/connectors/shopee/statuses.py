"""Where an order is, from Shopee's three words for it: of the order, of its packages, and of its NF-e. Pure.

The order's own status says too little: READY_TO_SHIP stands before and after the NF-e, and with carriers of the
seller's own (90021, 90026) also after the shipment was arranged. The packages are the truth there.
"""

from collections.abc import Sequence

from orders.status import Status

READY_TO_SHIP = "READY_TO_SHIP"
IN_CANCEL = "IN_CANCEL"
CANCELLED = "CANCELLED"
RETRY_SHIP = "RETRY_SHIP"

STATUSES = {
    "UNPAID": Status.NEW,
    "PENDING": Status.NEW,  # Shopee looks into the payment
    "PROCESSED": Status.SHIPPING_ARRANGED,
    RETRY_SHIP: Status.SHIPPING_ARRANGED,  # the pickup failed and is to be arranged once more
    "SHIPPED": Status.SHIPPED,
    "TO_CONFIRM_RECEIVE": Status.DELIVERED,
    "COMPLETED": Status.DELIVERED,
    "TO_RETURN": Status.RETURNING,
    CANCELLED: Status.CANCELED,
}
#: Paid, and not handed over yet. The two words for a missing NF-e stand in lists only; IN_CANCEL hides where it was.
BEFORE_SHIPPING = frozenset({READY_TO_SHIP, "INVOICE_PENDING", "PENDING_INVOICE", IN_CANCEL})

READY = "LOGISTICS_READY"
NOT_STARTED = frozenset({"LOGISTICS_NOT_START", "LOGISTICS_NOT_STARTED", "LOGISTICS_PENDING_ARRANGE"})
ARRANGED = "LOGISTICS_REQUEST_CREATED"
PICKUP_RETRY = "LOGISTICS_PICKUP_RETRY"
PICKED_UP = "LOGISTICS_PICKUP_DONE"
DELIVERED = "LOGISTICS_DELIVERY_DONE"
DELIVERY_FAILED = "LOGISTICS_DELIVERY_FAILED"
#: Of packages that will not go; they tell nothing about the order's others.
OUT = frozenset({"LOGISTICS_INVALID", "LOGISTICS_REQUEST_CANCELED"})

#: Neither with us nor at its buyer.
GONE = frozenset({"LOGISTICS_LOST", "LOGISTICS_COD_REJECTED"})

#: How far a package is.
_ROAD = {
    **dict.fromkeys(NOT_STARTED, 0),
    READY: 0,
    ARRANGED: 1,
    PICKUP_RETRY: 1,
    "LOGISTICS_PICKUP_FAILED": 1,
    PICKED_UP: 2,
    DELIVERY_FAILED: 2,
    "LOGISTICS_LOST": 2,
    "LOGISTICS_COD_REJECTED": 2,
    DELIVERED: 3,
}
_REACHED = {1: Status.SHIPPING_ARRANGED, 2: Status.SHIPPED, 3: Status.DELIVERED}


def meaning(word: str, *, packages: Sequence[str], paid: bool, invoiced: bool) -> Status | None:
    """Our status; None when Shopee's word is unknown. `packages` are their logistics_status."""
    if word not in BEFORE_SHIPPING:
        return _delivery_failed(STATUSES.get(word), packages)
    if not paid and word == IN_CANCEL:
        return Status.NEW
    return _REACHED.get(_slowest(packages)) or (Status.INVOICED if invoiced else Status.APPROVED)


def is_arranged(package: str) -> bool:
    """Has the hand-over been arranged, and is there nothing to arrange anew? False for a word that we do not know."""
    return _ROAD.get(package, 0) > 0 and package != PICKUP_RETRY


def pickup_failed(word: str, packages: Sequence[str]) -> bool:
    """Does the carrier want another pickup? For orders of several packages their own word says so."""
    return word == RETRY_SHIP or PICKUP_RETRY in packages


def _slowest(packages: Sequence[str]) -> int:
    """An order is as far as its slowest package; a word that we do not know holds it back."""
    return min((_ROAD.get(word, 0) for word in packages if word not in OUT), default=0)


def _delivery_failed(status: Status | None, packages: Sequence[str]) -> Status | None:
    going = [word for word in packages if word not in OUT]
    failed = bool(going) and all(word == DELIVERY_FAILED for word in going)
    return Status.DELIVERY_FAILED if status is Status.SHIPPED and failed else status
