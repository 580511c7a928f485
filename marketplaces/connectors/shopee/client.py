"""Shopee's Open Platform v2 for orders, logistics, NF-e, stock, pushes and tokens: one method, one endpoint."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from marketplaces.connectors.shopee.calls import LIMITS, Calls, Json, Query, inner, is_file, rows_of, told

__all__ = ["LIMITS", "Client"]

LARGEST_PAGE = 100
LARGEST_BATCH = 50
#: What get_order_detail leaves out unless it is asked for.
OPTIONAL_FIELDS = (
    "buyer_username", "estimated_shipping_fee", "recipient_address", "item_list", "pay_time", "buyer_cancel_reason",
    "cancel_by", "cancel_reason", "buyer_cpf_id", "fulfillment_flag", "pickup_done_time", "package_list",
    "shipping_carrier", "payment_method", "total_amount", "invoice_data", "edt", "payment_info", "split_up",
)  # fmt: skip
XML = "4"
ALL_FAILED = "common.batch_api_all_failed"
ALL_STOCK_FAILED = "product.error_busi_update_stock_failed"


class Client(Calls):
    """Raises marketplaces.errors; of those about orders Rejected has Shopee's own code, trimmed."""

    async def order_list(self, *, field: str, start: int, end: int, cursor: str) -> Json:
        """{more, next_cursor, order_list[{order_sn, order_status}]} for at most 15 days, of all statuses."""
        query: Query = {
            "time_range_field": field,
            "time_from": start,
            "time_to": end,
            "page_size": LARGEST_PAGE,
            "response_optional_fields": "order_status",
            "request_order_status_pending": "true",
        }
        return inner(await self._get("/order/get_order_list", query | ({"cursor": cursor} if cursor else {})))

    async def order_details(self, codes: Sequence[str]) -> list[bytes]:
        """Each order as it was written. Unknown ones are left out, and refused when no other was asked for."""
        query: Query = {
            "order_sn_list": codes,
            "response_optional_fields": OPTIONAL_FIELDS,
            "request_order_status_pending": "true",
        }
        return rows_of(await self._get("/order/get_order_detail", query))

    async def package_details(self, numbers: Sequence[str]) -> list[Any]:
        """[{package_number, fulfillment_status, is_shipment_arranged, tracking_number, …}]."""
        answer = await self._get("/order/get_package_detail", {"package_number_list": numbers})
        return list(inner(answer).get("package_list") or [])

    async def shipment_list(self, *, cursor: str) -> Json:
        """{more, next_cursor, order_list[{order_sn, package_number}]}: READY_TO_SHIP and RETRY_SHIP."""
        query: Query = {"page_size": LARGEST_PAGE}
        return inner(await self._get("/order/get_shipment_list", query | ({"cursor": cursor} if cursor else {})))

    async def shipping_parameter(self, code: str, *, package: str) -> Json:
        """{info_needed{pickup|dropoff|non_integrated: fields}, pickup{address_list}, dropoff}."""
        query: Query = {"order_sn": code, **_package(package)}
        return inner(await self._get("/logistics/get_shipping_parameter", query))

    async def ship_order(self, code: str, *, package: str, way: Mapping[str, Json]) -> str:
        """`way` has exactly one of pickup, dropoff ({} where it needs nothing) and non_integrated. Not idempotent."""
        return told(await self._post("/logistics/ship_order", {"order_sn": code, **_package(package), **way}))

    async def update_shipping_order(self, code: str, *, package: str, pickup: Json) -> str:
        """A new pickup after one that failed."""
        body = {"order_sn": code, **_package(package), "pickup": pickup}
        return told(await self._post("/logistics/update_shipping_order", body))

    async def tracking_number(self, code: str, *, package: str) -> Json:
        """{tracking_number, plp_number, hint}; empty for the first minutes."""
        query: Query = {"order_sn": code, **_package(package), "response_optional_fields": "plp_number"}
        return inner(await self._get("/logistics/get_tracking_number", query))

    async def update_tracking_status(self, code: str, *, package: str, status: str) -> bool:
        """Of channels whose deliveries the seller reports. False: refused, without any reason."""
        body = {"order_sn": code, **_package(package), "logistics_status": status}
        return str(inner(await self._post("/logistics/update_tracking_status", body)).get("update_result")) != "failed"

    async def document_parameter(self, rows: Sequence[Json]) -> list[Any]:
        """Rows with suggest_shipping_document_type and selectable_shipping_document_type."""
        return await self._documents("get_shipping_document_parameter", rows, write=False)

    async def create_documents(self, rows: Sequence[Json]) -> list[Any]:
        """Rows {order_sn, package_number, tracking_number, shipping_document_type}; failed ones have fail_error."""
        return await self._documents("create_shipping_document", rows, write=True)

    async def document_results(self, rows: Sequence[Json]) -> list[Any]:
        """Rows with status READY, FAILED or PROCESSING."""
        return await self._documents("get_shipping_document_result", rows, write=False)

    async def download_documents(self, kind: str, rows: Sequence[Json]) -> bytes:
        """One file for all rows; b"" when it is READY and yet not there, which the next call usually mends."""
        body = {"shipping_document_type": kind, "order_list": list(rows)}
        answer = await self._post("/logistics/download_shipping_document", body, write=False)
        return answer.content if is_file(answer) else b""

    async def upload_invoice_doc(self, code: str, *, xml: bytes) -> str:
        form = _form({"order_sn": code, "file_type": XML}, xml)
        return told(await self._shop("POST", "/order/upload_invoice_doc", form=form))

    async def add_invoice_data(self, code: str, data: Json) -> str:
        """{number, series_number, access_key, issue_date, total_value, products_total_value, tax_code}: all of them."""
        return told(await self._post("/order/add_invoice_data", {"order_sn": code, "invoice_data": data}))

    async def cancel_order(self, code: str, *, reason: str, items: Sequence[Json]) -> str:
        """`items` {item_id, model_id} go with OUT_OF_STOCK alone."""
        body = {"order_sn": code, "cancel_reason": reason, **({"item_list": list(items)} if items else {})}
        return told(await self._post("/order/cancel_order", body))

    async def handle_buyer_cancellation(self, code: str, *, accept: bool) -> str:
        body = {"order_sn": code, "operation": "ACCEPT" if accept else "REJECT"}
        return told(await self._post("/order/handle_buyer_cancellation", body))

    async def item_list(self, *, offset: int, status: str, start: int | None) -> Json:
        """{item[{item_id}], has_next_page, next_offset}; since `start` (Unix seconds) of update time."""
        query: Query = {"offset": offset, "page_size": LARGEST_PAGE, "item_status": status}
        return inner(await self._get("/product/get_item_list", query | ({"update_time_from": start} if start else {})))

    async def item_base_info(self, items: Sequence[int]) -> list[Any]:
        """[{item_id, item_sku, has_model, …}] for at most fifty."""
        answer = await self._get("/product/get_item_base_info", {"item_id_list": [str(item) for item in items]})
        return list(inner(answer).get("item_list") or [])

    async def model_list(self, item: int) -> list[Any]:
        """[{model_id, model_sku, …}]."""
        return list(inner(await self._get("/product/get_model_list", {"item_id": item})).get("model") or [])

    async def update_stock(self, item: int, units: Mapping[int, int]) -> list[Any]:
        """Units by model_id, at most fifty; the rows that failed: {model_id, failed_reason}."""
        rows = [{"model_id": model, "seller_stock": [{"stock": count}]} for model, count in units.items()]
        body = {"item_id": item, "stock_list": rows}
        answer = await self._post("/product/update_stock", body, tolerate=ALL_STOCK_FAILED)
        return list(inner(answer).get("failure_list") or [])

    async def shop_info(self) -> Json:
        """{shop_name, region, status, auth_time, expire_time, …}, without a wrapper."""
        return inner(await self._get("/shop/get_shop_info", {}))

    async def shops_by_partner(self, *, page: int) -> Json:
        """{authed_shop_list[{shop_id, expire_time}], more}; pages from 1."""
        query: Query = {"page_no": page, "page_size": LARGEST_PAGE}
        return inner(await self._public("GET", "/public/get_shops_by_partner", query=query))

    async def get_token(self, body: Json) -> Json:
        """{access_token, refresh_token, expire_in, shop_id_list}; numbers in the body are JSON integers."""
        return inner(await self._public("POST", "/auth/token/get", body=body, write=False))

    async def refresh_token(self, body: Json) -> Json:
        """The next pair; the refresh token works once, or for four hours (the documents disagree)."""
        return inner(await self._public("POST", "/auth/access_token/get", body=body, write=False))

    async def push_config(self) -> Json:
        """{callback_url, live_push_status, push_config_on_list, …} of the app."""
        return inner(await self._public("GET", "/push/get_app_push_config"))

    async def set_push_config(
        self, *, callback_url: str, on: Sequence[int], blocked: Sequence[int] | None = None
    ) -> str:
        """Shopee calls the address at once, and wants 2xx within three seconds. `blocked` are all blocked shops."""
        body: Json = {"callback_url": callback_url, "set_push_config_on": list(on)}
        body |= {} if blocked is None else {"blocked_shop_id_list": list(blocked)}
        return told(await self._public("POST", "/push/set_app_push_config", body=body))

    async def lost_pushes(self) -> Json:
        """{push_message_list[{code, data, …}], has_next_page, last_message_id}: the earliest 100 of three days."""
        return inner(await self._public("GET", "/push/get_lost_push_message"))

    async def confirm_lost_pushes(self, last_message_id: int) -> str:
        """A watermark: everything up to it is not shown again."""
        body = {"last_message_id": last_message_id}
        return told(await self._public("POST", "/push/confirm_consumed_lost_push_message", body=body))

    async def _documents(self, endpoint: str, rows: Sequence[Json], *, write: bool) -> list[Any]:
        path = f"/logistics/{endpoint}"
        answer = await self._post(path, {"order_list": list(rows)}, write=write, tolerate=ALL_FAILED)
        return list(inner(answer).get("result_list") or [])


def _package(number: str) -> dict[str, str]:
    """Only split orders name their package, and never an empty one."""
    return {"package_number": number} if number else {}


def _form(fields: Mapping[str, str], xml: bytes) -> httpx.Request:
    """A multipart body with its boundary; it is never sent itself."""
    form = httpx.Request(
        "POST", "https://form.invalid", data=dict(fields), files={"file": ("nfe.xml", xml, "application/xml")}
    )
    form.read()
    return form
