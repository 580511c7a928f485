"""The sandbox's TikTok Shop, over real HTTP."""

from collections.abc import Iterator

import pytest

from marketplaces.models import Account
from sandbox.client import SandboxClient
from tests.marketplaces.connectors.tiktok.at_sandbox import account_at


@pytest.fixture
def shop(sandbox_client: SandboxClient) -> Iterator[SandboxClient]:
    """The shop `demo`, where nothing moves by itself, nobody counts calls and there is no hold."""
    sandbox_client.reset()
    with SandboxClient(sandbox_client.base, face="tiktok") as client:
        client.lift_limits()
        client.switch(carrier_moves=False)
        yield client


@pytest.fixture
def account(shop: SandboxClient) -> Account:
    return account_at(shop)
