"""The connector at the sandbox's SkyHub, as the engine would hold it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from marketplaces import loop
from marketplaces.adapter import Fetched, Outgoing
from marketplaces.connection import connect
from marketplaces.connectors.skyhub.adapter import SkyHub
from sandbox.client import SandboxClient
from tests.factories import make_account
from tests.marketplaces.wire import make_shipment, make_update


def adapter_at(sandbox: SandboxClient, *, hurried: bool = True, **credentials: str) -> SkyHub:
    """The adapter as the engine makes it: shared limiter, shared client, the account's credentials."""
    known = sandbox.credentials
    account = make_account(
        base_url=sandbox.url,
        limits=dict.fromkeys(SkyHub.limits, 1000.0) if hurried else {},
        credentials={
            "email": known["email"],
            "api_key": known["api_key"],
            "account_manager_key": known["accountmanager_key"],
            **credentials,
        },
    )
    adapter = connect(account, patience=20)
    assert isinstance(adapter, SkyHub)
    return adapter


def drain(adapter: SkyHub) -> list[Fetched]:
    async def all_of_it() -> list[Fetched]:
        return [fetched async for fetched in adapter.fetch("")]

    return loop.run(all_of_it(), timeout=60)


def acknowledge(adapter: SkyHub, fetched: list[Fetched]) -> None:
    for one in fetched:
        loop.run(adapter.acknowledge(one.receipt), timeout=30)


def push(adapter: SkyHub, update: Outgoing) -> str:
    return loop.run(adapter.push(update), timeout=60)


def paid(sandbox: SandboxClient, **spec: Any) -> tuple[str, str]:
    """A paid order of two units of one SKU: its code, and the SKU."""
    order = sandbox.create_order(items=[{"id": "SKU-1", "qty": 2, "original_price": 10.0}], **spec)
    sandbox.pay(order["code"])
    return order["code"], "SKU-1"


def updates_of(code: str, sku: str) -> dict[str, Outgoing]:
    shipment = make_shipment(items=((sku, 2),))
    # The sandbox was paid a moment ago, so nothing about the order is older than that.
    invoice = make_update("INVOICED").invoice
    return {
        kind: make_update(
            kind, code=code, approved_at=None, invoice=invoice, shipment=shipment if kind == "SHIPPED" else None
        )
        for kind in ("INVOICED", "SHIPPED", "DELIVERED", "DELIVERY_FAILED", "CANCELED")
    }


@contextmanager
def fault(sandbox: SandboxClient, action: str, **rule: Any) -> Iterator[None]:
    number = sandbox.fault(action, **rule)
    yield
    sandbox.remove_fault(number)
