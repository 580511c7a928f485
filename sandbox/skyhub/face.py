"""SkyHub as the sandbox sees it: its stores, its endpoints, and the marketplace's side of the control API."""

import random
from collections.abc import Mapping
from functools import partial
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.call import CALL, Call
from sandbox.clock import Clock
from sandbox.errors import Conflict, Invalid, Missing
from sandbox.skyhub import market, placing
from sandbox.skyhub.endpoints import ENDPOINTS
from sandbox.skyhub.gate import Endpoint, admit, read_body
from sandbox.skyhub.reply import Refused, Reply, refusal
from sandbox.skyhub.rows import described_order, described_store, order_row, queue_rows
from sandbox.skyhub.statuses import FINISHED
from sandbox.skyhub.store import Store

Json = dict[str, Any]
DEMO = {"name": "demo", "sells": True}


class SkyHub:
    """Implements `sandbox.face.Face`."""

    name = "skyhub"

    def __init__(self, *, clock: Clock, seed: int) -> None:
        self._clock = clock
        self._seed = seed
        self.reset()

    def reset(self) -> None:
        self._stores: dict[str, Store] = {}
        self._by_key: dict[str, Store] = {}
        self._dice = random.Random(f"{self._seed} skyhub")
        self.create_store(DEMO)

    # -- the protocol ----------------------------------------------------------------------------------

    def application(self) -> web.Application:
        app = web.Application(middlewares=[unknown_as_json], client_max_size=16 * 1024 * 1024)
        for endpoint in ENDPOINTS:
            app.router.add_route(endpoint.method, endpoint.path, partial(self._serve, endpoint))
        return app

    def identify(self, headers: Mapping[str, str], _query: Mapping[str, str]) -> str | None:
        store = self._by_key.get(headers.get("X-Api-Key", ""))
        return store.name if store else None

    async def _serve(self, endpoint: Endpoint, request: web.Request) -> web.Response:
        call = request[CALL]
        call.code = request.match_info.get("code")
        reply = self._reply(endpoint, call)
        content_type = reply.media if reply.body else None
        return web.Response(status=reply.status, body=reply.body, content_type=content_type)

    def _reply(self, endpoint: Endpoint, call: Call) -> Reply:
        store = self._stores.get(call.store or "")
        try:
            store = admit(store, call, endpoint)
            read_body(store, call, endpoint)
            market.keep_deadlines(store)
            return endpoint.handle(store, call)
        except Refused as refused:
            shape = store.error_shape(newer=endpoint.newer) if store else "error"
            return refusal(refused, shape=shape)

    # -- the marketplace's side ------------------------------------------------------------------------

    def stores(self) -> list[Json]:
        return [described_store(store) for store in self._stores.values()]

    def create_store(self, spec: Json) -> Json:
        store = Store(spec, clock=self._clock)
        if store.name in self._stores or store.api_key in self._by_key:
            raise Conflict(f"there is a store with the name {store.name!r} or its api_key already")
        self._take(store)
        return described_store(store)

    def switches(self, store: str) -> Json:
        return vars(self._store(store).switches)

    def switch(self, store: str, changes: Json) -> Json:
        self._store(store).switch(changes)
        return self.switches(store)

    def create_orders(self, store: str, spec: Json) -> list[Json]:
        found = self._store(store)
        return [described_order(found, o) for o in placing.place(found, spec, dice=self._dice)]

    def sell(self, store: str, dice: random.Random) -> str:
        return placing.sell(self._store(store), dice=dice).code

    def orders(self, store: str, filters: Mapping[str, str]) -> list[Json]:
        limit = filters.get("limit", "200")
        if not limit.isdecimal():
            raise Invalid(f"limit must be a whole number, not {limit!r}")
        found = self._store(store)
        wanted = (o for o in reversed(found.orders.values()) if filters.get("status", o.type) == o.type)
        return [order_row(found, order) for order, _ in zip(wanted, range(int(limit)), strict=False)]

    def order(self, store: str, code: str) -> Json:
        found = self._store(store)
        return described_order(found, found.find(code))

    def act(self, store: str, code: str, verb: str, arguments: Json) -> Json:
        found = self._store(store)
        return described_order(found, market.act(found, code, verb, arguments))

    def command(self, store: str, verb: str, arguments: Json) -> Json:
        raise Invalid(f"nothing can be done to a whole SkyHub store, not even {verb!r}")

    def queue(self, store: str) -> list[Json]:
        return queue_rows(self._store(store))

    def stock(self, store: str) -> dict[str, int]:
        return {sku: product["qty"] for sku, product in self._store(store).products.items()}

    def effects(self, store: str) -> dict[str, dict[str, int]]:
        return {code: dict(order.effects) for code, order in self._store(store).orders.items()}

    def open_orders(self, store: str) -> int:
        return sum(order.type not in FINISHED for order in self._store(store).orders.values())

    def unpaid_orders(self, store: str) -> list[str]:
        return [order.code for order in self._store(store).orders.values() if order.unpaid]

    def forget_finished(self, store: str, keep: int) -> None:
        self._store(store).forget_finished(keep)

    # -- kept over a restart ---------------------------------------------------------------------------

    def dump(self) -> str:
        return f'{{"stores":[{",".join(store.dump() for store in self._stores.values())}]}}'

    def load(self, state: Json) -> None:
        """Buyers after a restart are other buyers: the dice are thrown anew from how many there were."""
        self._stores.clear()
        self._by_key.clear()
        for saved in state["stores"]:
            self._take(Store.load(saved, clock=self._clock))
        placed = sum(store.placed for store in self._stores.values())
        self._dice = random.Random(f"{self._seed} skyhub {placed}")

    def _take(self, store: Store) -> None:
        self._stores[store.name] = store
        self._by_key[store.api_key] = store

    def _store(self, name: str) -> Store:
        if name not in self._stores:
            raise Missing(f"no SkyHub store {name!r}; known: {', '.join(self._stores)}")
        store = self._stores[name]
        market.keep_deadlines(store)
        return store


@web.middleware
async def unknown_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """404 and 405 of the router, in the API's words."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        reply = refusal(Refused(error.status, f"{error.reason}: {request.method} {request.path}"), shape="error")
        return web.Response(status=reply.status, body=reply.body, content_type=reply.media)
