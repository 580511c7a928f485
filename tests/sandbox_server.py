"""The sandbox in a thread of the test process: `pytest_plugins = ["tests.sandbox_server"]`."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.client import SandboxClient
from sandbox.selling import Seller
from sandbox.server import running
from sandbox.world import World


@contextmanager
def sandbox_in_thread(*, seed: int = 1, directory: Path | None = None) -> Iterator[str]:
    """The address of a sandbox on a free port with an event loop of its own; stopped and saved on leaving."""
    ready = threading.Event()
    address: list[str] = []
    loop = asyncio.new_event_loop()
    leave = asyncio.Event()

    async def serve() -> None:
        world = World(seed=seed, directory=directory)
        async with running(world=world, seller=Seller(world), host="127.0.0.1", port=0) as port:
            address.append(f"http://127.0.0.1:{port}")
            ready.set()
            await leave.wait()

    def run() -> None:
        try:
            loop.run_until_complete(serve())
        finally:
            ready.set()
            loop.close()

    thread = threading.Thread(target=run, name="sandbox", daemon=True)
    thread.start()
    assert ready.wait(10), "the sandbox did not start within 10 s"
    assert address, "the sandbox stopped while starting"
    try:
        yield address[0]
    finally:
        loop.call_soon_threadsafe(leave.set)
        thread.join(10)


@pytest.fixture(scope="session")
def sandbox_client() -> Iterator[SandboxClient]:
    with sandbox_in_thread() as address, SandboxClient(address) as client:
        yield client


@pytest.fixture
def skyhub_sandbox(sandbox_client: SandboxClient) -> SandboxClient:
    """SkyHub's store `demo` in its first second: no orders, SkyHub's real limits, nothing going wrong."""
    sandbox_client.reset()
    return sandbox_client


@pytest.fixture
def shopee_sandbox(sandbox_client: SandboxClient) -> Iterator[SandboxClient]:
    """Shopee's shop `demo` in its first second: authorized, no orders, nobody subscribed to pushes."""
    sandbox_client.reset()
    with SandboxClient(sandbox_client.base, face="shopee") as client:
        yield client
