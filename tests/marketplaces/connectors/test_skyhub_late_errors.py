"""What SkyHub accepted and failed with later is shown at the order, and ends when somebody has dealt with it."""

from collections.abc import Iterator

import pytest

from marketplaces import clients, late_errors
from marketplaces.inbound import pull
from marketplaces.models import Account
from orders.models import Actor, Attention, Order
from orders.verbs import resolve
from sandbox.client import SandboxClient
from tests.factories import make_account

pytestmark = pytest.mark.django_db
MESSAGE = "Transportadora não cadastrada no marketplace"


@pytest.fixture
def account(store: SandboxClient) -> Iterator[Account]:
    known = store.credentials
    credentials = {
        "email": known["email"],
        "api_key": known["api_key"],
        "account_manager_key": known["accountmanager_key"],
    }
    yield make_account(base_url=store.url, credentials=credentials)
    clients.close()


@pytest.fixture
def order(store: SandboxClient, account: Account) -> Order:
    code = store.create_order(status="APPROVED")["code"]
    pull(account)
    store.act(code, "sync_error", message=MESSAGE)
    return Order.objects.get(code=code)


def raised(order: Order) -> list[tuple[str, str, bool]]:
    rows = Attention.objects.filter(order=order).order_by("id")
    return [(row.reason, row.detail, row.cleared_at is None) for row in rows]


def test_the_marketplaces_sentence_stands_at_the_order(account: Account, order: Order) -> None:
    assert late_errors.accounts() == [account.pk]

    assert late_errors.look(account) == 1
    late_errors.look(account)

    assert raised(order) == [("LATE_ERROR", MESSAGE, True)]


def test_it_clears_when_it_is_dismissed_at_skyhub(store: SandboxClient, account: Account, order: Order) -> None:
    late_errors.look(account)
    store.reset()  # it has forgotten the order and its errors

    late_errors.look(account)

    assert raised(order) == [("LATE_ERROR", MESSAGE, False)]


def test_what_a_person_resolves_here_is_dismissed_there(store: SandboxClient, account: Account, order: Order) -> None:
    late_errors.look(account)
    resolve(order.attentions.get(), by=Actor.user("maria"))

    late_errors.look(account)

    assert len(store.ledger(method="PATCH", path="^/sync_errors/orders$")) == 1
    assert late_errors.look(account) == 0
    assert raised(order) == [("LATE_ERROR", MESSAGE, False)]


def test_another_error_of_the_same_order_is_raised_anew(store: SandboxClient, account: Account, order: Order) -> None:
    late_errors.look(account)
    resolve(order.attentions.get(), by=Actor.user("maria"))
    store.act(order.code, "sync_error", message="Chave de acesso recusada")

    late_errors.look(account)

    assert raised(order)[-1] == ("LATE_ERROR", f"{MESSAGE} Chave de acesso recusada", True)


def test_an_order_that_we_do_not_have_is_nobodys_error_here(store: SandboxClient, account: Account) -> None:
    code = store.create_order(status="APPROVED", enqueue=False)["code"]
    store.act(code, "sync_error", message=MESSAGE)

    assert late_errors.look(account) == 1
    assert not Attention.objects.exists()


def test_an_outage_clears_nothing(store: SandboxClient, account: Account, order: Order) -> None:
    late_errors.look(account)
    number = store.fault("status", status=503, path="^/sync_errors")

    late_errors.look(account)

    store.remove_fault(number)
    assert raised(order) == [("LATE_ERROR", MESSAGE, True)]
