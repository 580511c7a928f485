"""The whole engine with the SkyHub connector, over real HTTP; the verdict is what the marketplace saw."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from marketplaces import clients, http
from marketplaces.connection import check
from marketplaces.inbound import pull
from marketplaces.models import Account, InboundMessage
from marketplaces.outbound import push_channel
from orders.models import ChannelUpdate, Order
from orders.verbs import deliver, invoice, ship
from sandbox.client import SandboxClient
from tests.factories import WAREHOUSE, make_access_key, make_account
from tests.sandbox_server import sandbox_client, skyhub_sandbox

__all__ = ["sandbox_client", "skyhub_sandbox"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(skyhub_sandbox: SandboxClient) -> Iterator[Account]:
    names = {"email": "email", "api_key": "api_key", "account_manager_key": "accountmanager_key"}
    credentials = {ours: skyhub_sandbox.credentials[theirs] for ours, theirs in names.items()}
    yield make_account(base_url=skyhub_sandbox.url, credentials=credentials)
    clients.close()


def calls(sandbox: SandboxClient, method: str, path: str) -> list[int | None]:
    """The answers' statuses, in the order of the calls."""
    return [entry["status"] for entry in sandbox.ledger(method=method, path=path)]


def test_a_queue_drains_at_skyhubs_limit_and_is_hardly_ever_told_to_slow_down(
    account: Account, skyhub_sandbox: SandboxClient
) -> None:
    skyhub_sandbox.create_orders(30, status="APPROVED")

    created = acknowledged = 0
    while skyhub_sandbox.queue():  # being told to slow down ends a pull; the next one goes on
        pulled = pull(account)
        created, acknowledged = created + pulled.created, acknowledged + pulled.acknowledged

    assert (created, acknowledged) == (30, 30)
    answers = calls(skyhub_sandbox, "GET", "^/queues/orders$") + calls(skyhub_sandbox, "DELETE", "^/queues/orders/")
    # The turns leave 2 % of a second for the way; on a busy machine a call may need more, and meet the next window's.
    assert answers.count(429) <= len(answers) / 10


def test_an_order_goes_the_whole_way_and_each_effect_happens_once(
    account: Account, skyhub_sandbox: SandboxClient
) -> None:
    code = skyhub_sandbox.create_order(status="APPROVED")["code"]
    pull(account)
    order = Order.objects.get(code=code)

    invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    ship(order, tracking_code="BR123456789BR", carrier="Correios", method="SEDEX", by=WAREHOUSE)
    deliver(order, by=WAREHOUSE)
    push_channel(account.channel)

    assert {"invoiced": 1, "shipped": 1, "delivered": 1}.items() <= skyhub_sandbox.effects(code).items()
    assert skyhub_sandbox.order(code)["status"]["type"] == "DELIVERED"
    assert not ChannelUpdate.objects.exclude(state="SENT").exists()


@pytest.mark.parametrize("action", ["apply-then-timeout", "apply-then-500", "truncated"])
def test_a_write_that_was_applied_but_not_answered_is_not_repeated(
    account: Account, skyhub_sandbox: SandboxClient, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = skyhub_sandbox.create_order(status="APPROVED")["code"]
    pull(account)
    invoice(Order.objects.get(code=code), access_key=make_access_key(), by=WAREHOUSE)
    monkeypatch.setattr(http, "DEADLINE", 1.0)
    skyhub_sandbox.fault(action, path="/invoice$", count=1)
    push_channel(account.channel)
    ChannelUpdate.objects.update(due_at=timezone.now())

    push_channel(account.channel)

    assert skyhub_sandbox.effects(code)["invoiced"] == 1
    assert len(calls(skyhub_sandbox, "POST", "/invoice$")) == 1
    assert ChannelUpdate.objects.get().state == "SENT"


def test_what_nobody_can_read_is_quarantined_and_acknowledged(account: Account, skyhub_sandbox: SandboxClient) -> None:
    skyhub_sandbox.create_order(code="Submarino-1", raw='{"code": "Submarino-1", "items": "what"}')
    good = skyhub_sandbox.create_order(status="APPROVED")["code"]

    pulled = pull(account)

    assert (pulled.created, pulled.quarantined) == (1, 1)
    assert skyhub_sandbox.queue() == []
    assert InboundMessage.objects.get(state="QUARANTINED").external_id == "Submarino-1"
    assert Order.objects.get().code == good


def test_wrong_credentials_pause_the_account_and_the_check_says_so(
    account: Account, skyhub_sandbox: SandboxClient
) -> None:
    assert check(account) == ""
    account.credentials = {**account.credentials, "api_key": "wrong"}
    account.save()

    assert "401" in check(account)
    pull(account)

    account.refresh_from_db()
    assert account.pause_reason == "UNAUTHORIZED"


@pytest.mark.parametrize("fault", [{"action": "status", "status": 503}, {"action": "drop"}, {"action": "garbage"}])
def test_an_outage_is_not_an_empty_queue(
    account: Account, skyhub_sandbox: SandboxClient, fault: dict[str, object]
) -> None:
    skyhub_sandbox.create_order(status="APPROVED")
    skyhub_sandbox.fault(**fault, method="GET", path="^/queues/orders$")  # type: ignore[arg-type]

    pulled = pull(account)

    account.refresh_from_db()
    assert pulled.fetched == 0
    assert account.last_error == pulled.error != ""
    assert account.last_pull_at is None
