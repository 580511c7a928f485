"""Authorizing an account: out with a state, back with a code; and what the account's page says about its health."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from marketplaces import registry
from marketplaces.models import AccessToken, Account, Difference, Hint
from orders.models import Channel
from tests import fakes
from tests.backoffice import Office, english_in, text_of
from tests.factories import make_account, make_channel

pytestmark = pytest.mark.django_db
BACK = "/admin/marketplaces/account/authorized/"


@pytest.fixture
def office() -> Office:
    return Office(everything=True)


@pytest.fixture(autouse=True)
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[fakes.Shop]:
    monkeypatch.setitem(registry.CONNECTORS, "poller", "tests.fakes.FakePoller")
    monkeypatch.setitem(registry.CONNECTORS, "fake", "tests.fakes.FakeMarketplace")
    yield fakes.SHOPS.setdefault("https://shop.invalid", fakes.Shop())
    fakes.SHOPS.clear()


@pytest.fixture
def account() -> Account:
    channel = make_channel(name="Loja principal", code="loja")
    return make_account(
        channel=channel, connector="poller", base_url="https://shop.invalid", credentials={"key": "segredo"}
    )


def leave(office: Office, account: Account) -> dict[str, str]:
    """Press the button; the query that the marketplace gets."""
    answer = office.post("marketplaces_account_act", account.pk, "authorize", follow=False)
    assert answer.status_code == 302
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


def come_back(office: Office, **query: str) -> str:
    return text_of(office.client.get(BACK, query, follow=True))


def page(office: Office, account: Account) -> Any:
    return office.get("marketplaces_account_change", account.pk)


def test_who_allows_it_at_the_marketplace_comes_back_to_a_connected_account(office: Office, account: Account) -> None:
    assert "A conta ainda não está autorizada" in text_of(page(office, account))
    asked = leave(office, account)
    assert asked["return"] == f"http://testserver{BACK}"

    told = come_back(office, code="right", shop_id="BR-727720655", state=asked["state"])

    assert "O marketplace autorizou a conta." in told
    assert "BR-727720655" in told
    account.refresh_from_db()
    assert account.shop_id == "BR-727720655"
    assert account.access_token.secrets == {"access": "access-1", "refresh": "refresh-1"}


def test_no_token_can_be_read_on_the_page(office: Office, account: Account) -> None:
    come_back(office, code="right", shop_id="1", state=leave(office, account)["state"])

    whole = page(office, account).content.decode()

    assert "access-1" not in whole
    assert "refresh-1" not in whole


def test_authorizing_again_replaces_the_pair_and_resumes_the_account(office: Office, account: Account) -> None:
    come_back(office, code="right", shop_id="1", state=leave(office, account)["state"])
    account.pause(Account.Pause.UNAUTHORIZED, detail="Invalid refresh_token.")
    assert "Autorize a conta de novo" in text_of(page(office, account))

    come_back(office, code="right", shop_id="1", state=leave(office, account)["state"])

    account.refresh_from_db()
    assert not account.is_paused
    assert AccessToken.objects.get().secrets["access"] == "access-2"


def test_a_persons_own_pause_is_not_lifted(office: Office, account: Account) -> None:
    account.pause(Account.Pause.MANUAL)

    come_back(office, code="right", shop_id="1", state=leave(office, account)["state"])

    account.refresh_from_db()
    assert account.is_paused


@pytest.mark.parametrize("state", ["", "made-up", "eyJhY2NvdW50IjoxfQ:1:forged"])
def test_a_state_that_is_not_ours_gets_nothing(office: Office, account: Account, state: str) -> None:
    leave(office, account)

    assert "não começou aqui" in come_back(office, code="right", shop_id="1", state=state)
    assert not AccessToken.objects.exists()


def test_an_authorization_begun_at_the_marketplace_is_taken_when_a_person_says_whose_it_is(
    office: Office, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fakes.FakePoller, "begins_elsewhere", True)
    make_account(connector="fake", base_url="https://shop.invalid", channel=make_channel(name="De outro marketplace"))

    asked = office.client.get(BACK, {"code": "right", "shop_id": "1"})
    assert "Para qual conta é esta autorização?" in text_of(asked)
    assert "Loja principal" in text_of(asked)
    assert "De outro marketplace" not in text_of(asked)
    assert not english_in(asked)
    assert not AccessToken.objects.exists()

    answer = asked.context["form"]["answer"].value()
    told = text_of(office.client.post(BACK, {"account": account.pk, "answer": answer}, follow=True))
    assert "O marketplace autorizou a conta." in told
    assert AccessToken.objects.get().account == account


def test_what_was_not_brought_by_the_browser_authorizes_nothing(
    office: Office, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fakes.FakePoller, "begins_elsewhere", True)
    told = text_of(office.client.post(BACK, {"account": account.pk, "answer": "made-up"}, follow=True))
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(office.user)

    assert "não começou aqui" in told
    assert strict.post(BACK, {"account": account.pk, "answer": "x"}).status_code == 403
    assert not AccessToken.objects.exists()


def test_who_may_only_look_is_not_asked_whose_an_authorization_is(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fakes.FakePoller, "begins_elsewhere", True)

    assert Office("marketplaces.view_account").client.get(BACK, {"code": "right"}).status_code == 403


def test_a_state_is_good_once_and_in_the_browser_that_left(office: Office, account: Account) -> None:
    state = leave(office, account)["state"]
    come_back(office, code="right", shop_id="1", state=state)

    assert "não começou aqui" in come_back(office, code="right", shop_id="1", state=state)


def test_a_state_ends(office: Office, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    state = leave(office, account)["state"]
    monkeypatch.setattr("marketplaces.admin.authorization.LIFETIME", -1)

    assert "não começou aqui" in come_back(office, code="right", shop_id="1", state=state)


def test_a_code_that_the_marketplace_refuses_says_why(office: Office, account: Account) -> None:
    told = come_back(office, code="spent", shop_id="1", state=leave(office, account)["state"])

    assert "A autorização falhou: The code is not valid any more." in told
    assert not AccessToken.objects.exists()


def test_another_shop_than_before_is_refused(office: Office, account: Account) -> None:
    Account.objects.update(shop_id="1")

    told = come_back(office, code="right", shop_id="2", state=leave(office, account)["state"])

    assert "Você autorizou a loja 2, e esta conta é a loja 1." in told
    assert not AccessToken.objects.exists()


def test_one_shop_is_not_connected_twice(office: Office, account: Account) -> None:
    make_account(connector="poller", shop_id="2", channel=make_channel(name="Outra"))

    told = come_back(office, code="right", shop_id="2", state=leave(office, account)["state"])

    assert "A loja 2 já está conectada, como “Outra”." in told


def test_who_may_only_look_cannot_authorize(account: Account) -> None:
    reader = Office("marketplaces.view_account")

    assert reader.post("marketplaces_account_act", account.pk, "authorize").status_code == 403
    assert reader.client.get(BACK, {"state": "x"}).status_code == 302


def test_an_account_that_needs_no_authorization_offers_none(office: Office) -> None:
    plain = make_account(connector="fake", base_url="https://shop.invalid")

    assert "Autorização" not in text_of(page(office, plain))
    assert office.post("marketplaces_account_act", plain.pk, "authorize").status_code == 404


def test_an_authorization_that_ends_soon_is_told_on_its_page_and_on_the_first_one(
    office: Office, account: Account
) -> None:
    come_back(office, code="right", shop_id="1", state=leave(office, account)["state"])
    assert "Autorizações que vencem" not in text_of(office.get("index"))

    AccessToken.objects.update(authorized_until=timezone.now() + timedelta(days=5))

    assert "A autorização vence em" in text_of(page(office, account))
    assert "Autorizações que vencem em breve" in text_of(office.get("index"))


def test_the_addresses_to_enter_at_the_marketplace_are_shown(
    office: Office, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "PUBLIC_URL", "https://hub.example.com")
    Hint.objects.create(account=account, key="1", codes=["A"], raw="")

    told = text_of(page(office, account))

    assert "https://hub.example.com/webhooks/loja" in told
    assert f"https://hub.example.com{BACK}" in told


def test_an_account_that_catches_up_shows_how_far_it_got(office: Office, account: Account) -> None:
    Account.objects.update(reached_at=timezone.now() - timedelta(days=3, hours=1))
    assert "3 dias de atraso, recuperando" in text_of(page(office, account))

    Account.objects.update(reached_at=timezone.now() - timedelta(minutes=2))
    assert "recuperando" not in text_of(page(office, account))


def test_what_comparing_found_is_listed(office: Office, account: Account) -> None:
    Difference.objects.create(account=account, code="220810QSK8S7BX", kind=Difference.Kind.GONE, detail="")

    told = text_of(page(office, account))

    assert "220810QSK8S7BX" in told
    assert "O marketplace não conhece o pedido" in told


def test_an_account_that_was_not_heard_from_raises_an_alarm(office: Office, account: Account) -> None:
    Account.objects.update(last_pull_at=timezone.now())
    assert "Sem contato" not in text_of(office.get("marketplaces_account_changelist"))

    Account.objects.update(last_pull_at=timezone.now() - timedelta(minutes=20))
    assert "Sem contato" in text_of(office.get("marketplaces_account_changelist"))

    account.pause(Account.Pause.MANUAL)
    assert "Sem contato" not in text_of(office.get("marketplaces_account_changelist"))


def test_a_new_account_says_what_comes_next_and_its_second_key_may_stay_empty(office: Office) -> None:
    data = {"name": "Nova", "production": "on", "limits": "{}", "base_url": "https://shop.invalid"}
    secrets = {"credential_key": "k", "credential_webhook_key": "w"}

    answer = office.client.post("/admin/marketplaces/account/add/?connector=poller", data | secrets, follow=True)

    assert "Agora autorize-a no marketplace." in text_of(answer)
    assert Channel.objects.get().account.credentials == {"key": "k", "webhook_key": "w"}
    assert english_in(answer) == ["account"]  # in the address to enter
