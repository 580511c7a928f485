"""Statuses, labels and test orders of an account, as a person in the back office finds them (SkyHub's sandbox)."""

from collections.abc import Iterator
from typing import Any

import pytest

from marketplaces import clients, stock
from marketplaces.inbound import pull
from marketplaces.models import Account
from marketplaces.outbound import push_channel
from orders import verbs
from orders.models import Order
from orders.stock import count
from sandbox.client import SandboxClient
from tests.backoffice import Office, english_in, text_of
from tests.factories import WAREHOUSE, make_access_key, make_account, make_channel, make_nfe_xml
from tests.sandbox_server import sandbox_client, skyhub_sandbox

__all__ = ["sandbox_client", "skyhub_sandbox"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(skyhub_sandbox: SandboxClient) -> SandboxClient:
    skyhub_sandbox.lift_limits()
    return skyhub_sandbox


@pytest.fixture
def account(store: SandboxClient) -> Iterator[Account]:
    known = store.credentials
    credentials = {
        "email": known["email"],
        "api_key": known["api_key"],
        "account_manager_key": known["accountmanager_key"],
    }
    channel = make_channel(name="Loja principal")
    yield make_account(channel=channel, base_url=store.url, credentials=credentials, production=False)
    clients.close()


@pytest.fixture
def office() -> Office:
    return Office(everything=True)


def page(office: Office, account: Account, name: str) -> Any:
    return office.get("marketplaces_account_page", account.pk, name)


def send(office: Office, account: Account, page_name: str, **data: Any) -> str:
    return text_of(office.post("marketplaces_account_page", account.pk, page_name, **data))


def test_the_account_leads_to_its_pages(office: Office, account: Account) -> None:
    shown = office.get("marketplaces_account_change", account.pk)

    words = text_of(shown)
    assert "Status" in words
    assert "Etiquetas (PLP)" in words
    assert "Pedidos de teste" in words
    assert english_in(shown) == []


def test_who_may_only_look_gets_no_page(account: Account) -> None:
    office = Office("marketplaces.view_account")

    for name in ("statuses", "labels", "test-orders"):
        assert page(office, account, name).status_code == 403


def test_an_unknown_page_is_not_found(office: Office, account: Account) -> None:
    assert page(office, account, "nothing").status_code == 404


class TestStatuses:
    def test_they_are_listed_in_portuguese(self, office: Office, account: Account) -> None:
        shown = page(office, account, "statuses")

        assert "payment_received" in shown.content.decode()
        assert all(word.isupper() for word in english_in(shown))  # types: the marketplace's own words

    def test_one_is_created(self, office: Office, account: Account, store: SandboxClient) -> None:
        words = send(office, account, "statuses", code="separando", label="Separando", type="APPROVED")

        assert "O status foi criado." in words
        assert len(store.ledger(method="POST", path="^/statuses$", effect="status_created")) == 1

    def test_a_code_that_exists_is_refused_in_skyhubs_words(self, office: Office, account: Account) -> None:
        words = send(office, account, "statuses", code="complete", label="Entregue", type="DELIVERED")

        assert "já existe" in words

    def test_a_label_is_changed(self, office: Office, account: Account) -> None:
        words = send(office, account, "statuses", deed="label", code="complete", label="Chegou", type="DELIVERED")

        assert "O rótulo foi alterado." in words
        assert 'value="Chegou"' in page(office, account, "statuses").content.decode()

    def test_a_label_that_somebody_changed_meanwhile_is_not_overwritten(self, office: Office, account: Account) -> None:
        told = {"deed": "label", "code": "complete", "type": "DELIVERED", "was": "Entregue"}
        send(office, account, "statuses", **{**told, "was": "", "label": "Chegou"})

        assert "o rótulo agora é “Chegou”" in send(office, account, "statuses", **{**told, "label": "Recebido"})
        assert 'value="Chegou"' in page(office, account, "statuses").content.decode()

    def test_an_outage_is_said_in_words(self, office: Office, account: Account, store: SandboxClient) -> None:
        number = store.fault("status", status=503, path="^/statuses")

        shown = page(office, account, "statuses")

        store.remove_fault(number)
        assert "503" in text_of(shown)
        assert "não informou seus status" in text_of(shown)


def invoiced(store: SandboxClient, account: Account, kind: str, n: int) -> list[str]:
    """Remote codes of orders whose invoice we told."""
    orders = store.create_orders(n, status="APPROVED", calculation_type=kind)
    pull(account)
    for told in orders:
        order = Order.objects.get(code=told["code"])
        key = make_access_key()
        verbs.invoice(order, access_key=key, xml=make_nfe_xml(key) if "direct" in kind else b"", by=WAREHOUSE)
    push_channel(account.channel)
    return [told["import_info"]["remote_code"] for told in orders]


class TestLabels:
    def test_orders_of_both_kinds_are_grouped_in_lists_of_25(
        self, office: Office, account: Account, store: SandboxClient
    ) -> None:
        correios = invoiced(store, account, "b2wentregacorreios", 27)
        direct = invoiced(store, account, "b2wentregadirect", 1)
        shown = page(office, account, "labels")
        assert text_of(shown).count("CORREIOS") == 27
        assert english_in(shown) == []

        chosen = [f"CORREIOS {code}" for code in correios] + [f"DIRECT {direct[0]}"]
        words = send(office, account, "labels", deed="group", order=chosen)

        assert words.count("criada: CORREIOS, 25 pedidos") == words.count("criada: CORREIOS, 2 pedidos") == 1
        assert "criada: DIRECT, 1 pedido." in words
        assert "Nenhum pedido espera a confirmação" not in words

    def test_a_list_is_printed_through_us_and_ungrouped(
        self, office: Office, account: Account, store: SandboxClient
    ) -> None:
        (code,) = invoiced(store, account, "b2wentregacorreios", 1)
        words = send(office, account, "labels", deed="group", order=[f"CORREIOS {code}"])
        number = words.split("PLP ")[1].split(" ")[0]

        pdf = office.get("marketplaces_account_page", account.pk, "labels", pdf=number)
        assert (pdf["Content-Type"], pdf.content[:4]) == ("application/pdf", b"%PDF")
        assert f"A PLP {number} foi desagrupada." in send(office, account, "labels", deed="ungroup", group=number)

        assert "Não há nenhuma PLP." in text_of(page(office, account, "labels"))

    def test_a_list_that_is_gone_is_said_in_words(self, office: Office, account: Account) -> None:
        gone = office.client.get(f"/admin/marketplaces/account/{account.pk}/pages/labels/", {"pdf": "123"}, follow=True)

        assert "Plp 123 não encontrada" in text_of(gone)

    def test_the_collection_is_confirmed(self, office: Office, account: Account, store: SandboxClient) -> None:
        (code,) = invoiced(store, account, "b2wentregadirect", 1)
        send(office, account, "labels", deed="group", order=[f"DIRECT {code}"])

        assert "A coleta de 1 pedido foi confirmada." in send(office, account, "labels", deed="collect", order=[code])

    def test_nothing_chosen_does_nothing(self, office: Office, account: Account, store: SandboxClient) -> None:
        assert "Escolha pelo menos um pedido." in send(office, account, "labels", deed="group")
        assert store.ledger(method="POST") == []


class TestTestOrders:
    def test_one_is_made_comes_in_and_is_paid(self, office: Office, account: Account, store: SandboxClient) -> None:
        words = send(
            office, account, "test-orders", sku="SKU-1", quantity="2", unit_price="19,90", buyer_name="Teste da Silva"
        )
        assert "O pedido de teste foi criado" in words
        pull(account)
        order = Order.objects.get()
        assert order.code in text_of(page(office, account, "test-orders"))

        assert "Pago" in send(office, account, "test-orders", approve=order.code)

        assert store.order(order.code)["status"]["type"] == "APPROVED"
        assert english_in(page(office, account, "test-orders")) == []

    def test_a_production_account_is_refused_before_any_call(
        self, office: Office, account: Account, store: SandboxClient
    ) -> None:
        Account.objects.update(production=True)

        words = send(office, account, "test-orders", sku="SKU-1", quantity="1", unit_price="1", buyer_name="Teste")

        assert "Esta é uma conta de produção" in words
        assert "pages/test-orders" not in office.get("marketplaces_account_change", account.pk).content.decode()
        assert store.ledger() == []


def test_a_cancellation_waits_for_the_marketplace_until_it_says_so(
    office: Office, account: Account, store: SandboxClient
) -> None:
    code = store.create_order(status="APPROVED")["code"]
    pull(account)
    order = Order.objects.get(code=code)
    verbs.cancel(order, reason="Sem estoque", by=WAREHOUSE)
    assert "aguardando o marketplace" not in office.order_page(order)  # not told yet
    push_channel(account.channel)

    assert "Cancelamento enviado, aguardando o marketplace" in office.order_page(order)
    store.advance(301)
    pull(account)

    assert "aguardando o marketplace" not in office.order_page(order)
    assert "Cancelamento confirmado pelo canal" in office.order_page(order)


def test_the_account_shows_what_stock_it_was_told(office: Office, account: Account, store: SandboxClient) -> None:
    count({next(iter(store.stock())): 3, "DE-OUTRO-CANAL": 1}, by=WAREHOUSE)
    stock.notice()
    stock.tell(account)

    shown = office.get("marketplaces_account_change", account.pk).content.decode()

    assert "<dt>SKUs informados</dt><dd>1</dd>" in shown
    assert "<dt>Não vendido por esta conta</dt><dd>1</dd>" in shown
