"""What became of the work on an order: invoice, shipments, what the channel was told, what a person must look at."""

from orders.api.compact import Members, json_list, json_object, moment

_INVOICE = {
    "access_key": "v.access_key",
    "number": "v.number",
    "series": "v.series",
    "issued_at": moment("v.issued_at"),
    "volumes": "v.volumes",
    "recorded_at": moment("v.created_at"),
}
_SHIPPED_ITEM = {"sku": "i.sku", "quantity": "si.quantity"}
_SHIPMENT = {
    "tracking_code": "s.tracking_code",
    "carrier": "s.carrier",
    "method": "s.method",
    "tracking_url": "s.tracking_url",
    "packages": "s.packages",
    "shipped_at": moment("s.shipped_at"),
    "recorded_at": moment("s.created_at"),
    "items": json_list(
        _SHIPPED_ITEM,
        of="orders_shipmentitem AS si JOIN orders_orderitem AS i ON i.id = si.item_id WHERE si.shipment_id = s.id",
        by="si.id",
    ),
}
_UPDATE = {
    "seq": "u.seq",
    "kind": "u.kind",
    "state": "u.state",
    "due_at": moment("u.due_at"),
    "attempts": "u.attempts",
    "last_error": "u.last_error",
    "created_at": moment("u.created_at"),
    "finished_at": moment("u.finished_at"),
}
_ATTENTION = {"reason": "a.reason", "detail": "a.detail", "raised_at": moment("a.raised_at")}
#: Beside the compact form, and like it without personal data.
WORK: Members = {
    "invoice": f"(SELECT {json_object(_INVOICE)} FROM orders_invoice AS v WHERE v.order_id = orders_order.id)",
    "shipments": json_list(_SHIPMENT, of="orders_shipment AS s WHERE s.order_id = orders_order.id", by="s.id"),
    "updates": json_list(_UPDATE, of="orders_channelupdate AS u WHERE u.order_id = orders_order.id", by="u.seq"),
    "attention": json_list(
        _ATTENTION,
        of="orders_attention AS a WHERE a.order_id = orders_order.id AND a.cleared_at IS NULL",
        by="a.id",
    ),
}
