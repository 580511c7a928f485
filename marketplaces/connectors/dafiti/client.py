"""Dafiti's REST v2 for orders, invoices, documents, pickups and stock: one method, one endpoint.

Two sibling calls spell the id of a unit differently: `id` for ready-to-ship, `orderItemId` for packed and the key.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
from django.utils.translation import gettext as _

from marketplaces import http
from marketplaces.connectors.dafiti.answered import errors_in
from marketplaces.connectors.dafiti.calls import LIMITS, Calls, object_in, rows_in
from marketplaces.errors import Malformed, Rejected
from marketplaces.values import listed

__all__ = ["LIMITS", "Client", "Page"]

Json = dict[str, Any]
Pairs = list[tuple[str, str]]
#: No maximum is documented; third parties found 50.
PAGE = 50
SET_TO = "/v2/orders/statuses/set-to-"


class Pagination(msgspec.Struct, rename="camel"):
    has_next: bool


class Page(msgspec.Struct):
    """Orders, each byte for byte as it was written. There is no total."""

    items: list[msgspec.Raw]
    pagination: Pagination


class Client(Calls):
    """Raises marketplaces.errors; of those about units Rejected has Dafiti's code (E025) or the HTTP status."""

    async def orders(self, *, field: str, start: datetime, end: datetime, offset: int, newest_first: bool) -> Page:
        """`field` is updateDate (of any unit) or date (of creation); oldest first is what Dafiti does by itself."""
        query = [
            ("limit", str(PAGE)),
            ("offset", str(offset)),
            (f"{field}Start", _instant(start)),
            (f"{field}End", _instant(end)),
            ("sort", "updatedAt" if field == "updateDate" else "createdAt"),
            ("sortDir", "desc" if newest_first else "asc"),
        ]
        answer = await self._get("/v2/orders", query)
        try:
            return msgspec.json.decode(answer.content, type=Page)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise Malformed(_("Dafiti's answer holds no list of orders.")) from error

    async def one_order(self) -> None:
        """The cheapest call that needs the right to see orders."""
        await self._get("/v2/orders", [("limit", "1"), ("offset", "0")])

    async def order(self, code: str) -> bytes:
        """By id, not by number. Rejected with code 404 where there is none."""
        return (await self._get(f"/v2/orders/{quote(code, safe='')}")).content

    async def packages(self, unit_ids: Iterable[int]) -> list[Json]:
        """[{id, orderItemIds}] of those that are packed."""
        query = [("orderItemIds[]", str(unit)) for unit in unit_ids]
        return [row for row in rows_in(await self._get("/v2/order-items/packages", query)) if isinstance(row, dict)]

    async def failure_reasons(self) -> list[Any]:
        """[{type, name, outOfStock}]; calls take the name."""
        return rows_in(await self._get("/v2/orders-failure-reasons"))

    async def shipment_providers(self) -> list[Any]:
        """[{name, default, apiIntegrationAvailable, status}]; calls take the name."""
        return rows_in(await self._get("/v2/orders-shipment-providers", [("status", "true")]))

    async def set_to_packed(self, unit_ids: Sequence[int], *, provider: str, delivery: str) -> str:
        """The provider's system gives the tracking number; the units stay pending."""
        body = {
            "orderItems": [{"orderItemId": unit} for unit in unit_ids],
            "deliveryType": delivery,
            "shippingProvider": provider,
        }
        return _told(await self._write("POST", f"{SET_TO}packed-by-marketplace", body))

    async def set_to_ready_to_ship(
        self, unit_ids: Sequence[int], *, provider: str, delivery: str, tracking: str, access_key: str
    ) -> str:
        """Units of one order and one package; `tracking` must be new to Dafiti, or that of their package."""
        body = {
            "orderItems": [{"id": unit} for unit in unit_ids],
            "trackingNumber": tracking,
            "deliveryType": delivery,
            "shippingProvider": provider,
            "accessKey": access_key,
        }
        return _told(await self._write("POST", f"{SET_TO}ready-to-ship", body))

    async def set_to_shipped(self, unit_ids: Sequence[int]) -> str:
        return _told(await self._write("POST", f"{SET_TO}shipped", {"orderItemIds": list(unit_ids)}))

    async def set_to_delivered(self, unit_ids: Sequence[int]) -> str:
        """The one of these calls that may be repeated."""
        return _told(await self._write("POST", f"{SET_TO}delivered", {"orderItemIds": list(unit_ids)}))

    async def set_to_canceled(self, unit_ids: Sequence[int], *, reason: str, detail: str) -> str:
        return await self._with_reason("cancelled", unit_ids, reason, detail)  # two l; the status has one

    async def set_to_delivery_failed(self, unit_ids: Sequence[int], *, reason: str, detail: str) -> str:
        """For good: Dafiti knows no second attempt after it."""
        return await self._with_reason("delivery-failed", unit_ids, reason, detail)

    async def set_invoice_access_key(self, unit_ids: Sequence[int], access_key: str) -> str:
        """Units that are no longer pending; it counts for their whole packages."""
        rows = [{"orderItemId": unit, "accessKey": access_key} for unit in unit_ids]
        return _told(await self._write("POST", "/v2/orders/set-invoice-access-key", {"orderItems": rows}))

    async def export_document(self, unit_ids: Sequence[int], *, kind: str) -> Json:
        """The task that makes the file: {id, uuid, status, downloadLinks}."""
        body = {"orderItemIds": list(unit_ids), "documentType": kind, "format": "pdf"}
        return object_in(await self._write("POST", "/v2/orders/export-document", body, write=False))

    async def export(self, task_id: int) -> Json:
        return object_in(await self._get(f"/v2/exports/{task_id}"))

    async def download(self, uuid: str) -> bytes:
        return (await self._get(f"/filemanager/v1/files/download/{quote(uuid, safe='')}")).content

    async def download_link(self, link: str) -> bytes:
        """A path that an export names. It belongs to Seller Center's own host: the API's without its first word."""
        host = self._connection.base_url.replace("//api.", "//", 1)
        return (await self._get(f"{host}{link}")).content

    async def request_pickup(self, unit_ids: Sequence[int]) -> str:
        """ "Fechar PLP": the carrier comes for them. Of a success the list of errors is empty, as documented."""
        answer = await self._write("POST", "/v2/order-pickup-requests", {"orderItemIds": list(unit_ids)})
        if words := errors_in(answer):
            raise Rejected(http.said(words, answer))
        return _told(answer)

    async def product(self, sku: str) -> Json:
        """{id, …}; Rejected with code 404 where there is none."""
        return object_in(await self._get(f"/v2/product/seller-sku/{quote(sku, safe='')}"))

    async def product_stock(self, product_id: int) -> Json:
        """{quantity, reservedStock, available}."""
        return object_in(await self._get(f"/v2/stock/product/{product_id}"))

    async def set_stock(self, product_id: int, quantity: int) -> None:
        """What cannot be updated is ignored, so product_stock tells."""
        await self._write("PUT", "/v2/stock/product", [{"productId": product_id, "quantity": quantity}])

    async def webhooks(self) -> list[Json]:
        """[{uuid, callbackUrl, events, isEnabled}], bare or as the items of a page: both are written down."""
        told = http.decode(await self._get("/v2/webhooks"))
        return [row for row in listed(told.get("items") if isinstance(told, dict) else told) if isinstance(row, dict)]

    async def add_webhook(self, url: str, events: Sequence[str]) -> None:
        await self._write("POST", "/v2/webhook", {"callbackUrl": url, "events": list(events)})

    async def change_webhook(self, uuid: str, url: str, events: Sequence[str]) -> None:
        body = {"callbackUrl": url, "events": list(events)}
        await self._write("PUT", f"/v2/webhook/{quote(uuid, safe='')}", body)

    async def enable_webhook(self, uuid: str) -> None:
        await self._write("POST", f"/v2/webhook/{quote(uuid, safe='')}/status", {"isEnabled": True})

    async def _with_reason(self, status: str, unit_ids: Sequence[int], reason: str, detail: str) -> str:
        body: Mapping[str, Any] = {"orderItemIds": list(unit_ids), "reason": reason}
        return _told(
            await self._write("POST", f"{SET_TO}{status}", {**body, "reasonDetail": detail} if detail else body)
        )


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _told(answer: httpx.Response) -> str:
    """For the attempt log: status and the units that Dafiti names."""
    return f"HTTP {answer.status_code} {answer.text[:200]}".strip()
