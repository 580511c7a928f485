"""Puts faces, control API and page under one address, and runs it until told to stop."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from sandbox.control import Control
from sandbox.page import Page
from sandbox.recording import Recorder
from sandbox.selling import Seller
from sandbox.world import World


def application(*, world: World, seller: Seller) -> web.Application:
    """`/` the page, `/control/…` the control API, `/<marketplace>/…` the marketplaces."""
    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.add_subapp("/control/", Control(world, seller).application())
    recorder = Recorder(world)
    for face in world.faces.values():
        app.add_subapp(f"/{face.name}/", recorder.around(face))
    Page(world, seller).add_to(app)
    return app


@asynccontextmanager
async def running(*, world: World, seller: Seller, host: str, port: int) -> AsyncIterator[int]:
    """Serve while the block runs; yields the port, which is a free one when 0 was asked for."""
    runner = web.AppRunner(application(world=world, seller=seller), access_log=None, shutdown_timeout=1)
    await runner.setup()
    saving = asyncio.create_task(world.keep_saving())
    try:
        site = web.TCPSite(runner, host, port, backlog=1024)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        seller.stop()
        saving.cancel()
        await runner.cleanup()
        world.close()


async def serve_until_signaled(*, world: World, seller: Seller, host: str, port: int, pace: float | None) -> None:
    """Print the address once ready; return after SIGTERM or SIGINT, with everything saved."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with running(world=world, seller=seller, host=host, port=port) as bound:
        if pace is not None:
            seller.start(pace=pace)
        print(f"sandbox listening on http://{host}:{bound}", flush=True)
        await stopped.wait()
