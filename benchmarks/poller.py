"""A connector that polls pages of whole orders, several calls in flight."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import msgspec

from marketplaces import http
from marketplaces.adapter import Fetched
from marketplaces.connectors.skyhub.adapter import SkyHub
from marketplaces.crossing import Reached

CALLS = 4  #: in flight


class Poller(SkyHub):
    """SkyHub's orders, but from `/pages`, with nothing to acknowledge."""

    limits = {"pages": 1e6}
    pull_name = "Pages"
    fetchers = 1

    async def fetch(self, cursor: str) -> AsyncIterator[Fetched | Reached]:
        calls = deque(asyncio.create_task(self._page()) for _ in range(CALLS))
        number = int(cursor or 0)
        try:
            while page := await calls.popleft():
                calls.append(asyncio.create_task(self._page()))
                seen_at, number = datetime.now(UTC), number + 1
                for raw in page:
                    yield replace(self.parse(bytes(raw).decode(), seen_at=seen_at), receipt="")
                yield Reached(cursor=str(number), at=seen_at)
        finally:
            for call in calls:
                call.cancel()

    async def _page(self) -> list[msgspec.Raw]:
        await self.limiter.take("pages")
        url = f"{self.connection.base_url}/pages"
        answer = await http.call(self.http, "GET", url, account_id=self.connection.account_id)
        return msgspec.json.decode(answer.content, type=list[msgspec.Raw])
