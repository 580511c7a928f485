"""Canceling as the seller, and answering a buyer who asks to (protocol §6)."""

from typing import Any

from sandbox.call import Call
from sandbox.tiktok import moves
from sandbox.tiktok import statuses as st
from sandbox.tiktok.gate import Endpoint, arg, page_size
from sandbox.tiktok.order import Order
from sandbox.tiktok.order_api import page, read_order
from sandbox.tiktok.reply import Refused, Reply, no_path, wrong
from sandbox.tiktok.shop import Shop

Json = dict[str, Any]
UNPAID_REASONS = (
    "seller_cancel_unpaid_reason_out_of_stock", "seller_cancel_unpaid_reason_wrong_price",
    "seller_cancel_unpaid_reason_buyer_hasnt_paid_within_time_allowed",
    "seller_cancel_unpaid_reason_buyer_requested_cancellation",
)  # fmt: skip
PAID_REASONS = (
    "seller_cancel_reason_out_of_stock", "seller_cancel_paid_reason_buyer_requested_cancellation",
    "seller_cancel_paid_reason_address_not_deliver",
)  # fmt: skip
REJECT_REASONS = {
    "seller_reject_apply_product_has_been_packed": "O produto já foi embalado",
    "reverse_reject_request_reason_5": "Outro motivo",
    "seller_reject_apply_unable_to_change_address": "Não é possível mudar o endereço",
}


def cancel_order(shop: Shop, call: Call, _path: dict[str, str]) -> Reply:
    """Accepted now, canceled a moment later. In Brazil the whole order or nothing."""
    order = read_order(shop, call, call.document.get("order_id"))
    reason = call.document.get("cancel_reason")
    if not reason:
        raise Refused(25001001, "Invalid parameter. cancel_reason is required.")
    if any(call.document.get(name) for name in ("skus", "order_line_item_ids", "order_line_list")):
        raise Refused(25001015, "Partial cancellation is not supported in this region.")
    if order.status in st.FINISHED:
        raise Refused(25001051, "The order is completed or cancelled.")
    if any(row["cancel_status"] == st.SUCCESS for row in _of(shop, order)):
        raise Refused(25001011, "The order is being cancelled or has been cancelled.")
    allowed = reasons_of(shop, order)
    if not allowed:
        raise Refused(25001045, "The order has been shipped and cannot be cancelled by the seller.")
    if reason not in allowed:
        known = reason in (*UNPAID_REASONS, *PAID_REASONS)
        raise Refused(25001021 if known else 25001014, "The cancel reason does not match the order status.")
    row = moves.open_cancellation(shop, order, role="SELLER", kind="CANCEL", reason=str(reason), status=st.SUCCESS)
    order.note("cancel_accepted", by=call)
    shop.schedule(order, f"end_cancel {reason}", seconds=shop.switches.cancel_seconds)
    return Reply({"cancel_id": row["cancel_id"], "cancel_status": row["cancel_status"]})


def search(shop: Shop, call: Call, _path: dict[str, str]) -> Reply:
    """Oldest first; those that the seller must answer say until when."""
    asked, size = call.document, page_size(call, most=50, default=10)
    rows = [row for row in shop.cancellations if _fits(row, asked)]
    rows.sort(key=lambda row: row["update_time"], reverse=arg(call, "sort_order") == "DESC")
    shown, token = page(shop, rows, arg(call, "page_token"), size=size, key=lambda row: row["cancel_id"])
    found = [_described(shop, row) for row in shown]
    return Reply({"cancellations": found, "next_page_token": token, "total_count": len(rows)})


def approve(shop: Shop, call: Call, path: dict[str, str]) -> Reply:
    """The only write with an idempotency key: the same one again is the same answer."""
    row, order = _asked(shop, call, path["cancel"])
    if row.get("approved_with") and row["approved_with"] == arg(call, "idempotency_key"):
        return Reply()
    _check_open(row)
    row["approved_with"] = arg(call, "idempotency_key")
    order.note("accepted", by=call)
    moves.cancellation_to(shop, order, row, st.SUCCESS)
    moves.canceled(shop, order, who="BUYER", reason=row["cancel_reason"])
    return Reply()


def reject(shop: Shop, call: Call, path: dict[str, str]) -> Reply:
    row, order = _asked(shop, call, path["cancel"])
    _check_open(row)
    if call.document.get("reject_reason") not in REJECT_REASONS:
        raise Refused(25001014, "The reject reason is invalid.")
    order.request = {}
    order.note("rejected", by=call)
    moves.cancellation_to(shop, order, row, st.WITHDRAWN)
    return Reply()


