"""POSTs pushes to the callback URL and keeps the shops' time while nobody calls."""

import asyncio
from collections.abc import Callable

import aiohttp

from sandbox.shopee.app import App
from sandbox.shopee.pushes import Push, Pushes
from sandbox.shopee.sign import push_signature
from sandbox.shopee.switches import ShopeeSwitches

TIMEOUT = 3.0
TICK = 0.05
AT_ONCE = 20


class Sender:
    """Runs while the sandbox serves. `app` is asked for every time: a reset replaces it."""

    def __init__(self, app: Callable[[], App], *, touch: Callable[[], None]) -> None:
        self._app = app
        self._touch = touch
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT)) as http:
            try:
                while True:
                    self._send_due(http)
                    await asyncio.sleep(TICK)
            finally:
                for task in self._tasks:
                    task.cancel()

    async def verify(self, url: str) -> str:
        """The test push a new callback URL must take; what is wrong with it, or nothing."""
        app = self._app()
        body = (
            '{"data":{"verify_info":"This is a Verification message. Please respond in the certain format."},'
            f'"shop_id":0,"code":0,"timestamp":{app.now()}}}'
        )
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT)) as http:
            return await post(http, app=app, url=url, body=body, switches=app.switches)

    def _send_due(self, http: aiohttp.ClientSession) -> None:
        app = self._app()
        app.keep_deadlines()
        for push in app.take_due_pushes():
            task = asyncio.create_task(self._send(http, app, app.pushes, push))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, http: aiohttp.ClientSession, app: App, pushes: Pushes, push: Push) -> None:
        async with self._places:
            switches = app.switches_of(push.shop)
            problem = await post(http, app=app, url=pushes.callback_url, body=push.body, switches=switches)
        pushes.report(push, problem=problem, now=app.clock.timestamp())
        self._touch()


async def post(http: aiohttp.ClientSession, *, app: App, url: str, body: str, switches: ShopeeSwitches) -> str:
    """Why the callback did not take it; empty when it answered 2xx, in time, and (usually) without a body."""
    raw = body.encode()
    key = app.push_key if switches.push_key == "push" else app.partner_key
    headers = {"Authorization": push_signature(key, url, raw)}
    skipped = []
    if switches.push_content_type == "none":
        skipped.append("Content-Type")
    else:
        headers["Content-Type"] = switches.push_content_type
    try:
        async with http.post(
            url, data=raw, headers=headers, allow_redirects=False, skip_auto_headers=skipped
        ) as response:
            answer = await response.read()
    except TimeoutError:
        return "no answer within 3 seconds"
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    if not 200 <= response.status < 300:
        return f"HTTP {response.status}"
    return "the answer has a body" if answer and switches.push_ack == "empty" else ""
