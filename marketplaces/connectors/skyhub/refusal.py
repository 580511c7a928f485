"""What a 422 means, and what an order as read back says about an update. Pure."""

import re
from typing import NamedTuple

from marketplaces.adapter import Outgoing
from marketplaces.connectors.skyhub.statuses import AccountStatuses, reached
from orders.snapshot import OrderSnapshot
from orders.status import Status

#: "Transição inválida: DELIVERED -> SHIPPED" (types), "Transição inválida: complete -> complete." (codes).
_TRANSITION = re.compile(r"Transi\S*\s+inv\S*\s*:\s*(\S+)\s*->\s*(\S+?)\.?\s*$", re.IGNORECASE)


class Transition(NamedTuple):
    """A move that SkyHub refuses: from the status that the order has there."""

    held: Status | None
    same: bool  #: X -> X


def transition(detail: str, statuses: AccountStatuses) -> Transition | None:
    """None when the sentence names no transition."""
    found = _TRANSITION.search(detail)
    if found is None:
        return None
    return Transition(statuses.means(found[1]), found[1].casefold() == found[2].casefold())


def is_done(update: Outgoing, target: Status, refused: Transition) -> bool:
    """X -> X, and a move to where the order has been already: somebody told it before, usually we ourselves.

    Not so for one shipment of several: that the order counts as shipped says nothing about this one.
    """
    return not _is_partial(update) and (refused.same or reached(refused.held, target))


def knows(snapshot: OrderSnapshot, update: Outgoing, target: Status) -> bool:
    """Does the marketplace's order contain this update?"""
    if update.invoice and update.kind == "INVOICED":
        keys = {invoice.access_key for invoice in snapshot.invoices}
        # A list without our key means another invoice; no list at all is usual (DELIVERED orders come with []).
        return update.invoice.access_key in keys if keys else reached(snapshot.status, target)
    if update.shipment and _is_partial(update):
        told = any(tracking.code == update.shipment.tracking_code for tracking in snapshot.trackings)
        return told and (reached(snapshot.status, target) or not update.shipping_complete)
    # The tracking proves nothing here: B2W fills shipments in beforehand.
    return reached(snapshot.status, target)


def _is_partial(update: Outgoing) -> bool:
    return update.shipment is not None and (update.shipment.hand_over > 1 or not update.shipping_complete)
