"""Shopee as the sandbox sees it: one app, its shops, its endpoints, and the marketplace's side of the control API."""

import asyncio
import contextlib
import inspect
import json
import random
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from typing import Any

from aiohttp import web

from sandbox.call import CALL, Call
from sandbox.clock import Clock
from sandbox.errors import Conflict, Invalid
from sandbox.shopee import commands, consent, market, placing
from sandbox.shopee.app import App
from sandbox.shopee.endpoints import endpoints
from sandbox.shopee.gate import PREFIX, Endpoint, admit, check_common, offline, read_body
from sandbox.shopee.reply import Refused, Reply, encoded
from sandbox.shopee.rows import described_order, described_shop, order_row, push_rows
from sandbox.shopee.sender import Sender
from sandbox.shopee.shop import Shop
from sandbox.shopee.statuses import FINISHED, UNPAID

Json = dict[str, Any]
DEMO = {"name": "demo", "sells": True}


class Shopee:
    """Implements `sandbox.face.Face`."""

    name = "shopee"

    def __init__(self, *, clock: Clock, seed: int, touch: Callable[[], None]) -> None:
        self._clock = clock
        self._seed = seed
        self._sender = Sender(lambda: self.app, touch=touch)
        self._endpoints = {PREFIX + endpoint.path: endpoint for endpoint in endpoints(self._sender.verify)}
        self.reset()

    def reset(self) -> None:
        self.app = App(clock=self._clock)
        self._dice = random.Random(f"{self._seed} shopee")
        self.create_store(DEMO)

    # -- the protocol ----------------------------------------------------------------------------------

    def application(self) -> web.Application:
        app = web.Application(client_max_size=16 * 1024 * 1024)
        for path in ("/auth", "/cancel_auth"):
            app.router.add_get(path, partial(self._page, consent.consent_page))
        for path in ("/api/v2/shop/auth_partner", "/api/v2/shop/cancel_auth_partner"):
            app.router.add_get(path, partial(self._page, consent.signed_link))
        app.router.add_post("/auth", self._decide)
        app.router.add_route("*", "/{path:.*}", self._serve)
        app.cleanup_ctx.append(self._sending)
        return app

    def identify(self, _headers: Mapping[str, str], query: Mapping[str, str]) -> str | None:
        number = query.get("shop_id", "")
        shop = self.app.by_id.get(int(number)) if number.isdecimal() else None
        return shop.name if shop else None

    async def _sending(self, _app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(self._sender.run())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def _page(self, page: Callable[[App, web.Request], web.Response], request: web.Request) -> web.Response:
        return page(self.app, request)

    async def _decide(self, request: web.Request) -> web.Response:
        return await consent.decide(self.app, request)

    async def _serve(self, request: web.Request) -> web.Response:
        call = request[CALL]
        switches = self.app.switches_of(call.store or "")
        endpoint = self._endpoints.get(call.path)
        request_id = secrets.token_hex(16)
        try:
            reply = await self._reply(endpoint, call)
        except Refused as refused:
            body = encoded(
                {"error": refused.error, "message": refused.message, **refused.fields, "request_id": request_id}
            )
            call.answer = body.decode()
            status = refused.status if switches.http_errors == "status" else 200
            return web.Response(status=status, body=body, content_type="application/json")
        if reply.file is not None:
            return web.Response(body=reply.file, content_type=reply.media, headers=reply.headers)
        nothing = switches.success_error if endpoint and endpoint.placeholder else ""
        body = encoded({"error": nothing, "message": nothing, **reply.fields, "request_id": request_id})
        return web.Response(body=body, content_type="application/json")

    async def _reply(self, endpoint: Endpoint | None, call: Call) -> Reply:
        """A wrong verb is a parameter error: neither the verb nor the body is signed (§1.2)."""
        if endpoint is None or endpoint.method != call.method:
            raise offline()
        if endpoint.app is not None:
            check_common(self.app, call)
            read_body(call)
            answer = endpoint.app(self.app, call)
            return await answer if inspect.isawaitable(answer) else answer
        assert endpoint.shop is not None
        shop = admit(self.app, call)
        read_body(call)
        market.keep_deadlines(shop)
        return endpoint.shop(shop, call)

    # -- the marketplace's side ------------------------------------------------------------------------

    def stores(self) -> list[Json]:
        return [described_shop(self.app, shop) for shop in self.app.shops.values()]

    def create_store(self, spec: Json) -> Json:
        """A shop that has authorized the app already; revoke it to try the consent."""
        shop = Shop({"shop_id": self.app.next_shop_id(), **spec}, clock=self._clock)
        if shop.name in self.app.shops or shop.shop_id in self.app.by_id:
            raise Conflict(f"there is a shop with the name {shop.name!r} or its shop_id already")
        self.app.add(shop)
        days = shop.switches.authorization_days
        self.app.tokens.authorize([shop.shop_id], now=shop.moment, days=days)
        self.app.tokens.pair([shop.shop_id], now=shop.moment, named=f"sandbox-{shop.shop_id}")
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
        return placing.sell(self._shop(store), dice=dice).sn

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
        return {product["sku"]: product["stock"] for product in self._shop(store).products}

    def queue(self, store: str) -> list[Json]:
        return push_rows(self.app, self._shop(store))

    def effects(self, store: str) -> dict[str, dict[str, int]]:
        return {sn: dict(order.effects) for sn, order in self._shop(store).orders.items()}

    def open_orders(self, store: str) -> int:
        return sum(order.status not in FINISHED for order in self._shop(store).orders.values())

    def unpaid_orders(self, store: str) -> list[str]:
        return [order.sn for order in self._shop(store).orders.values() if order.status == UNPAID]

    def forget_finished(self, store: str, keep: int) -> None:
        self._shop(store).forget_finished(keep)

    # -- kept over a restart ---------------------------------------------------------------------------

    def dump(self) -> str:
        shops = ",".join(shop.dump() for shop in self.app.shops.values())
        rest = {
            "tokens": self.app.tokens.dump(),
            "pushes": self.app.pushes.dump(),
            "redirect_domain": self.app.redirect_domain,
        }
        return f'{json.dumps(rest, ensure_ascii=False)[:-1]},"shops":[{shops}]}}'

    def load(self, state: Json) -> None:
        """Buyers after a restart are other buyers: the dice are thrown anew from how many orders there were."""
        self.app = App(clock=self._clock)
        for saved in state["shops"]:
            self.app.add(Shop.load(saved, clock=self._clock))
        self.app.tokens.load(state["tokens"])
        self.app.pushes.load(state["pushes"])
        self.app.redirect_domain = state["redirect_domain"]
        placed = sum(shop.placed for shop in self.app.shops.values())
        self._dice = random.Random(f"{self._seed} shopee {placed}")

    def _shop(self, name: str) -> Shop:
        shop = self.app.shop(name)
        market.keep_deadlines(shop)
        return shop
