"""The sandbox plays SkyHub, over real HTTP."""

from tests.sandbox_server import sandbox_client, skyhub_sandbox

__all__ = ["sandbox_client", "skyhub_sandbox"]  # fixtures: pytest_plugins only works in the topmost conftest
