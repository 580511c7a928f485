"""Which of an order's verbs a person may use: "change" allows all, the narrower permissions their part."""

from collections.abc import Collection
from typing import Protocol

#: "Change orders": everything below, and whatever verb is not named there.
ALL = "orders.change_order"
INVOICE = "orders.invoice_order"
SHIP = "orders.ship_order"
CANCEL = "orders.cancel_order"
NOTE = "orders.note_order"
VIEW_BUYER = "orders.view_buyer"
REVEAL_BUYER = "orders.reveal_buyer"

#: Any one of these is enough.
NEEDED: dict[str, Collection[str]] = {
    "invoice": (INVOICE,),
    "replace_invoice": (INVOICE,),
    "arrange_shipping": (SHIP,),
    "ask_label": (SHIP,),
    "ship": (SHIP,),
    "correct_shipment": (SHIP,),
    "deliver": (SHIP, CANCEL),
    "fail_delivery": (SHIP, CANCEL),
    "cancel": (CANCEL,),
    "answer_cancel_request": (CANCEL,),
    "start_return": (CANCEL, SHIP),
    "receive_return": (SHIP,),
    "resolve": (CANCEL,),
    "note": (NOTE, INVOICE, SHIP, CANCEL),
}


class Holder(Protocol):
    """A user."""

    def has_perm(self, perm: str) -> bool: ...


def may(user: Holder, verb: str) -> bool:
    """`verb` is a name of orders.verbs, or note."""
    return user.has_perm(ALL) or any(user.has_perm(permission) for permission in NEEDED.get(verb, ()))
