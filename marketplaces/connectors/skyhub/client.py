"""SkyHub's REST API for orders, statuses and stock: one method, one endpoint. Every 2xx is success."""

from collections.abc import Mapping, Sequence
from secrets import token_hex
from typing import Any

import httpx

from marketplaces.connectors.skyhub.calls import Calls, Json, body_of, given, list_of, object_of, rows_of, segment

#: Calls a second and store, each bucket on its own (guias-api-skyhub/limite-de-requisicoes). Orders' writes count per
#: endpoint; statuses, status types and sync errors count as "everything else", which we take for one bucket.
WRITES = ("create", "approval", "invoice", "shipments", "delivery", "cancel", "shipment_exception")
LIMITS = {
    "queues:get": 9.0,
    "queues:delete": 9.0,
    "orders:get:list": 1.0,
    "orders:get:one": 1.0,
    **{f"orders:write:{endpoint}": 9.0 for endpoint in WRITES},
    "products": 9.0,
    "variations": 9.0,
    "shipments:get": 9.0,
    "shipments:write": 9.0,
    "others": 1.0,
}
LARGEST_PAGE = 100
#: How an empty queue answers: 204 by the documents; these were coded against, too.
NO_ORDER = frozenset({b"", b"null", b"{}"})


class Client(Calls):
    """One store. Raises marketplaces.errors; the order's code may hold blanks and slashes."""

    async def next_order(self) -> bytes | None:
        """The order at the head of the queue, hidden there for five minutes; None when the queue is empty."""
        body = body_of(await self._call("GET", "/queues/orders", "queues:get"))
        return None if body.strip() in NO_ORDER else body

    async def acknowledge(self, code: str) -> None:
        """Take one entry of this order off the queue. Raises Rejected "404" when there is none."""
        await self._call("DELETE", f"/queues/orders/{segment(code)}", "queues:delete")

    async def order(self, code: str) -> bytes:
        return body_of(await self._call("GET", f"/orders/{segment(code)}", "orders:get:one"))

    async def orders(
        self,
        *,
        page: int = 1,
        per_page: int = LARGEST_PAGE,
        statuses: Sequence[str] = (),
        start_date: str | None = None,
        end_date: str | None = None,
    ) -> Json:
        """{total, orders}. Never for consumption, which the queue alone serves; at most 10 000 entries can be paged.

        Dates are DD/MM/YYYY, both days included.
        """
        days = given(**{"filters[start_date]": start_date, "filters[end_date]": end_date})
        query = httpx.QueryParams({"page": page, "per_page": per_page, "filters[statuses][]": list(statuses), **days})
        return object_of(await self._call("GET", f"/orders?{query}", "orders:get:list"))

    async def invoice(
        self, code: str, *, status: str, access_key: str, issue_date: str | None, volumes: int | None
    ) -> str:
        invoice = given(key=access_key, issue_date=issue_date, volume_qty=volumes)
        return await self._write(code, "invoice", given(status=status, invoice=invoice))

    async def invoice_file(
        self, code: str, *, status: str, xml: bytes, issue_date: str | None, volumes: int | None
    ) -> str:
        """The NF-e itself instead of its key: B2W Entrega Direct prints no label without it."""
        fields = given(status=status, issue_date=issue_date, volume_qty=volumes)
        form, kind = _form(xml, {name: str(value) for name, value in fields.items()})
        path = f"/orders/{segment(code)}/invoice"
        answer = await self._call("POST", path, "orders:write:invoice", content=form, Content_Type=kind)
        return f"HTTP {answer.status_code}"

    async def shipments(self, code: str, *, status: str | None, shipment: Json) -> str:
        """Without a status the order keeps its own. `shipment` {code, items[{sku, qty}], track{…}}: items inside it."""
        return await self._write(code, "shipments", given(status=status, shipment=shipment))

    async def delivery(self, code: str, *, status: str, delivered_date: str | None) -> str:
        """`delivered_date` is DD/MM/YYYY, here alone."""
        return await self._write(code, "delivery", given(status=status, delivered_date=delivered_date))

    async def cancel(self, code: str, *, status: str) -> str:
        return await self._write(code, "cancel", {"status": status})

    async def shipment_exception(self, code: str, *, status: str, occurrence_date: str, observation: str) -> str:
        exception = {"occurrence_date": occurrence_date, "observation": observation}
        return await self._write(code, "shipment_exception", {"status": status, "shipment_exception": exception})

    async def statuses(self) -> list[Any]:
        """[{code, label, type}] of this account, not necessarily all that its orders use."""
        return list_of(await self._call("GET", "/statuses", "others"))

    async def create_status(self, code: str, *, label: str, type: str) -> None:
        await self._call("POST", "/statuses", "others", {"status": {"code": code, "label": label, "type": type}})

    async def update_status(self, code: str, *, label: str, type: str) -> None:
        """The code itself can never change."""
        body = {"status": {"label": label, "type": type}}
        await self._call("PUT", f"/statuses/{segment(code)}", "others", body)

    async def status_types(self) -> list[Any]:
        return list_of(await self._call("GET", "/status_types", "others"))

    async def sync_errors(self, category: str) -> list[Any]:
        """[{entity_id, message, error_code, error_category_code, …}]: writes that were accepted and failed later."""
        query = httpx.QueryParams({"error_category_code": category})
        return rows_of(await self._call("GET", f"/sync_errors/orders?{query}", "others"))

    async def dismiss_sync_errors(self, errors: Sequence[Mapping[str, str]]) -> None:
        body = {"sync_errors": [dict(error) for error in errors]}
        await self._call("PATCH", "/sync_errors/orders", "others", body)

    async def create_product(self, product: Mapping[str, Any]) -> None:
        await self._call("POST", "/products", "products", {"product": dict(product)})

    async def set_quantity(self, resource: str, sku: str, quantity: int) -> None:
        """Of a "product" or a "variation". Raises Rejected "404" when there is none with this SKU."""
        path = f"/{resource}s/{segment(sku)}"
        await self._call("PUT", path, f"{resource}s", {resource: {"qty": quantity}})

    async def create_test_order(self, order: Mapping[str, Any]) -> None:
        """Development accounts only; it comes in through the queue."""
        await self._call("POST", "/orders", "orders:write:create", {"order": dict(order)})

    async def approve_test_order(self, code: str, *, status: str) -> str:
        return await self._write(code, "approval", {"status": status})

    async def _write(self, code: str, endpoint: str, body: Json) -> str:
        path = f"/orders/{segment(code)}/{endpoint}"
        answer = await self._call("POST", path, f"orders:write:{endpoint}", body)
        return f"HTTP {answer.status_code}"


def _form(xml: bytes, fields: Mapping[str, str]) -> tuple[bytes, str]:
    """A multipart body and its Content-Type."""
    boundary = token_hex(16)
    name = 'Content-Disposition: form-data; name="{}"'
    parts = [f"{name.format(field)}\r\n\r\n{value}".encode() for field, value in fields.items()]
    parts.append(f'{name.format("file")}; filename="nfe.xml"\r\nContent-Type: text/xml\r\n\r\n'.encode() + xml)
    mark = f"--{boundary}".encode()
    body = b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"
    return body, f"multipart/form-data; boundary={boundary}"
