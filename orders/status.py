"""Where an order is, and which moves are allowed. Nothing else in the project decides that."""

from enum import StrEnum


class Status(StrEnum):
    NEW = "NEW"  #: awaiting payment, stock reserved
    PAYMENT_OVERDUE = "PAYMENT_OVERDUE"  #: stock released; a late payment may still approve it
    APPROVED = "APPROVED"  #: paid, ours to invoice
    INVOICED = "INVOICED"  #: the NF-e is issued
    SHIPPING_ARRANGED = "SHIPPING_ARRANGED"  #: label or hand-over arranged with the marketplace's carrier
    SHIPPED = "SHIPPED"  #: every unit has left
    DELIVERED = "DELIVERED"  #: the buyer has it
    DELIVERY_FAILED = "DELIVERY_FAILED"  #: the carrier could not hand it over
    RETURNING = "RETURNING"  #: on its way back to us
    RETURNED = "RETURNED"  #: back in our hands
    CANCELED = "CANCELED"  #: will not be fulfilled, stock released


S = Status

#: The table of moves: one allowed step each. Verbs take exactly these.
NEXT: dict[Status, frozenset[Status]] = {
    S.NEW: frozenset({S.APPROVED, S.PAYMENT_OVERDUE, S.CANCELED}),
    S.PAYMENT_OVERDUE: frozenset({S.APPROVED, S.CANCELED}),
    S.APPROVED: frozenset({S.INVOICED, S.CANCELED}),
    S.INVOICED: frozenset({S.SHIPPING_ARRANGED, S.SHIPPED, S.CANCELED}),
    S.SHIPPING_ARRANGED: frozenset({S.SHIPPED, S.CANCELED}),
    S.SHIPPED: frozenset({S.DELIVERED, S.DELIVERY_FAILED, S.RETURNING}),
    S.DELIVERY_FAILED: frozenset({S.SHIPPED, S.DELIVERED, S.RETURNING}),
    S.DELIVERED: frozenset({S.RETURNING}),
    S.RETURNING: frozenset({S.RETURNED, S.DELIVERED}),
    S.RETURNED: frozenset(),
    S.CANCELED: frozenset(),
}

#: Nobody has to do anything any more.
ENDED = frozenset({S.DELIVERED, S.RETURNED, S.CANCELED})
#: Open orders hold stock: what they have not shipped or canceled is reserved.
RESERVING = frozenset({S.NEW, S.APPROVED, S.INVOICED, S.SHIPPING_ARRANGED})


def sources(target: Status) -> frozenset[Status]:
    """The statuses from which one step leads to `target`."""
    return frozenset(status for status, following in NEXT.items() if target in following)


def _walk(start: Status) -> frozenset[Status]:
    seen: set[Status] = set()
    frontier = {start}
    while frontier:
        frontier = {following for status in frontier for following in NEXT[status]} - seen
        seen |= frontier
    return frozenset(seen)


#: Everything that lies ahead of a status, any number of steps away (a channel may skip steps).
AHEAD: dict[Status, frozenset[Status]] = {status: _walk(status) for status in Status}


class Verdict(StrEnum):
    """What a channel's status means for an order that we hold in another one."""

    SAME = "same"
    FORWARD = "forward"  #: take it
    BEHIND = "behind"  #: the channel has not caught up with us; nothing to do
    IMPOSSIBLE = "impossible"  #: no path in either direction; a person must look


def judge(held: Status, told: Status) -> Verdict:
    """Compare the status we hold with the one a channel tells."""
    if held is told:
        return Verdict.SAME
    if told in AHEAD[held]:
        return Verdict.FORWARD
    return Verdict.BEHIND if held in AHEAD[told] else Verdict.IMPOSSIBLE
