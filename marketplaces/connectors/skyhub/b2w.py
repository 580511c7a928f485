"""B2W Entrega: labels of orders that B2W ships (PLP). Orders go by remote code; pages are numbered from 1."""

import re
from collections.abc import Sequence
from typing import Any

import httpx
from django.utils.translation import gettext as _

from marketplaces.connectors.skyhub.calls import Calls, explain, rows_of
from marketplaces.errors import Malformed

LARGEST_GROUP = 25
PAGE = 20
#: An account with more than this waiting groups some first.
PAGES = 10
#: "Plp 123456 agrupada com sucesso.": the only place where a new group's number stands.
_GROUPED = re.compile(r"\bplp\s+(\d+)", re.IGNORECASE)


class B2W(Calls):
    async def to_group(self) -> list[Any]:
        """[{code, customer, value, shipping}]: invoiced, and for Direct with the XML."""
        return await self._pages("/shipments/b2w/to_group")

    async def group(self, remote_codes: Sequence[str]) -> str:
        """The number of the new PLP."""
        body = {"order_remote_codes": list(remote_codes)}
        answer = await self._call("POST", "/shipments/b2w", "shipments:write", body)
        found = _GROUPED.search(explain(answer))
        if found is None:
            raise Malformed(_("SkyHub grouped the orders but did not say under which PLP; look at the list."))
        return found[1]

    async def groups(self) -> list[Any]:
        """[{id, expiration_date, type, orders: [{code}]}]."""
        return rows_of(await self._call("GET", "/shipments/b2w", "shipments:get"))

    async def pdf(self, number: str) -> bytes:
        query = httpx.QueryParams({"plp_id": number})
        answer = await self._call("GET", f"/shipments/b2w/view?{query}", "shipments:get", Accept="application/pdf")
        if not answer.content.startswith(b"%PDF"):
            raise Malformed(_("SkyHub answered something else than a PDF."))
        return answer.content

    async def ungroup(self, number: str) -> None:
        """The number goes in the body, as in the vendor's SDK."""
        await self._call("DELETE", "/shipments/b2w", "shipments:write", {"plp_id": number})

    async def to_collect(self) -> list[Any]:
        """[{code, customer, value}]: grouped Direct orders whose collection nobody has confirmed."""
        return await self._pages("/shipments/b2w/collectables", requested="false")

    async def confirm_collection(self, remote_codes: Sequence[str]) -> None:
        """Direct alone; the key has another name than when grouping."""
        body = {"order_codes": list(remote_codes)}
        await self._call("POST", "/shipments/b2w/confirm_collection", "shipments:write", body)

    async def _pages(self, path: str, **query: str) -> list[Any]:
        """`offset` is the number of a page."""
        rows: list[Any] = []
        for page in range(1, PAGES + 1):
            params = httpx.QueryParams({**query, "offset": str(page)})
            found = rows_of(await self._call("GET", f"{path}?{params}", "shipments:get"))
            rows += found
            if len(found) < PAGE:
                break
        return rows
