"""The connector at the sandbox's Dafiti, as the engine would hold it: an account in the database."""

from typing import Any

from marketplaces import inbound, loop
from marketplaces.adapter import Outgoing
from marketplaces.connection import connect
from marketplaces.connectors.dafiti.adapter import Dafiti
from marketplaces.inbound import Pulled
from marketplaces.models import Account
from orders.models import Order
from orders.verbs import LabelFile
from sandbox.client import SandboxClient
from tests.factories import make_account
from tests.marketplaces.wire import make_shipment, make_update

SKU = "CADERNO-A5"


def account_at(sandbox: SandboxClient, *, signing: str = "", **fields: Any) -> Account:
    known = sandbox.credentials
    return make_account(
        connector="dafiti",
        base_url=sandbox.url,
        limits={"calls": 1000.0},
        options={"signing": signing},
        credentials={
            "client_id": known["client_id"],
            "client_secret": known["client_secret"],
            "webhook_key": "palavra-do-endereco",
            "classic_user": known["user_id"],
            "classic_key": known["api_key"],
        },
        **fields,
    )


def adapter_of(account: Account) -> Dafiti:
    adapter = connect(Account.objects.select_related("channel").get(pk=account.pk), patience=20)
    assert isinstance(adapter, Dafiti)
    return adapter


def pull(account: Account) -> Pulled:
    return inbound.pull(account, seconds=20)


def push(account: Account, kind: str, code: str, **fields: Any) -> str:
    return loop.run(adapter_of(account).push(update_of(kind, code, **fields)), timeout=60)


def is_applied(account: Account, kind: str, code: str, **fields: Any) -> bool:
    return loop.run(adapter_of(account).is_applied(update_of(kind, code, **fields)), timeout=60)


def labels(account: Account, code: str) -> list[LabelFile]:
    return list(loop.run(adapter_of(account).labels(update_of("LABEL", code)), timeout=60))


def update_of(kind: str, code: str, **fields: Any) -> Outgoing:
    shipment = make_shipment(items=((SKU, 1),), carrier="Total Express") if kind == "SHIPPED" else None
    return make_update(kind, **{"code": code, "shipment": shipment, **fields})


def ready(sandbox: SandboxClient, **spec: Any) -> str:
    """A paid order of one notebook."""
    return str(sandbox.create_order(**{"status": "pending", "items": [{"sku": SKU}], **spec})["code"])


def statuses(sandbox: SandboxClient, code: str) -> list[str]:
    return [item["status"] for item in sandbox.order(code)["items"]]


def held(code: str) -> Order:
    return Order.objects.get(code=code)
