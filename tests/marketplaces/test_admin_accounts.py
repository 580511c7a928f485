"""Accounts in the back office: connected by a form that never shows what it stored, and worked by buttons."""

from collections.abc import Iterator
from typing import Any

import pytest

from marketplaces import registry
from marketplaces.errors import Unauthorized, Unavailable
from marketplaces.models import Account
from orders.models import Channel, Order
from tests import fakes
from tests.backoffice import Office, english_in, form_of, text_of
from tests.factories import make_account, make_channel, make_snapshot

pytestmark = pytest.mark.django_db
SECRETS = {
    "credential_email": "loja@example.com",
    "credential_api_key": "segredo-da-loja",
    "credential_account_manager_key": "segredo-da-plataforma",
}


@pytest.fixture
def office() -> Office:
    return Office(everything=True)


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[fakes.Shop]:
    """A marketplace that answers."""
    monkeypatch.setitem(registry.CONNECTORS, "fake", "tests.fakes.FakeMarketplace")
    yield fakes.SHOPS.setdefault("https://shop.invalid", fakes.Shop())
    fakes.SHOPS.clear()


@pytest.fixture
def account(shop: fakes.Shop) -> Account:
    channel = make_channel(name="Loja principal", code="loja")
    return make_account(channel=channel, connector="fake", base_url="https://shop.invalid", credentials={"key": "k"})


def connect(office: Office, **data: Any) -> Any:
    whole = {"name": "Americanas, loja principal", "production": "on", "limits": "{}", **SECRETS, **data}
    return office.client.post("/admin/marketplaces/account/add/?connector=skyhub", whole, follow=True)


def change(office: Office, account: Account, **data: Any) -> Any:
    whole = {"name": account.channel.name, "base_url": account.base_url, "production": "on", "limits": "{}", **data}
    return office.post("marketplaces_account_change", account.pk, **whole)


def act(office: Office, account: Account, deed: str) -> str:
    return text_of(office.post("marketplaces_account_act", account.pk, deed))


class TestConnecting:
    @pytest.mark.parametrize(("connector", "offered"), [("skyhub", True), ("shopee", True), ("tiktok", False)])
    def test_stock_is_told_only_where_the_marketplace_has_a_call_for_it(
        self, office: Office, connector: str, offered: bool
    ) -> None:
        page = office.client.get(f"/admin/marketplaces/account/add/?connector={connector}").content.decode()

        assert ('name="tells_stock"' in page) is offered

    def test_the_marketplace_is_chosen_first(self, office: Office) -> None:
        page = office.get("marketplaces_account_add")

        assert "Qual marketplace você quer conectar?" in text_of(page)
        assert 'href="?connector=skyhub"' in page.content.decode()

    def test_channel_and_account_are_made_together(self, office: Office) -> None:
        answer = connect(office, seller_cnpj="11.222.333/0001-81")

        assert "A conta está conectada. Teste a conexão" in text_of(answer)
        channel = Channel.objects.get()
        assert (channel.code, channel.marketplace) == ("americanas-loja-principal", "skyhub")
        assert (channel.seller_cnpj, channel.account.production) == ("11222333000181", True)
        assert channel.account.credentials == {key.removeprefix("credential_"): text for key, text in SECRETS.items()}

    def test_no_page_ever_shows_a_credential(self, office: Office) -> None:
        pages = [connect(office), connect(office, seller_cnpj="1")]
        account = Account.objects.get()
        pages += [office.get("marketplaces_account_change", account.pk), office.get("marketplaces_account_changelist")]
        pages += [change(office, account, limits="no json", **SECRETS)]

        for page in pages:
            assert page.status_code == 200
            assert not [secret for secret in SECRETS.values() if secret in page.content.decode()]

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("name", "", "Este campo é obrigatório."),
            ("name", "!!!", "Dê um código à conta."),
            ("code", "loja", "Outra conta tem o código “loja”."),
            ("seller_cnpj", "11222333000182", "Este CNPJ não é válido: confira os dígitos."),
            ("base_url", "not an address", "Insira um URL válido."),
            ("credential_api_key", "", "Este campo é obrigatório."),
        ],
    )
    def test_what_is_wrong_is_told_and_nothing_is_made(
        self, office: Office, field: str, value: str, sentence: str
    ) -> None:
        make_channel(code="loja")

        answer = connect(office, **{field: value})

        assert sentence in text_of(answer)
        assert not Account.objects.exists()
        assert Channel.objects.count() == 1

    def test_the_form_is_portuguese(self, office: Office) -> None:
        answer = office.client.get("/admin/marketplaces/account/add/?connector=skyhub")

        assert english_in(answer) == []


