"""The vendor's homologation checklist, as a seller runs it, against the sandbox; its ledger is the verdict."""

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from marketplaces import clients
from marketplaces.models import Account
from orders.models import Order
from sandbox.client import SandboxClient
from tests.factories import make_account, make_channel
from tests.sandbox_server import sandbox_client, skyhub_sandbox

__all__ = ["sandbox_client", "skyhub_sandbox"]

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(180)]


@pytest.fixture
def account(skyhub_sandbox: SandboxClient) -> Iterator[Account]:
    known = skyhub_sandbox.credentials
    credentials = {
        "email": known["email"],
        "api_key": known["api_key"],
        "account_manager_key": known["accountmanager_key"],
    }
    channel = make_channel(code="loja-de-teste")
    yield make_account(channel=channel, base_url=skyhub_sandbox.url, credentials=credentials, production=False)
    clients.close()


def homologate(account: Account) -> list[str]:
    """The titles of the steps that went well, as the command says them."""
    said = StringIO()
    call_command("homologate", "skyhub", "--account", account.channel.code, stdout=said, no_color=True)
    return [line.removesuffix(": ok") for line in said.getvalue().splitlines() if line.endswith(": ok")]


def order_of(sku: str, quantity: int) -> Order:
    return Order.objects.get(items__sku=sku, items__quantity=quantity, fulfillment="SELLER")


def told(sandbox: SandboxClient, order: Order, path: str) -> dict[str, Any]:
    (call,) = sandbox.ledger(method="POST", code=order.code, path=f"/{path}$")
    body: dict[str, Any] = json.loads(call["body"])
    return body


def test_every_step_of_the_checklist_goes_well(account: Account, skyhub_sandbox: SandboxClient) -> None:
    assert homologate(account) == [
        "A conta responde",
        "Um produto, e outro com variação",
        "Um pedido simples chega pela fila",
        "Um pedido com mais de uma unidade",
        "Um pedido de uma variação",
        "O pagamento é aprovado",
        "Faturado",
        "Enviado, com a NF-e",
        "Entregue",
        "Cancelado",
        "Exceção de entrega",
        "A fila está vazia",
        "B2W Entrega: etiquetas em uma PLP",
    ]

    simple = order_of("DESPACHO-HOMOLOGA", 1)
    assert skyhub_sandbox.order(simple.code)["status"]["type"] == "DELIVERED"
    key = told(skyhub_sandbox, simple, "invoice")["invoice"]["key"]
    assert [invoice["key"] for invoice in skyhub_sandbox.order(simple.code)["invoices"]] == [key]
    shipment = told(skyhub_sandbox, simple, "shipments")["shipment"]
    assert (shipment["items"], shipment["code"]) == ([{"sku": "DESPACHO-HOMOLOGA", "qty": 1}], simple.code)

    several = order_of("DESPACHO-HOMOLOGA", 3)
    assert told(skyhub_sandbox, several, "cancel") == {"status": "order_canceled"}
    assert skyhub_sandbox.effects(several.code)["cancel_requested"] == 1

    variation = order_of("DESPACHO-HOMOLOGA-AZUL", 1)
    assert skyhub_sandbox.order(variation.code)["status"]["type"] == "SHIPMENT_EXCEPTION"

    labeled = Order.objects.get(fulfillment="MARKETPLACE_SHIPS")
    effects = skyhub_sandbox.effects(labeled.code)
    assert (effects["grouped"], effects["ungrouped"]) == (1, 1)

    assert skyhub_sandbox.queue() == []
    assert {call["status"] for call in skyhub_sandbox.ledger()} <= {200, 201, 204}


def test_a_production_account_is_refused_before_any_call(account: Account, skyhub_sandbox: SandboxClient) -> None:
    Account.objects.update(production=True)

    with pytest.raises(CommandError, match="produção"):
        homologate(account)
    with pytest.raises(CommandError, match="produção"):
        call_command("skyhub_test_order", "--account", account.channel.code)

    assert skyhub_sandbox.ledger() == []


def test_what_fails_is_said_with_skyhubs_answer(account: Account, skyhub_sandbox: SandboxClient) -> None:
    number = skyhub_sandbox.fault("status", status=422, path="/invoice$")
    said = StringIO()

    with pytest.raises(CommandError, match="falharam"):
        call_command("homologate", "skyhub", "--account", account.channel.code, stdout=said, no_color=True)

    skyhub_sandbox.remove_fault(number)
    assert "Faturado: falhou\n    HTTP 422" in said.getvalue()
    assert "Um pedido simples chega pela fila: ok" in said.getvalue()


def test_a_test_order_is_made_and_paid_from_the_command_line(account: Account, skyhub_sandbox: SandboxClient) -> None:
    call_command("skyhub_test_order", "--account", account.channel.code, "--sku", "SKU-1", "--quantity", "2")
    (order,) = skyhub_sandbox.orders()
    call_command("skyhub_test_order", "--account", account.channel.code, "--approve", order["code"])

    assert skyhub_sandbox.order(order["code"])["status"]["type"] == "APPROVED"
    assert skyhub_sandbox.order(order["code"])["items"][0]["qty"] == 2
