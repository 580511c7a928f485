"""TikTok Shop as the sandbox sees it: one app, its shops, its endpoints, and its side of the control API."""

import asyncio
import contextlib
import json
import random
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from aiohttp import web

from sandbox.call import CALL, Call
from sandbox.clock import Clock
from sandbox.errors import Conflict, Invalid
from sandbox.tiktok import commands, consent, market, placing
from sandbox.tiktok.app import App
from sandbox.tiktok.document_api import FILES, file_of
from sandbox.tiktok.endpoints import ENDPOINTS
from sandbox.tiktok.gate import TOKEN, Endpoint, admit, read_body
from sandbox.tiktok.reply import Refused, Reply, encoded, no_path
from sandbox.tiktok.rows import described_order, described_shop, order_row, webhook_rows
from sandbox.tiktok.sender import Sender
from sandbox.tiktok.shop import Shop
from sandbox.tiktok.statuses import FINISHED, UNPAID

Json = dict[str, Any]
DEMO = {"name": "demo", "sells": True}


class TikTokShop:
    """Implements `sandbox.face.Face`."""

    name = "tiktok"

    def __init__(self, *, clock: Clock, seed: int, touch: Callable[[], None]) -> None:
        self._clock = clock
        self._seed = seed
        self._sender = Sender(lambda: self.app, touch=touch)
        self.reset()

    def reset(self) -> None:
        self.app = App(clock=self._clock)
        self._dice = random.Random(f"{self._seed} tiktok")
        self.create_store(DEMO)

    # -- the protocol ----------------------------------------------------------------------------------

    def application(self) -> web.Application:
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_get("/open/authorize", self._page)
        app.router.add_post("/open/authorize", self._decide)
        app.router.add_get(FILES + "{name}", self._file)
        app.router.add_route("*", "/{path:.*}", self._serve)
        app.cleanup_ctx.append(self._sending)
        return app

    def identify(self, headers: Mapping[str, str], query: Mapping[str, str]) -> str | None:
        shop = self.app.by_cipher(query.get("shop_cipher", "")) or self.app.of_token(headers.get(TOKEN, ""))
        return shop.name if shop else None

    async def _sending(self, _app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(self._sender.run())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def _page(self, request: web.Request) -> web.Response:
        return consent.page(self.app, request)

    async def _decide(self, request: web.Request) -> web.Response:
        return await consent.decide(self.app, request)

    async def _file(self, request: web.Request) -> web.Response:
        """Whoever has the address has the file, for a day."""
        call = request[CALL]
        for shop in self.app.shops.values():
            if content := file_of(shop, call, request.match_info["name"]):
                call.store = shop.name
                return web.Response(body=content, content_type="application/pdf")
        return web.Response(status=403, text="The link has expired.")

    async def _serve(self, request: web.Request) -> web.Response:
        call = request[CALL]
        request_id = f"2026{secrets.token_hex(14)}"
        try:
            reply = self._reply(call)
        except Refused as refused:
            document = {"code": refused.code, "message": refused.message, "request_id": request_id, "data": None}
            body = encoded(document)
            call.answer = body.decode()
            switches = self.app.switches_of(call.store or "")
            headers = {"Retry-After": str(refused.retry_after)} if refused.retry_after else {}
            status = refused.status(switches.business_status)
            return web.Response(status=status, body=body, content_type="application/json", headers=headers)
        body = encoded({"code": 0, "message": "Success", "request_id": request_id, "data": reply.data})
        return web.Response(body=body, content_type="application/json")

    def _reply(self, call: Call) -> Reply:
        endpoint, path = _endpoint(call)
        if endpoint.open is not None:
            return endpoint.open(self.app, call)
        shop = admit(self.app, call, endpoint)
        call.store = shop.name
        read_body(call)
        market.keep_deadlines(shop)
        if endpoint.app is not None:
            return endpoint.app(self.app, call)
        assert endpoint.shop is not None
        return endpoint.shop(shop, call, path)

    # -- the marketplace's side ------------------------------------------------------------------------

    def stores(self) -> list[Json]:
        return [described_shop(self.app, shop) for shop in self.app.shops.values()]

    def create_store(self, spec: Json) -> Json:
        """A shop that has authorized the app already; revoke it to try the consent."""
        shop = Shop({"shop_id": self.app.next_shop_id(), **spec}, clock=self._clock)
        if shop.name in self.app.shops or self.app.by_id(shop.shop_id) or self.app.by_cipher(shop.cipher):
            raise Conflict(f"there is a shop with the name {shop.name!r}, its shop_id or its cipher already")
        self.app.add(shop)
        switches = shop.switches
        self.app.tokens.authorize(shop.shop_id, now=shop.moment, days=switches.authorization_days)
        named = f"sandbox-{shop.shop_id}"
        self.app.tokens.pair(shop.shop_id, now=shop.moment, days=switches.access_days, named=named)
        return described_shop(self.app, shop)

    def switches(self, store: str) -> Json:
        return vars(self._shop(store).switches)

    def switch(self, store: str, changes: Json) -> Json:
        self._shop(store).switch(changes)
        return self.switches(store)

    def create_orders(self, store: str, spec: Json) -> list[Json]:
        shop = self._shop(store)
        return [described_order(shop, order) for order in placing.place(shop, spec, dice=self._dice)]

    def sell(self, store: str, dice: random.Random) -> str:
        return placing.sell(self._shop(store), dice=dice).id

    def orders(self, store: str, filters: Mapping[str, str]) -> list[Json]:
        limit = filters.get("limit", "200")
        if not limit.isdecimal():
            raise Invalid(f"limit must be a whole number, not {limit!r}")
        shop = self._shop(store)
        wanted = (o for o in reversed(shop.orders.values()) if filters.get("status", o.status) == o.status)
        return [order_row(order) for order, _ in zip(wanted, range(int(limit)), strict=False)]

    def order(self, store: str, code: str) -> Json:
        shop = self._shop(store)
        return described_order(shop, shop.find(code))

    def act(self, store: str, code: str, verb: str, arguments: Json) -> Json:
        shop = self._shop(store)
        return described_order(shop, market.act(shop, code, verb, arguments))

    def command(self, store: str, verb: str, arguments: Json) -> Json:
        return commands.run(self.app, self._shop(store), verb, arguments)

    def stock(self, store: str) -> dict[str, int]:
        return dict(self._shop(store).stock)

    def queue(self, store: str) -> list[Json]:
        return webhook_rows(self.app, self._shop(store))

    def effects(self, store: str) -> dict[str, dict[str, int]]:
        return {code: dict(order.effects) for code, order in self._shop(store).orders.items()}

    def open_orders(self, store: str) -> int:
        return sum(order.status not in FINISHED for order in self._shop(store).orders.values())

    def unpaid_orders(self, store: str) -> list[str]:
        return [order.id for order in self._shop(store).orders.values() if order.status == UNPAID]

    def forget_finished(self, store: str, keep: int) -> None:
        self._shop(store).forget_finished(keep)

    # -- kept over a restart ---------------------------------------------------------------------------

    def dump(self) -> str:
        shops = ",".join(shop.dump() for shop in self.app.shops.values())
        rest = {
            "tokens": self.app.tokens.dump(),
            "webhooks": self.app.webhooks.dump(),
            "redirect_url": self.app.redirect_url,
        }
        return f'{json.dumps(rest, ensure_ascii=False)[:-1]},"shops":[{shops}]}}'

    def load(self, state: Json) -> None:
        """Buyers after a restart are other buyers: the dice are thrown anew from how many orders there were."""
        self.app = App(clock=self._clock)
        for saved in state["shops"]:
            self.app.add(Shop.load(saved, clock=self._clock))
        self.app.tokens.load(state["tokens"])
        self.app.webhooks.load(state["webhooks"])
        self.app.redirect_url = state["redirect_url"]
        placed = sum(shop.placed for shop in self.app.shops.values())
        self._dice = random.Random(f"{self._seed} tiktok {placed}")

    def _shop(self, name: str) -> Shop:
        shop = self.app.shop(name)
        market.keep_deadlines(shop)
        return shop


def _endpoint(call: Call) -> tuple[Endpoint, dict[str, str]]:
    """By path, then by method; a path that is there in another version is an invalid version."""
    found = [(endpoint, groups) for endpoint in ENDPOINTS if (groups := endpoint.match(call.path)) is not None]
    for endpoint, groups in found:
        if endpoint.method == call.method:
            return endpoint, groups
    if found:
        raise Refused(36009010, "Invalid method. The HTTP method is not supported for this path.")
    raise no_path()
