"""TikTok Shop's sandbox, and a client of it that only knows HTTP."""

from collections.abc import Iterator

import pytest

from sandbox.client import SandboxClient
from tests.sandbox.tiktok.api import TikTokApi


@pytest.fixture
def tiktok(sandbox_client: SandboxClient) -> Iterator[SandboxClient]:
    """The shop `demo` in its first second, without limits; nothing moves by itself."""
    sandbox_client.reset()
    with SandboxClient(sandbox_client.base, face="tiktok") as client:
        client.lift_limits()
        client.switch(carrier_moves=False)
        yield client


@pytest.fixture
def api(tiktok: SandboxClient) -> Iterator[TikTokApi]:
    found = TikTokApi(tiktok)
    with found.http:
        yield found
