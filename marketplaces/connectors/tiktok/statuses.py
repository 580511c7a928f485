"""Where an order is, from TikTok Shop's words for it and for its units. Pure.

AWAITING_SHIPMENT stands before and after the NF-e: `need_upload_invoice` tells. COMPLETED and CANCELLED do not tell
where the goods are: an order can be completed by a full refund, and TikTok Shop cancels what its carrier lost.
"""

from orders.status import Status

UNPAID = "UNPAID"
ON_HOLD = "ON_HOLD"
AWAITING_SHIPMENT = "AWAITING_SHIPMENT"
PARTIALLY_SHIPPING = "PARTIALLY_SHIPPING"
AWAITING_COLLECTION = "AWAITING_COLLECTION"
IN_TRANSIT = "IN_TRANSIT"
DELIVERED = "DELIVERED"
COMPLETED = "COMPLETED"
CANCELLED = "CANCELLED"

NEED_INVOICE = "NEED_INVOICE"
NO_NEED = "NO_NEED"
UPLOADED = "INVOICE_UPLOADED"
PROCESSING = "INVOICE_PROCESSING"
#: All that say anything; there is also UNKNOWN.
INVOICE_WORDS = frozenset({NEED_INVOICE, NO_NEED, UPLOADED, PROCESSING})

STATUSES = {
    UNPAID: Status.NEW,
    ON_HOLD: Status.APPROVED,  # paid; the buyer cancels alone for about an hour
    AWAITING_COLLECTION: Status.SHIPPING_ARRANGED,
    IN_TRANSIT: Status.SHIPPED,
    DELIVERED: Status.DELIVERED,
}
#: The slower part of a partial shipment is where a shipment that has not begun is.
BEFORE_SHIPPING = frozenset({AWAITING_SHIPMENT, PARTIALLY_SHIPPING})
#: Words of orders of which nothing waits for a shipment any more, whatever their packages still say.
ARRANGED_WORDS = frozenset({AWAITING_COLLECTION, IN_TRANSIT, DELIVERED, COMPLETED})
#: Words of units that the carrier has taken.
LEFT = frozenset({IN_TRANSIT, DELIVERED, COMPLETED})
#: Goods that went out and come back, as reasons of TikTok Shop's own cancellations begin.
COMES_BACK = "returned_to_shipper"

#: Packages: waiting for us, arranged, with the carrier, delivered.
TO_FULFILL, SHIPPED = "TO_FULFILL", "PROCESSING"
ARRANGED = frozenset({SHIPPED, "FULFILLING", "COMPLETED"})
OUT = "CANCELLED"
#: Sub-statuses: the label is being bought; it can be printed; the carrier has the parcel.
BUYING_LABEL = frozenset({"CREATED", "STOCKING", "RTSING"})
PRINTABLE = "RTS"

#: Goods on their way back, and back; the other returns are asked for, refused, withdrawn, or refunds alone.
RETURNING = frozenset({"AWAITING_BUYER_SHIP", "BUYER_SHIPPED_ITEM", "RETURN_OR_REFUND_REQUEST_SUCCESS"})
RETURNED = "RETURN_OR_REFUND_REQUEST_COMPLETE"
WITH_GOODS = "RETURN_AND_REFUND"

CANCEL_PENDING = "CANCELLATION_REQUEST_PENDING"
BUYER = "BUYER"


def meaning(
    word: str, *, invoice: str, arranged: bool, collected: bool, delivered: bool, arranged_once: bool, reason: str
) -> Status | None:
    """Our status; None when TikTok Shop's word is unknown.

    `arranged`: every package is; `collected`, `delivered` and `arranged_once`: the order has a time for it.
    """
    if word in BEFORE_SHIPPING:
        return _before(invoice, arranged)
    if word == CANCELLED:
        return _canceled(collected, reason)
    if word == COMPLETED:
        return _completed(collected, delivered, arranged_once)
    return STATUSES.get(word)


def _before(invoice: str, arranged: bool) -> Status:
    if arranged:
        return Status.SHIPPING_ARRANGED
    return Status.INVOICED if invoice == UPLOADED else Status.APPROVED


def _canceled(collected: bool, reason: str) -> Status:
    """In transit only TikTok Shop cancels: lost, or refused and on its way back."""
    if not collected:
        return Status.CANCELED
    return Status.RETURNING if reason.startswith(COMES_BACK) else Status.DELIVERY_FAILED


def _completed(collected: bool, delivered: bool, arranged_once: bool) -> Status:
    """Without a delivery it is a full refund: of goods that the carrier has, or that never left."""
    if delivered or not arranged_once:
        return Status.DELIVERED
    return Status.DELIVERY_FAILED if collected else Status.CANCELED
