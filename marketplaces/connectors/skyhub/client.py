"""SkyHub's REST API: one method, one endpoint. Every 2xx is success, whatever its body (notices of 2021)."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx
from django.utils.translation import gettext as _

from marketplaces import http
from marketplaces.adapter import Connection
from marketplaces.connectors.skyhub.credentials import Credentials
from marketplaces.connectors.skyhub.reading import text
from marketplaces.errors import Malformed, Unavailable
from marketplaces.limits import Limiter

Json = dict[str, Any]

#: Calls a second and store, each bucket on its own (guias-api-skyhub/limite-de-requisicoes). Orders' writes count per
#: endpoint; statuses and status types count as "everything else", which we take for one bucket.
WRITES = ("create", "approval", "invoice", "shipments", "delivery", "cancel", "shipment_exception")
LIMITS = {
    "queues:get": 9.0,
    "queues:delete": 9.0,
    "orders:get:list": 1.0,
    "orders:get:one": 1.0,
    **{f"orders:write:{endpoint}": 9.0 for endpoint in WRITES},
    "statuses": 1.0,
}
LARGEST_PAGE = 100
#: How an empty queue answers: 204 by the documents; these were coded against, too.
NO_ORDER = frozenset({b"", b"null", b"{}"})


class Client:
    """One store. Raises marketplaces.errors; the order's code may hold blanks and slashes."""

    def __init__(self, connection: Connection, transport: httpx.AsyncClient, limiter: Limiter) -> None:
        self._connection = connection
        self._transport = transport
        self._limiter = limiter

    async def next_order(self) -> bytes | None:
        """The order at the head of the queue, hidden there for five minutes; None when the queue is empty."""
        body = _body(await self._call("GET", "/queues/orders", "queues:get"))
        return None if body.strip() in NO_ORDER else body

    async def acknowledge(self, code: str) -> None:
        """Take one entry of this order off the queue. Raises Rejected "404" when there is none."""
        await self._call("DELETE", f"/queues/orders/{_segment(code)}", "queues:delete")

    async def order(self, code: str) -> bytes:
        return _body(await self._call("GET", f"/orders/{_segment(code)}", "orders:get:one"))

    async def orders(self, *, page: int = 1, per_page: int = LARGEST_PAGE, statuses: Sequence[str] = ()) -> Json:
        """{total, orders}. Never for consumption, which the queue alone serves; at most 10 000 entries can be paged."""
        query = httpx.QueryParams({"page": page, "per_page": per_page, "filters[statuses][]": list(statuses)})
        return _object(await self._call("GET", f"/orders?{query}", "orders:get:list"))

    async def invoice(
        self, code: str, *, status: str, access_key: str, issue_date: str | None, volumes: int | None
    ) -> str:
        invoice = _given(key=access_key, issue_date=issue_date, volume_qty=volumes)
        return await self._write(code, "invoice", _given(status=status, invoice=invoice))

    async def shipments(self, code: str, *, status: str | None, shipment: Json) -> str:
        """Without a status the order keeps its own. `shipment` {code, items[{sku, qty}], track{…}}: items inside it."""
        return await self._write(code, "shipments", _given(status=status, shipment=shipment))

    async def delivery(self, code: str, *, status: str, delivered_date: str | None) -> str:
        """`delivered_date` is DD/MM/YYYY, here alone."""
        return await self._write(code, "delivery", _given(status=status, delivered_date=delivered_date))

    async def cancel(self, code: str, *, status: str) -> str:
        return await self._write(code, "cancel", {"status": status})

    async def shipment_exception(self, code: str, *, status: str, occurrence_date: str, observation: str) -> str:
        exception = {"occurrence_date": occurrence_date, "observation": observation}
        return await self._write(code, "shipment_exception", {"status": status, "shipment_exception": exception})

    async def statuses(self) -> list[Any]:
        """[{code, label, type}] of this account, not necessarily all that its orders use."""
        return _list(await self._call("GET", "/statuses", "statuses"))

    async def create_status(self, code: str, *, label: str, type: str) -> None:
        await self._call("POST", "/statuses", "statuses", {"status": {"code": code, "label": label, "type": type}})

    async def update_status(self, code: str, *, label: str, type: str) -> None:
        """The code itself can never change."""
        body = {"status": {"label": label, "type": type}}
        await self._call("PUT", f"/statuses/{_segment(code)}", "statuses", body)

    async def status_types(self) -> list[Any]:
        return _list(await self._call("GET", "/status_types", "statuses"))

    async def create_test_order(self, order: Mapping[str, Any]) -> None:
        """Development accounts only; it comes in through the queue."""
        await self._call("POST", "/orders", "orders:write:create", {"order": dict(order)})

    async def approve_test_order(self, code: str, *, status: str) -> str:
        return await self._write(code, "approval", {"status": status})

    async def _write(self, code: str, endpoint: str, body: Json) -> str:
        path = f"/orders/{_segment(code)}/{endpoint}"
        answer = await self._call("POST", path, f"orders:write:{endpoint}", body)
        return f"HTTP {answer.status_code}"

    async def _call(self, method: str, path: str, bucket: str, body: Json | None = None) -> httpx.Response:
        headers = Credentials.of(self._connection.credentials).headers
        await self._limiter.take(bucket)
        return await http.call(
            self._transport,
            method,
            self._connection.base_url + path,
            account_id=self._connection.account_id,
            headers=headers,
            json=body,
            explain=explain,
        )


def explain(response: httpx.Response) -> str:
    """The sentence in {"error": …}, {"errors": {"detail": …}} or {"message": …}; else the body's beginning."""
    try:
        body = response.json()
    except ValueError:
        return response.text[:300]
    told = body if isinstance(body, dict) else {}
    errors = told.get("errors")
    detail = errors.get("detail") if isinstance(errors, dict) else errors
    return text(told.get("error")) or text(detail) or text(told.get("message")) or response.text[:300]


def _segment(code: str) -> str:
    """A path segment: a blank is %20, never "+" (codes of "Lojas Americanas-…" hold one)."""
    return quote(code, safe="")


def _given(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value is not None}


def _body(answer: httpx.Response) -> bytes:
    if answer.content.lstrip().startswith(b"<"):
        # A maintenance page with 200: no order to keep or to acknowledge, and no empty queue either.
        raise Unavailable(_("SkyHub answered a web page where an order was expected."))
    return answer.content


def _object(answer: httpx.Response) -> Json:
    body = http.decode(answer)
    if not isinstance(body, dict):
        raise Malformed(_("SkyHub answered something else than an object."))
    return body


def _list(answer: httpx.Response) -> list[Any]:
    body = http.decode(answer)
    if not isinstance(body, list):
        raise Malformed(_("SkyHub answered something else than a list."))
    return body
