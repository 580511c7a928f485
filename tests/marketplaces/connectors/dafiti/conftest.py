"""Dafiti's seller `demo` in the sandbox."""

from collections.abc import Iterator

import pytest

from marketplaces.connectors.dafiti import arranging
from sandbox.client import SandboxClient


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody here needs the seconds that Dafiti's back end does."""
    monkeypatch.setattr(arranging, "SETTLING_SECONDS", 0.0)


@pytest.fixture
def seller(sandbox_client: SandboxClient) -> Iterator[SandboxClient]:
    """In its first second: no orders, nothing moves by itself, nobody counts calls."""
    sandbox_client.reset()
    with SandboxClient(sandbox_client.base, face="dafiti") as client:
        client.lift_limits()
        client.switch(carrier_moves=False, tracking_seconds=0, export_seconds=0)
        yield client
