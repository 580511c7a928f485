"""POSTs webhooks to the shops' addresses and keeps their time while nobody calls."""

import asyncio
from collections.abc import Callable

import aiohttp

from sandbox.tiktok.app import App
from sandbox.tiktok.sign import webhook_signature
from sandbox.tiktok.webhooks import Hook, Webhooks

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

    def _send_due(self, http: aiohttp.ClientSession) -> None:
        app = self._app()
        app.keep_deadlines()
        for hook in app.take_due_webhooks():
            task = asyncio.create_task(self._send(http, app, app.webhooks, hook))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, http: aiohttp.ClientSession, app: App, webhooks: Webhooks, hook: Hook) -> None:
        async with self._places:
            problem = await post(http, app=app, hook=hook)
        webhooks.report(hook, problem=problem, now=app.clock.timestamp())
        self._touch()


async def post(http: aiohttp.ClientSession, *, app: App, hook: Hook) -> str:
    """Why it was not taken; empty when the answer was 200, in time, without a body."""
    raw = hook.body.encode()
    headers = {
        "Authorization": webhook_signature(app.app_key, app.app_secret, raw),
        "Content-Type": "application/json",
    }
    try:
        async with http.post(hook.address, data=raw, headers=headers, allow_redirects=False) as response:
            answer = await response.read()
    except TimeoutError:
        return "no answer within 3 seconds"
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    if response.status != 200:
        return f"HTTP {response.status}"
    return "the answer has a body" if answer else ""
