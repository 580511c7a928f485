"""Dafiti as the sandbox sees it: its sellers, its endpoints, and the marketplace's side of the control API."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from aiohttp import web

from sandbox.call import CALL, Call
from sandbox.clock import Clock
from sandbox.dafiti import commands, market, placing
from sandbox.dafiti.endpoints import endpoint_for
from sandbox.dafiti.gate import admit, basic, bearer, give_token, read_body, read_query
from sandbox.dafiti.reply import Answered, Refused, Reply, encoded, problem
from sandbox.dafiti.rows import callback_rows, described_order, described_seller, order_row
from sandbox.dafiti.seller import Seller
from sandbox.dafiti.sender import Sender
from sandbox.errors import Conflict, Invalid, Missing

Json = dict[str, Any]
DEMO = {"name": "demo", "sells": True}
TOKEN = ("POST", "/oauth/client-credentials")


class Dafiti:
    """Implements `sandbox.face.Face`."""

    name = "dafiti"

    def __init__(self, *, clock: Clock, seed: int, touch: Callable[[], None]) -> None:
        self._clock = clock
        self._seed = seed
        self._sender = Sender(lambda: self.sellers.values(), touch=touch)
        self.reset()

    def reset(self) -> None:
        self.sellers: dict[str, Seller] = {}
        self._dice = random.Random(f"{self._seed} dafiti")
        self.create_store(DEMO)

    # -- the protocol ----------------------------------------------------------------------------------

    def application(self) -> web.Application:
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._serve)
        app.cleanup_ctx.append(self._sending)
        return app

    def identify(self, headers: Mapping[str, str], _query: Mapping[str, str]) -> str | None:
        token, (client, _secret) = bearer(dict(headers)), basic(dict(headers))
        for seller in self.sellers.values():
            if token in seller.tokens or client == seller.client_id:
                return seller.name
        return None

    async def _sending(self, _app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(self._sender.run())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def _serve(self, request: web.Request) -> web.Response:
        call = request[CALL]
        try:
            reply = self._reply(call)
        except Answered as answered:
            reply = answered.reply
        if reply.file is not None:
            return web.Response(body=reply.file, headers=reply.headers)
        body = b"" if reply.document is None else encoded(reply.document)
        if reply.status >= 400:
            call.answer = body.decode()
        return web.Response(status=reply.status, body=body, headers=reply.headers, content_type="application/json")

    def _reply(self, call: Call) -> Reply:
        if (call.method, call.path) == TOKEN:
            return give_token(self.sellers, call)
        found = endpoint_for(call.method, call.path)
        seller = admit(self.sellers, call)
        if found is None:
            raise Answered(404)
        endpoint, where = found
        read_query(call, endpoint.query)
        read_body(call)
        market.keep_deadlines(seller)
        try:
            return endpoint.handler(seller, call, where)
        except Refused as refused:
            return problem(refused, shape=seller.switches.error_shape, status=int(seller.switches.error_status))

    # -- the marketplace's side ------------------------------------------------------------------------

    def stores(self) -> list[Json]:
        return [described_seller(seller) for seller in self.sellers.values()]

    def create_store(self, spec: Json) -> Json:
        seller = Seller(spec, clock=self._clock)
        taken = {known.client_id for known in self.sellers.values()}
        if seller.name in self.sellers or seller.client_id in taken:
            raise Conflict(f"there is a seller with the name {seller.name!r} or its client_id already")
        self.sellers[seller.name] = seller
        return described_seller(seller)

    def switches(self, store: str) -> Json:
        return vars(self._seller(store).switches)

    def switch(self, store: str, changes: Json) -> Json:
        self._seller(store).switch(changes)
        return self.switches(store)

    def create_orders(self, store: str, spec: Json) -> list[Json]:
        seller = self._seller(store)
        return [described_order(seller, order) for order in placing.place(seller, spec, dice=self._dice)]

    def sell(self, store: str, dice: random.Random) -> str:
        return placing.sell(self._seller(store), dice=dice).code

    def orders(self, store: str, filters: Mapping[str, str]) -> list[Json]:
        limit = filters.get("limit", "200")
        if not limit.isdecimal():
            raise Invalid(f"limit must be a whole number, not {limit!r}")
        orders = reversed(self._seller(store).orders.values())
        wanted = (order for order in orders if filters.get("status", order.status) == order.status)
        return [order_row(order) for order, _ in zip(wanted, range(int(limit)), strict=False)]

    def order(self, store: str, code: str) -> Json:
        seller = self._seller(store)
        return described_order(seller, seller.find(code))

    def act(self, store: str, code: str, verb: str, arguments: Json) -> Json:
        seller = self._seller(store)
        return described_order(seller, market.act(seller, code, verb, arguments))

    def command(self, store: str, verb: str, arguments: Json) -> Json:
        return commands.run(self._seller(store), verb, arguments)

    def stock(self, store: str) -> dict[str, int]:
        return {product["sellerSku"]: product["quantity"] for product in self._seller(store).products}

    def queue(self, store: str) -> list[Json]:
        return callback_rows(self._seller(store))

    def effects(self, store: str) -> dict[str, dict[str, int]]:
        return {code: dict(order.effects) for code, order in self._seller(store).orders.items()}

    def open_orders(self, store: str) -> int:
        return self._seller(store).open_orders()

    def unpaid_orders(self, store: str) -> list[str]:
        return self._seller(store).unpaid_orders()

    def forget_finished(self, store: str, keep: int) -> None:
        self._seller(store).forget_finished(keep)

    # -- kept over a restart ---------------------------------------------------------------------------

    def dump(self) -> str:
        return f'{{"sellers":[{",".join(seller.dump() for seller in self.sellers.values())}]}}'

    def load(self, state: Json) -> None:
        """Buyers after a restart are other buyers: the dice are thrown anew from how many orders there were."""
        loaded = [Seller.load(saved, clock=self._clock) for saved in state["sellers"]]
        self.sellers = {seller.name: seller for seller in loaded}
        self._dice = random.Random(f"{self._seed} dafiti {sum(seller.placed for seller in loaded)}")

    def _seller(self, name: str) -> Seller:
        if name not in self.sellers:
            raise Missing(f"no Dafiti seller {name!r}; known: {', '.join(self.sellers)}")
        market.keep_deadlines(self.sellers[name])
        return self.sellers[name]