def reject_reasons(shop: Shop, call: Call, _path: dict[str, str]) -> Reply:
    _asked(shop, call, arg(call, "return_or_cancel_id"))
    return Reply({"reasons": [{"name": name, "text": text} for name, text in REJECT_REASONS.items()]})


def eligibility(shop: Shop, call: Call, path: dict[str, str]) -> Reply:
    """Which reasons the seller may give now."""
    if not shop.switches.eligibility:
        raise no_path()
    order = read_order(shop, call, path["order"])
    if arg(call, "initiate_aftersale_user") not in ("SELLER", "BUYER"):
        raise wrong("initiate_aftersale_user is required.")
    reasons = reasons_of(shop, order)
    told: Json = {"eligible": True, "available_reason_names": list(reasons)}
    refused: Json = {"eligible": False, "ineligible_code": 25001045, "ineligible_reason": "The order has been shipped."}
    rows: dict[str, list[str]] = {}
    for unit in order.units:
        rows.setdefault(unit["sku_id"], []).append(unit["id"])
    return Reply(
        {
            "sku_eligibility": [
                {
                    "sku_id": sku,
                    "line_item_eligibility": [
                        {"request_type": "CANCEL", "order_line_items_ids": ids, **(told if reasons else refused)}
                    ],
                }
                for sku, ids in rows.items()
            ]
        }
    )


def reasons_of(shop: Shop, order: Order) -> tuple[str, ...]:
    if order.status == st.UNPAID:
        return UNPAID_REASONS
    late = order.status == st.AWAITING_COLLECTION and shop.switches.cancel_in_collection
    return PAID_REASONS if late or order.status in (st.ON_HOLD, *st.BEFORE_SHIPPING) else ()


def _of(shop: Shop, order: Order) -> list[Json]:
    return [row for row in shop.cancellations if row["order_id"] == order.id]


def _asked(shop: Shop, call: Call, number: str) -> tuple[Json, Order]:
    row = next((row for row in shop.cancellations if row["cancel_id"] == number), None)
    if row is None:
        raise Refused(25005010, "The cancellation does not exist.")
    call.code = row["order_id"]
    return row, shop.orders[row["order_id"]]


def _check_open(row: Json) -> None:
    if row["cancel_status"] != st.PENDING:
        raise Refused(25005011, "The cancellation is not pending.")


def _fits(row: Json, asked: Json) -> bool:
    lists = {"order_ids": "order_id", "cancel_ids": "cancel_id", "cancel_types": "cancel_type"}
    lists |= {"cancel_status": "cancel_status"}
    for name, field in lists.items():
        if asked.get(name) and row[field] not in asked[name]:
            return False
    return all(
        asked.get(f"{field}_ge", 0) <= row[field] < asked.get(f"{field}_lt", 2**40)
        for field in ("create_time", "update_time")
    )


def _described(shop: Shop, row: Json) -> Json:
    order = shop.orders[row["order_id"]]
    actions = (
        [{"action": "SELLER_RESPOND_BUYER_CANCEL", "deadline": order.request["deadline"]}]
        if row["cancel_status"] == st.PENDING
        else []
    )
    return {
        **{name: value for name, value in row.items() if name != "approved_with"},
        "cancel_reason_text": "Não preciso mais" if row["role"] == "BUYER" else "",
        "seller_next_action_response": actions,
        "refund_amount": {"currency": "BRL", "refund_total": order.document["payment"]["total_amount"]},
        "cancel_line_items": [{"order_line_item_id": unit["id"], "sku_id": unit["sku_id"]} for unit in order.units],
    }


CANCELLATION = "/return_refund/202309/cancellations/(?P<cancel>[^/]+)"
ENDPOINTS = (
    Endpoint("POST", "/return_refund/202309/cancellations", shop=cancel_order),
    Endpoint("POST", "/return_refund/202309/cancellations/search", shop=search),
    Endpoint("POST", f"{CANCELLATION}/approve", shop=approve),
    Endpoint("POST", f"{CANCELLATION}/reject", shop=reject),
    Endpoint("GET", "/return_refund/202309/reject_reasons", shop=reject_reasons),
    Endpoint("GET", "/return_refund/202602/orders/(?P<order>[^/]+)/aftersale_eligibility", shop=eligibility),
)
