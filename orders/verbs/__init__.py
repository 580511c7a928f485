"""What may be done with an order: each verb is guard, rows, event and channel update, in one transaction.

All take the order (its row is locked and re-read) and `by`, who does it. They raise the errors of orders/errors.py,
after which nothing has changed. What the channel did comes in through intake.py instead, and is never echoed.
"""

from orders.verbs.answering import answer_cancel_request
from orders.verbs.arranging import arrange_shipping
from orders.verbs.canceling import cancel
from orders.verbs.correcting import correct_shipment, correctable
from orders.verbs.invoicing import invoice
from orders.verbs.labeling import LabelFile, ask_label, note_printing, receive_labels
from orders.verbs.possible import STATUSES, obstacle, possible
from orders.verbs.replacing import replace_invoice
from orders.verbs.resolving import resolve
from orders.verbs.returning import receive_return, start_return
from orders.verbs.shipping import deliver, fail_delivery, ship

__all__ = [
    "STATUSES",
    "LabelFile",
    "answer_cancel_request",
    "arrange_shipping",
    "ask_label",
    "cancel",
    "correct_shipment",
    "correctable",
    "deliver",
    "fail_delivery",
    "invoice",
    "note_printing",
    "obstacle",
    "possible",
    "receive_labels",
    "receive_return",
    "replace_invoice",
    "resolve",
    "ship",
    "start_return",
]
