"""The sandbox plays SkyHub, over real HTTP."""

import pytest

from sandbox.client import SandboxClient
from tests.sandbox_server import sandbox_client, skyhub_sandbox

__all__ = ["sandbox_client", "skyhub_sandbox"]  # fixtures: pytest_plugins only works in the topmost conftest


@pytest.fixture
def store(skyhub_sandbox: SandboxClient) -> SandboxClient:
    skyhub_sandbox.lift_limits()
    return skyhub_sandbox
