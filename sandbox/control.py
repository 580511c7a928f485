"""The control API: what tests, the demo and the page use to play buyer, marketplace, clock and bad luck."""

import ipaddress
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.errors import ControlError, Invalid
from sandbox.face import Face
from sandbox.fiscal import access_key, nfe_xml
from sandbox.selling import PACE, Seller
from sandbox.world import World

Json = dict[str, Any]


class Control:
    """Answers are JSON, but for the access key and the NF-e; errors `{"error": text}`. Only this machine is let in."""

    def __init__(self, world: World, seller: Seller) -> None:
        self._world = world
        self._seller = seller

    def application(self) -> web.Application:
        app = web.Application(middlewares=[only_from_here, errors_as_json])
        app.router.add_get("/access-key", self._access_key)
        app.router.add_get("/nfe.xml", self._nfe_xml)
        for method, path, answer in self._routes():
            app.router.add_route(method, path, self._handler(answer))
        return app

    def _routes(self) -> list[tuple[str, str, Callable[[web.Request, Json], Any]]]:
        return [
            ("GET", "/", self._state),
            ("GET", "/clock", self._read_clock),
            ("POST", "/clock", self._set_clock),
            ("GET", "/ledger", lambda request, _: self._world.ledger.read(dict(request.query))),
            ("GET", "/ledger/summary", lambda request, _: self._world.ledger.summary(dict(request.query))),
            ("GET", "/faults", lambda *_: self._world.faults.listed()),
            ("POST", "/faults", lambda _, body: {"id": self._world.faults.add(body).id}),
            ("DELETE", "/faults", lambda *_: self._world.faults.clear()),
            ("DELETE", "/faults/{id}", self._remove_fault),
            ("GET", "/selling", lambda *_: self._seller.state()),
            ("POST", "/selling", self._set_selling),
            ("POST", "/reset", self._reset),
            ("GET", "/{face}/stores", lambda request, _: self._face(request).stores()),
            ("POST", "/{face}/stores", lambda request, body: self._face(request).create_store(body)),
            ("GET", "/{face}/switches", lambda r, _: self._face(r).switches(store_of(r))),
            ("PATCH", "/{face}/switches", lambda r, body: self._face(r).switch(store_of(r), body)),
            ("GET", "/{face}/queue", lambda r, _: self._face(r).queue(store_of(r))),
            ("POST", "/{face}/store/{verb}", self._command),
            ("GET", "/{face}/stock", lambda r, _: self._face(r).stock(store_of(r))),
            ("GET", "/{face}/effects", lambda r, _: self._face(r).effects(store_of(r))),
            ("GET", "/{face}/orders", lambda r, _: self._face(r).orders(store_of(r), r.query)),
            ("POST", "/{face}/orders", lambda r, body: self._face(r).create_orders(store_of(r), body)),
            ("GET", "/{face}/orders/{code}", self._order),
            ("POST", "/{face}/orders/{code}/{verb}", self._act),
        ]

    def _handler(self, answer: Callable[[web.Request, Json], Any]) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            result = answer(request, await body_of(request))
            if request.method != "GET":
                self._world.touch()
            return web.json_response({} if result is None else result)

        return handle

    async def _access_key(self, _request: web.Request) -> web.Response:
        # By the real clock: whoever checks the key's month goes by it.
        return web.Response(text=access_key(datetime.now(UTC)))

    async def _nfe_xml(self, _request: web.Request) -> web.Response:
        headers = {"Content-Disposition": 'attachment; filename="nfe-de-teste.xml"'}
        return web.Response(text=nfe_xml(datetime.now(UTC)), content_type="application/xml", headers=headers)

    def _face(self, request: web.Request) -> Face:
        return self._world.face(request.match_info["face"])

    def _state(self, _request: web.Request, _body: Json) -> Json:
        return {
            "clock": self._clock(),
            "faces": {name: face.stores() for name, face in self._world.faces.items()},
            "selling": self._seller.state(),
            "faults": len(self._world.faults.rules),
            "calls": self._world.ledger.number,
        }

    def _clock(self) -> Json:
        clock = self._world.clock
        return {"now": clock.now().isoformat(), "timestamp": clock.timestamp(), "frozen": clock.frozen}

    def _read_clock(self, _request: web.Request, _body: Json) -> Json:
        return self._clock()

    def _set_clock(self, _request: web.Request, body: Json) -> Json:
        only(body, "seconds", "freeze")
        seconds = body.get("seconds", 0)
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise Invalid("seconds must be a number")
        self._world.clock.advance(seconds=seconds)
        if "freeze" in body:
            (self._world.clock.freeze if body["freeze"] else self._world.clock.resume)()
        return self._clock()

    def _remove_fault(self, request: web.Request, _body: Json) -> None:
        number = request.match_info["id"]
        if not number.isdecimal():
            raise Invalid(f"a fault rule is named by its number, not {number!r}")
        self._world.faults.remove(int(number))

    def _set_selling(self, _request: web.Request, body: Json) -> Json:
        only(body, "on", "pace")
        if body.get("on", True):
            self._seller.start(pace=body.get("pace", PACE))
        else:
            self._seller.stop()
        return self._seller.state()

    def _reset(self, _request: web.Request, _body: Json) -> None:
        self._seller.reset()
        self._world.reset()

    def _order(self, request: web.Request, _body: Json) -> Json:
        return self._face(request).order(store_of(request), request.match_info["code"])

    def _command(self, request: web.Request, body: Json) -> Json:
        return self._face(request).command(store_of(request), request.match_info["verb"], body)

    def _act(self, request: web.Request, body: Json) -> Json:
        where = request.match_info
        return self._face(request).act(store_of(request), where["code"], where["verb"], body)


def store_of(request: web.Request) -> str:
    return request.query.get("store", "demo")


def only(body: Json, *known: str) -> None:
    """Raise Invalid for a field that would be silently ignored."""
    if unknown := sorted(set(body) - set(known)):
        raise Invalid(f"unknown field {unknown[0]!r}; known: {', '.join(known)}")


async def body_of(request: web.Request) -> Json:
    text = await request.text()
    try:
        body = json.loads(text) if text else {}
    except ValueError as error:
        raise Invalid(f"the body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise Invalid("the body must be a JSON object")
    return body


@web.middleware
async def only_from_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """There are no passwords here: nobody from outside may come in, nor a foreign page in a browser on this machine."""
    if request.remote is None or not ipaddress.ip_address(request.remote).is_loopback:
        return web.json_response({"error": "the control API answers this machine only"}, status=403)
    if urlsplit(request.headers.get("Origin", "")).netloc not in ("", request.host):
        return web.json_response({"error": "the control API answers its own page only"}, status=403)
    return await handler(request)


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ControlError as error:
        return web.json_response({"error": str(error)}, status=error.status)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return web.json_response({"error": f"{error.reason}: {request.method} {request.path}"}, status=error.status)
