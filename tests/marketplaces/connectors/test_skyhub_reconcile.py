"""What the queue lost is found by asking SkyHub itself: by its list, and order by order."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from marketplaces import clients
from marketplaces.inbound import pull
from marketplaces.models import Account, Difference
from marketplaces.reconcile import reconcile
from orders.models import Order
from orders.status import Status
from sandbox.client import SandboxClient
from tests.factories import make_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(skyhub_sandbox: SandboxClient) -> Iterator[Account]:
    known = skyhub_sandbox.credentials
    credentials = {
        "email": known["email"],
        "api_key": known["api_key"],
        "account_manager_key": known["accountmanager_key"],
    }
    yield make_account(base_url=skyhub_sandbox.url, credentials=credentials)
    clients.close()


def found(account: Account) -> set[tuple[str, str]]:
    return set(Difference.objects.filter(account=account).values_list("code", "kind"))


def test_an_order_that_never_came_through_the_queue_is_received(
    skyhub_sandbox: SandboxClient, account: Account
) -> None:
    code = skyhub_sandbox.create_order(status="APPROVED", enqueue=False)["code"]
    placed = timezone.now() - timedelta(hours=2)
    skyhub_sandbox.patch(code, placed_at=placed.isoformat())

    result = reconcile(account.pk)

    assert result is not None
    assert result.error == ""
    assert Order.objects.get().code == code
    assert found(account) == {(code, "MISSING")}


def test_an_open_order_whose_change_got_lost_is_healed(skyhub_sandbox: SandboxClient, account: Account) -> None:
    code = skyhub_sandbox.create_order(status="NEW")["code"]
    pull(account)
    skyhub_sandbox.pay(code)
    skyhub_sandbox.advance(1)
    Order.objects.update(changed_at=timezone.now() - timedelta(days=1))

    reconcile(account.pk)

    assert Order.objects.get().status == Status.APPROVED
    assert found(account) == {(code, "CHANGED")}
    assert 429 not in [call["status"] for call in skyhub_sandbox.ledger()]
