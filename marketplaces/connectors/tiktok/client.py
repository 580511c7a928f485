"""TikTok Shop's Partner API for orders, fulfillment, cancellations, returns and tokens: one method, one endpoint.

The version stands in each path, and differs from one to the next.
"""

import base64
from collections.abc import Mapping, Sequence

from marketplaces import documents, http
from marketplaces.connectors.tiktok.calls import (
    LIMITS,
    Calls,
    Json,
    Query,
    inner,
    is_tiktoks,
    judged,
    orders_of,
    told,
)
from marketplaces.connectors.tiktok.credentials import Credentials
from marketplaces.errors import Rejected
from marketplaces.values import listed

__all__ = ["LIMITS", "Client"]

LARGEST_PAGE = 100
LARGEST_BATCH = 50
#: The newer one adds what a Brazilian NF-e says about the payment.
DETAILS = ("202507", "202309")
#: No such path, method or version; a gateway's own 404.
NO_SUCH_CALL = frozenset({"36009009", "36009010", "36009014", "404"})
#: Tokens have a host of their own; any other address is a simulator's, which has all under one.
PRODUCTION = "https://open-api.tiktokglobalshop.com"
TOKENS = "https://auth.tiktok-shops.com"


class Client(Calls):
    """Raises marketplaces.errors; of those about orders Rejected has TikTok Shop's own code."""

    @property
    def arranging_rule(self) -> Mapping[str, str]:
        """How the account's parcels are handed over where nobody chose."""
        return self._connection.arranging

    async def search_orders(self, body: Json, *, sort_field: str, sort_order: str, page_token: str) -> Json:
        """{orders, next_page_token, total_count}; the size of a page stands in the query, the window in the body."""
        query: Query = {
            "page_size": LARGEST_PAGE,
            "sort_field": sort_field,
            "sort_order": sort_order,
            **_token(page_token),
        }
        return inner(await self._post("/order/202309/orders/search", body, query=query, write=False))

    async def order_details(self, codes: Sequence[str]) -> list[bytes]:
        """Each order as it was written; at most 50."""
        newer, older = DETAILS
        if not await self.lacks(newer):
            try:
                return orders_of(await self._get(f"/order/{newer}/orders", {"ids": codes}))
            except Rejected as error:
                if error.code not in NO_SUCH_CALL:
                    raise
                await self.note_lack(newer)
        return orders_of(await self._get(f"/order/{older}/orders", {"ids": codes}))

    async def search_cancellations(self, body: Json, *, page_token: str = "") -> Json:
        """{cancellations, next_page_token}, oldest first."""
        return await self._search("cancellations", body, page_token)

    async def search_returns(self, body: Json, *, page_token: str = "") -> Json:
        """{return_orders, next_page_token}, oldest first."""
        return await self._search("returns", body, page_token)

    async def eligible_cancellations(self, code: str) -> list[Json]:
        """[{sku_id, line_item_eligibility[{request_type, eligible, available_reason_names, ineligible_reason}]}]."""
        query: Query = {"initiate_aftersale_user": "SELLER", "request_types": "CANCEL"}
        answer = inner(await self._get(f"/return_refund/202602/orders/{code}/aftersale_eligibility", query))
        return [row for row in listed(answer.get("sku_eligibility")) if isinstance(row, dict)]

    async def cancel_order(self, code: str, *, reason: str) -> Json:
        """{cancel_id, cancel_status}: accepted; the order is canceled a moment later. Not idempotent."""
        body = {"order_id": code, "cancel_reason": reason}
        return inner(await self._post("/return_refund/202309/cancellations", body))

    async def approve_cancellation(self, cancel_id: str, *, idempotency_key: str) -> str:
        path = f"/return_refund/202309/cancellations/{cancel_id}/approve"
        return told(await self._post(path, {}, query={"idempotency_key": idempotency_key}))

    async def reject_cancellation(self, cancel_id: str, *, reason: str, comment: str) -> str:
        body = {"reject_reason": reason, **({"comment": comment} if comment else {})}
        return told(await self._post(f"/return_refund/202309/cancellations/{cancel_id}/reject", body))

    async def reject_reasons(self, cancel_id: str) -> list[str]:
        """Names of those that may be given now."""
        query: Query = {"return_or_cancel_id": cancel_id, "locale": "pt-BR"}
        answer = inner(await self._get("/return_refund/202309/reject_reasons", query))
        return [str(row["name"]) for row in listed(answer.get("reasons")) if isinstance(row, dict) and row.get("name")]

    async def upload_invoices(self, invoices: Sequence[tuple[str, Sequence[str], bytes]]) -> list[Json]:
        """(package, orders in it, XML) each; what was not taken: [{code, message, detail{package_id, order_ids}}]."""
        rows = [
            {
                "package_id": package,
                "order_ids": list(codes),
                "file_type": "XML",
                "file": base64.b64encode(xml).decode(),
            }
            for package, codes, xml in invoices
        ]
        files = [str(row["file"]) for row in rows]
        answer = inner(await self._post("/fulfillment/202502/invoice/upload", {"invoices": rows}, private=files))
        return [row for row in listed(answer.get("errors")) if isinstance(row, dict)]

    async def package(self, package: str) -> Json:
        """{package_status, package_sub_status, tracking_number, shipping_provider_name, …}."""
        return inner(await self._get(f"/fulfillment/202309/packages/{package}"))

    async def time_slots(self, package: str) -> Json:
        """{can_pickup, can_drop_off, pickup_slots[{start_time, end_time, avaliable}]}; misspelt so by them."""
        return inner(await self._get(f"/fulfillment/202309/packages/{package}/handover_time_slots"))

    async def ship(self, package: str, how: Json) -> str:
        """`how` has handover_method (with pickup_slot), or self_shipment. Not idempotent."""
        return told(await self._post(f"/fulfillment/202309/packages/{package}/ship", how))

    async def shipping_document(self, package: str, *, kind: str, size: str) -> Json:
        """{doc_url, tracking_number}; the address is good for 24 hours."""
        query: Query = {"document_type": kind, "document_size": size, "document_format": "PDF"}
        return inner(await self._get(f"/fulfillment/202309/packages/{package}/shipping_documents", query))

    async def download(self, url: str) -> bytes:
        """A document, from wherever it lies: without token and signature."""
        await self._limiter.take("calls")
        connection = self._connection
        return await documents.download(
            self._transport, url, account_id=connection.account_id, base_url=connection.base_url
        )

    async def shipping_providers(self, delivery_option: str) -> list[Json]:
        """[{id, name}] of carriers that a seller may name."""
        answer = inner(await self._get(f"/logistics/202309/delivery_options/{delivery_option}/shipping_providers"))
        return [row for row in listed(answer.get("shipping_providers")) if isinstance(row, dict)]

    async def webhooks(self) -> dict[str, str]:
        """By kind of event: the address that it is sent to."""
        answer = inner(await self._get("/event/202309/webhooks"))
        rows = [row for row in listed(answer.get("webhooks")) if isinstance(row, dict)]
        return {str(row.get("event_type")): str(row.get("address")) for row in rows}

    async def set_webhook(self, event: str, address: str) -> None:
        """One call for each kind of event."""
        await self._shop("PUT", "/event/202309/webhooks", body={"address": address, "event_type": event})

    async def first_tokens(self, code: str) -> Json:
        """For an authorization code, once; the grant's name is TikTok Shop's own."""
        return await self._tokens("get", {"auth_code": code, "grant_type": "authorized_code"})

    async def next_tokens(self, refresh_token: str) -> Json:
        """A pair whose refresh token replaces this one."""
        return await self._tokens("refresh", {"refresh_token": refresh_token, "grant_type": "refresh_token"})

    async def _search(self, what: str, body: Json, page_token: str) -> Json:
        query: Query = {
            "page_size": LARGEST_BATCH,
            "sort_field": "update_time",
            "sort_order": "ASC",
            **_token(page_token),
        }
        return inner(await self._post(f"/return_refund/202309/{what}/search", body, query=query, write=False))

    async def _tokens(self, what: str, asked: dict[str, str]) -> Json:
        """Unsigned, with every secret in the address: nobody logs that."""
        credentials = Credentials.of(self._connection.credentials)
        base = TOKENS if self._connection.base_url == PRODUCTION else self._connection.base_url
        secret = {"app_key": credentials.app_key, "app_secret": credentials.app_secret, **asked}
        async with self._turn():
            answer = await http.call(
                self._transport,
                "GET",
                f"{base}/api/v2/token/{what}",
                account_id=self._connection.account_id,
                params=secret,
                secrets=tuple(secret.values()),
                accepts=is_tiktoks,
            )
            return inner(judged(answer, writes=False))


def _token(page_token: str) -> dict[str, str]:
    return {"page_token": page_token} if page_token else {}