class TestChanging:
    def test_an_empty_credential_keeps_what_is_stored(self, office: Office) -> None:
        connect(office)
        account = Account.objects.get()

        change(office, account, name="Outro nome", credential_api_key="novo-segredo")

        account.refresh_from_db()
        assert account.credentials["api_key"] == "novo-segredo"
        assert account.credentials["email"] == SECRETS["credential_email"]
        assert account.channel.name == "Outro nome"

    def test_the_code_is_permanent(self, office: Office, account: Account) -> None:
        change(office, account, code="other")

        assert Channel.objects.get().code == "loja"

    def test_what_workers_write_meanwhile_is_not_overwritten(
        self, office: Office, account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from marketplaces.admin.account_form import AccountForm

        save = AccountForm.save_account

        def slow_save(form: AccountForm) -> None:
            Account.objects.update(cursor="far", last_error="down")
            save(form)

        monkeypatch.setattr(AccountForm, "save_account", slow_save)
        change(office, account)

        account.refresh_from_db()
        assert (account.cursor, account.last_error) == ("far", "down")

    def test_of_two_people_the_second_is_told_and_overwrites_nothing(self, office: Office, account: Account) -> None:
        ana = Office(everything=True, name="ana")
        hers, his = (form_of(person.get("marketplaces_account_change", account.pk)) for person in (ana, office))
        ana.post("marketplaces_account_change", account.pk, **{**hers, "name": "Loja da Ana", "credential_key": "novo"})

        refused = office.post("marketplaces_account_change", account.pk, **{**his, "limits": '{"all": 3}'})

        account.refresh_from_db()
        assert "enquanto isso, ana mudou isto (Nome: agora “Loja da Ana”, Chave)" in text_of(refused)
        assert form_of(refused)["limits"] == ['{"all": 3}']
        assert (account.channel.name, account.credentials, account.limits) == ("Loja da Ana", {"key": "novo"}, {})
        assert "novo" not in form_of(refused)["seen"][0]

    def test_limits_of_unknown_buckets_are_told(self, office: Office, account: Account) -> None:
        answer = change(office, account, limits='{"orders": 3}')

        assert "“orders” não é um grupo deste marketplace" in text_of(answer)


class TestButtons:
    def test_a_connection_that_works_is_said_to_work(self, office: Office, account: Account) -> None:
        assert "A conexão funciona" in act(office, account, "check")

    def test_one_that_does_not_work_says_why(self, office: Office, account: Account, shop: fakes.Shop) -> None:
        shop.always["check"] = Unauthorized("HTTP 401: chave inválida")

        assert "A conexão não funciona: HTTP 401: chave inválida" in act(office, account, "check")

    def test_a_pull_says_what_came(self, office: Office, account: Account, shop: fakes.Shop) -> None:
        shop.put(make_snapshot(), make_snapshot())
        shop.put_unreadable("{", code="X-1")

        page = act(office, account, "pull")

        assert "Mensagens recebidas: 3. Pedidos novos: 2, alterados: 0, sem mudança: 0, em quarentena: 1." in page
        assert Order.objects.count() == 2

    def test_a_pull_of_nothing_says_so(self, office: Office, account: Account) -> None:
        assert "O marketplace respondeu: não há nada novo." in act(office, account, "pull")

    def test_an_outage_is_not_called_an_empty_queue(self, office: Office, account: Account, shop: fakes.Shop) -> None:
        shop.always["fetch"] = Unavailable("HTTP 503: em manutenção")

        page = act(office, account, "pull")

        assert "HTTP 503: em manutenção" in page
        assert "não há nada novo" not in page

    def test_pausing_and_resuming_are_told_on_screen(self, office: Office, account: Account) -> None:
        page = act(office, account, "pause")
        assert "Pausada por uma pessoa: Por maria." in page
        assert "Buscar agora" not in page

        assert "Pausada" not in act(office, account, "resume").replace("Retomada", "")
        account.refresh_from_db()
        assert not account.is_paused

    def test_who_may_only_see_accounts_has_no_buttons(self, account: Account) -> None:
        reader = Office("marketplaces.view_account")

        assert "Testar a conexão" not in text_of(reader.get("marketplaces_account_change", account.pk))
        assert reader.post("marketplaces_account_act", account.pk, "pause").status_code == 403
        account.refresh_from_db()
        assert not account.is_paused

    def test_buttons_are_no_links(self, office: Office, account: Account) -> None:
        assert office.get("marketplaces_account_act", account.pk, "pause").status_code == 405
