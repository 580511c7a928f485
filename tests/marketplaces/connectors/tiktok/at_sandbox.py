"""The connector at the sandbox's TikTok Shop, as the engine would hold it: an account, its tokens in the database."""

from datetime import UTC, datetime, timedelta
from typing import Any

from marketplaces import inbound, loop, tokens
from marketplaces.adapter import Outgoing
from marketplaces.connection import connect
from marketplaces.connectors.tiktok.adapter import TikTokShop
from marketplaces.crossing import Grant
from marketplaces.inbound import Pulled
from marketplaces.models import Account
from orders.models import Order
from sandbox.client import SandboxClient
from tests.factories import make_account
from tests.marketplaces.wire import make_shipment, make_update

KEYS = ("service_id", "app_key", "app_secret")


def account_at(sandbox: SandboxClient, **fields: Any) -> Account:
    """Connected, as after the seller's consent."""
    known = sandbox.credentials
    account = make_account(
        connector="tiktok",
        base_url=sandbox.url,
        shop_id=known["shop_id"],
        limits={"calls": 1000.0},
        credentials={name: known[name] for name in KEYS},
        **fields,
    )
    ends = datetime.now(UTC) + timedelta(days=7)
    grant = Grant(access_token=known["access_token"], refresh_token=known["refresh_token"], expires_at=ends)
    tokens.store(account, grant)
    return account


def adapter_of(account: Account) -> TikTokShop:
    adapter = connect(Account.objects.select_related("channel").get(pk=account.pk), patience=20)
    assert isinstance(adapter, TikTokShop)
    return adapter


def pull(account: Account) -> Pulled:
    return inbound.pull(Account.objects.get(pk=account.pk), seconds=20)


def push(account: Account, kind: str, code: str, **fields: Any) -> str:
    return loop.run(adapter_of(account).push(update_of(kind, code, **fields)), timeout=60)


def is_applied(account: Account, kind: str, code: str, **fields: Any) -> bool:
    return loop.run(adapter_of(account).is_applied(update_of(kind, code, **fields)), timeout=60)


def update_of(kind: str, code: str, **fields: Any) -> Outgoing:
    shipment = make_shipment() if kind == "SHIPPED" else None
    return make_update(kind, **{"code": code, "shipment": shipment, **fields})


def held(code: str) -> Order:
    return Order.objects.get(code=code)
