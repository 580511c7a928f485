"""POSTs webhooks and keeps the sellers' time while nobody calls."""

import asyncio
from collections.abc import Callable, Iterable

import aiohttp

from sandbox.dafiti import market
from sandbox.dafiti.hooks import Callback
from sandbox.dafiti.seller import Seller

TIMEOUT = 5.0
TICK = 0.05
AT_ONCE = 20


class Sender:
    """Runs while the sandbox serves. `sellers` are asked for every time: a reset replaces them."""

    def __init__(self, sellers: Callable[[], Iterable[Seller]], *, touch: Callable[[], None]) -> None:
        self._sellers = sellers
        self._touch = touch
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT)) as http:
            try:
                while True:
                    for seller in list(self._sellers()):
                        self._send_due(http, seller)
                    await asyncio.sleep(TICK)
            finally:
                for task in self._tasks:
                    task.cancel()

    def _send_due(self, http: aiohttp.ClientSession, seller: Seller) -> None:
        market.keep_deadlines(seller)
        for callback in seller.hooks.take_due(now=seller.moment):
            task = asyncio.create_task(self._send(http, seller, callback))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, http: aiohttp.ClientSession, seller: Seller, callback: Callback) -> None:
        async with self._places:
            problem = await _post(http, callback)
        seller.hooks.report(callback, problem=problem, now=seller.moment)
        self._touch()


async def _post(http: aiohttp.ClientSession, callback: Callback) -> str:
    """Why it was not taken: only 200 is success, whatever the body."""
    headers = {"Content-Type": "application/json"}
    try:
        async with http.post(callback.url, data=callback.body.encode(), headers=headers) as response:
            return "" if response.status == 200 else f"HTTP {response.status}"
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        return type(error).__name__
