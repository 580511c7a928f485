"""Statuses of order items and who may go where (protocol §4.5, §5)."""

PAYMENT_PENDING = "payment_pending"
PENDING = "pending"
READY_TO_SHIP = "ready_to_ship"
SHIPPED = "shipped"
DELIVERED = "delivered"
FAILED = "failed"
RETURNED = "returned"
CANCELED = "canceled"
RETURN_SHIPPED = "return_shipped_by_customer"
RETURN_WAITING = "return_waiting_for_approval"
RETURN_REJECTED = "return_rejected"
RETURN_DELIVERED = "return_delivered"
ALL = (
    PAYMENT_PENDING, PENDING, READY_TO_SHIP, SHIPPED, DELIVERED, FAILED, RETURNED, CANCELED,
    RETURN_SHIPPED, RETURN_WAITING, RETURN_REJECTED, RETURN_DELIVERED,
)  # fmt: skip
FINISHED = frozenset({DELIVERED, FAILED, RETURNED, CANCELED, RETURN_REJECTED})

#: What Dafiti shows as possible next (`actions`), by status.
ACTIONS = {
    PENDING: ("status_set_to_packed_by_marketplace", "status_set_to_ready_to_ship", "status_set_to_canceled"),
    READY_TO_SHIP: ("status_set_to_shipped", "set_tracking_code", "set_shipment_provider", "set_invoice_access_key"),
    SHIPPED: ("status_set_to_delivered", "status_set_to_failed_delivery", "set_invoice_access_key"),
    DELIVERED: ("status_set_to_returned",),
    RETURN_SHIPPED: ("status_set_to_return_waiting_for_approval",),
    RETURN_WAITING: ("status_set_to_returned", "status_set_to_return_rejected"),
}

#: One word for an order, whose items may be anywhere: the least advanced that is not canceled.
_ROAD = (PAYMENT_PENDING, PENDING, READY_TO_SHIP, SHIPPED)


def of_order(words: list[str]) -> str:
    going = [word for word in words if word != CANCELED]
    return next((word for word in (*_ROAD, *going) if word in going), CANCELED)
