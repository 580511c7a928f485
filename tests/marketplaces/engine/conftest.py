"""A channel at the fake marketplace, and the shop behind it."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from marketplaces import registry
from marketplaces.models import Account
from tests import fakes
from tests.factories import make_account

_serial = count(1)


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[fakes.FakeMarketplace]]:
    """The fake is a registered connector like any other."""
    monkeypatch.setitem(registry.CONNECTORS, "fake", "tests.fakes.FakeMarketplace")
    monkeypatch.setitem(registry.CONNECTORS, "poller", "tests.fakes.FakePoller")
    yield fakes.FakeMarketplace
    fakes.SHOPS.clear()


@pytest.fixture
def account(db: None) -> Account:
    return make_fake_account()


@pytest.fixture
def shop(account: Account) -> fakes.Shop:
    return fakes.SHOPS[account.base_url]


def make_fake_account(**fields: Any) -> Account:
    url = f"https://shop-{next(_serial)}.invalid"
    fakes.SHOPS[url] = fakes.Shop()
    return make_account(**{"connector": "fake", "base_url": url, **fields})


def shop_of(account: Account) -> fakes.Shop:
    return fakes.SHOPS[account.base_url]
