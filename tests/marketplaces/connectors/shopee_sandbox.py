"""The connector at the sandbox's Shopee, as the engine would hold it: an account, its tokens in the database."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from marketplaces import inbound, loop, tokens
from marketplaces.adapter import Outgoing
from marketplaces.connection import connect
from marketplaces.connectors.shopee.adapter import Shopee
from marketplaces.crossing import Grant
from marketplaces.inbound import Pulled
from marketplaces.models import Account
from orders.models import Order
from orders.status import Status
from sandbox.client import SandboxClient
from tests.factories import make_account
from tests.marketplaces.wire import make_shipment, make_update

HOUR = 3600


def account_at(sandbox: SandboxClient, **fields: Any) -> Account:
    """Connected, as after the seller's consent."""
    known = sandbox.credentials
    account = make_account(
        connector="shopee",
        base_url=sandbox.url,
        shop_id=known["shop_id"],
        limits={"calls": 1000.0},
        credentials={
            "partner_id": known["partner_id"],
            "partner_key": known["partner_key"],
            "push_key": known["push_partner_key"],
        },
        **fields,
    )
    grant = Grant(
        access_token=known["access_token"],
        refresh_token=known["refresh_token"],
        expires_at=datetime.now(UTC) + timedelta(hours=4),
    )
    tokens.store(account, grant)
    return account


def adapter_of(account: Account) -> Shopee:
    adapter = connect(Account.objects.select_related("channel").get(pk=account.pk), patience=20)
    assert isinstance(adapter, Shopee)
    return adapter


def pull(account: Account) -> Pulled:
    return inbound.pull(account, seconds=20)


def pull_until(account: Account, code: str, status: Status) -> None:
    """Windows end at a whole second: what was done within it is in the next one."""
    deadline = time.monotonic() + 10
    while not Order.objects.filter(code=code, status=status).exists():
        assert time.monotonic() < deadline, f"{code} did not become {status}"
        pull(Account.objects.get(pk=account.pk))
        time.sleep(0.2)


def push(account: Account, kind: str, code: str, **fields: Any) -> str:
    return loop.run(adapter_of(account).push(update_of(kind, code, **fields)), timeout=60)


def is_applied(account: Account, kind: str, code: str, **fields: Any) -> bool:
    return loop.run(adapter_of(account).is_applied(update_of(kind, code, **fields)), timeout=60)


def update_of(kind: str, code: str, **fields: Any) -> Outgoing:
    shipment = make_shipment() if kind == "SHIPPED" else None
    return make_update(kind, **{"code": code, "shipment": shipment, **fields})


def ready(sandbox: SandboxClient, **spec: Any) -> str:
    """An order that was paid two hours ago."""
    spec = {"status": "READY_TO_SHIP", "age": 3 * HOUR, "paid_ago": 2 * HOUR, **spec}
    return str(sandbox.create_order(**spec)["order_sn"])


def held(code: str) -> Order:
    return Order.objects.get(code=code)
