"""Around every call to a marketplace: write it into the ledger, and let it go wrong when a rule says so."""

import asyncio
from datetime import UTC, datetime

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.call import CALL, Call
from sandbox.face import Face
from sandbox.faults import Rule
from sandbox.world import World

GARBAGE = b"<html><head><title>502</title></head><body>\xffupstream says hello</body></html>"


class Unanswered(Exception):
    """The caller gets no answer; the connection is closed."""


class Recorder:
    """aiohttp middleware for the faces' applications."""

    def __init__(self, world: World) -> None:
        self._world = world

    def around(self, face: Face) -> web.Application:
        """The face's application, with this recorder outermost."""
        application = face.application()

        @web.middleware
        async def record(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._record(face, request, handler)

        application.middlewares.insert(0, record)
        return application

    async def _record(self, face: Face, request: web.Request, handler: Handler) -> web.StreamResponse:
        call = await self._receive(face, request)
        request[CALL] = call
        rule = self._world.faults.pick(call)
        call.fault = rule.action if rule else None
        try:
            return await self._answer(call, rule, request, handler)
        except Unanswered:
            if request.transport:
                request.transport.abort()
            return web.Response()

    async def _receive(self, face: Face, request: web.Request) -> Call:
        prefix = len(face.name) + 1
        return Call(
            face=face.name,
            method=request.method,
            path=request.path[prefix:],
            target=request.raw_path[prefix:],
            query={name: request.query.getall(name) for name in request.query},
            headers=dict(request.headers),
            body=await request.read(),
            at=datetime.now(UTC),
            sandbox_at=self._world.clock.now(),
            store=face.identify(request.headers, request.query),
        )

    async def _answer(
        self, call: Call, rule: Rule | None, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        if rule:
            await self._before(call, rule, request)
            if rule.action == "status":
                return self._write(call, injected(rule))
        response = await handler(request)
        assert isinstance(response, web.Response), "faces answer whole responses"
        if rule and rule.action in ("apply-then-timeout", "truncated"):
            self._write(call, None)
            return await self._break_off(rule, request, response)
        return self._write(call, spoiled(rule, response) if rule else response)

    async def _before(self, call: Call, rule: Rule, request: web.Request) -> None:
        if rule.action == "slow":
            await self._wait(rule.seconds, request)
        elif rule.action == "duplicate":
            call.duplicate = True
        elif rule.action in ("drop", "hang"):
            self._write(call, None)
            if rule.action == "hang":
                await self._wait(rule.seconds, request)
            raise Unanswered

    async def _break_off(self, rule: Rule, request: web.Request, response: web.Response) -> web.StreamResponse:
        if rule.action == "truncated":
            body = body_of(response)
            headers = {"Content-Length": str(len(body) + 1), "Content-Type": response.content_type}
            partial = web.StreamResponse(status=status_with_body(response), headers=headers)
            await partial.prepare(request)
            await partial.write(body[: len(body) // 2])
        else:
            await self._wait(rule.seconds, request)
        raise Unanswered

    async def _wait(self, seconds: float, request: web.Request) -> None:
        """Sleep until the time is over, the caller has hung up, or the sandbox was reset."""
        loop, epoch = asyncio.get_running_loop(), self._world.epoch
        deadline = loop.time() + seconds
        while (left := deadline - loop.time()) > 0 and self._world.epoch == epoch:
            if request.transport is None or request.transport.is_closing():
                return
            await asyncio.sleep(min(left, 0.05))

    def _write(self, call: Call, response: web.Response | None) -> web.Response:
        """Into the ledger, before a byte of the answer leaves; None when there will be no whole answer."""
        call.status = response.status if response else None
        if response and response.status >= 400:
            call.answer = body_of(response).decode(errors="replace")
        self._world.ledger.append(call)
        self._world.touch()
        return response or web.Response()


def body_of(response: web.Response) -> bytes:
    return response.body if isinstance(response.body, bytes) else b""


def status_with_body(response: web.Response) -> int:
    """204 cannot carry the body a fault gives it, so it becomes 200."""
    return 200 if response.status == 204 else response.status


def injected(rule: Rule) -> web.Response:
    if rule.body is not None:
        return web.Response(status=rule.status, text=rule.body)
    return web.json_response({"error": f"Injected fault {rule.id}"}, status=rule.status)


def spoiled(rule: Rule, response: web.Response) -> web.Response:
    """The answer a rule makes of one that was already applied."""
    if rule.action == "apply-then-500":
        return injected(rule)
    if rule.action == "garbage":
        return web.Response(status=status_with_body(response), body=GARBAGE, content_type="text/html")
    if rule.action == "malformed":
        body = body_of(response)
        cut = body[: len(body) // 2] or b"{"
        return web.Response(status=status_with_body(response), body=cut, content_type="application/json")
    return response
