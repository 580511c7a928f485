"""The sandbox plays the marketplaces, over real HTTP."""

import pytest

from sandbox.client import SandboxClient
from tests.sandbox_server import sandbox_client, shopee_sandbox, skyhub_sandbox

__all__ = [
    "sandbox_client",
    "shopee_sandbox",
    "skyhub_sandbox",
]  # fixtures: pytest_plugins only works in the topmost conftest


@pytest.fixture
def store(skyhub_sandbox: SandboxClient) -> SandboxClient:
    skyhub_sandbox.lift_limits()
    return skyhub_sandbox


@pytest.fixture
def shop(shopee_sandbox: SandboxClient) -> SandboxClient:
    """Shopee's shop `demo`, where nothing moves by itself and nobody counts calls."""
    shopee_sandbox.lift_limits()
    shopee_sandbox.switch(carrier_moves=False)
    return shopee_sandbox
