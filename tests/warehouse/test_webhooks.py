"""Webhooks to the warehouse: every change is told, signed, at least once, and nobody inside our network is reached."""

import base64
import hashlib
import hmac
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from marketplaces import backoff
from marketplaces.lease import turn
from marketplaces.management.commands.pump import Pump
from orders import verbs
from orders.api.feed import Horizon
from orders.models import Order, OrderEvent
from tests.factories import WAREHOUSE, make_access_key, make_channel, make_order
from tests.orders.warehouse import validator
from tests.warehouse.receiver import Receiver, listening
from warehouse import delivering, guard, tasks
from warehouse.following import AGAIN, go_back
from warehouse.models import Delivery, Webhook

# The feed, which webhooks follow, shows what is committed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOWED_HOSTS = ["localhost"]
    with listening() as receiver:
        yield receiver


def make_webhook(url: str, **fields: Any) -> Webhook:
    webhook = Webhook(**{"name": "wms", "url": url, "xid": Horizon.now().oldest_running, **fields})
    webhook.add_secret()
    webhook.save()
    return webhook


def invoiced(**fields: Any) -> Order:
    order = make_order(**fields)
    verbs.invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    return order


def waited_enough() -> None:
    """Time passes."""
    Delivery.objects.update(due_at=timezone.now())
    Webhook.objects.update(rest_until=None)


def states() -> list[str]:
    return list(Delivery.objects.order_by("id").values_list("state", flat=True))


def is_signed_with(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As the specification has receivers check it."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return expected in headers["webhook-signature"].split()


def test_a_change_is_told_as_the_feed_tells_it_signed(receiver: Receiver) -> None:
    webhook = make_webhook(receiver.url)
    order = invoiced()

    assert delivering.due() == [webhook.pk]
    assert delivering.deliver(webhook.pk) == 1

    [(headers, body)] = receiver.heard
    [message] = receiver.messages
    assert (message["type"], message["data"]["order"]["code"]) == ("order.invoiced", order.code)
    assert message["data"]["position"] in headers["webhook-id"]
    assert not list(validator("#/components/schemas/Change").iter_errors(message["data"]))
    assert is_signed_with(webhook.active_secrets[0], headers, body)
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    assert (receiver.paths, headers["host"]) == (["/hooks?shop=1"], receiver.url.split("/")[2])
    assert (states(), delivering.due()) == (["SENT"], [])


def test_changes_of_before_the_webhook_are_not_told(receiver: Receiver) -> None:
    invoiced()
    webhook = make_webhook(receiver.url)

    assert delivering.deliver(webhook.pk) == 0
    assert Delivery.objects.count() == 0


def test_the_changes_of_an_order_come_in_their_order(receiver: Receiver) -> None:
    webhook = make_webhook(receiver.url)
    for _ in range(3):
        order = invoiced()
        verbs.ship(order, tracking_code="BR1", by=WAREHOUSE)
        verbs.deliver(order, by=WAREHOUSE)

    assert delivering.deliver(webhook.pk) == 9

    told: dict[int, list[str]] = {}
    for message in receiver.messages:
        told.setdefault(message["data"]["order"]["id"], []).append(message["type"])
    assert list(told.values()) == [["order.invoiced", "order.shipped", "order.delivered"]] * 3


def test_only_the_channels_and_kinds_that_were_chosen_are_told(receiver: Receiver) -> None:
    mine, other = make_channel(), make_channel()
    webhook = make_webhook(receiver.url, kinds=[OrderEvent.Kind.SHIPPED])
    webhook.channels.add(mine)
    for channel in (mine, other):
        verbs.ship(invoiced(channel=channel), tracking_code="BR1", by=WAREHOUSE)

    delivering.deliver(webhook.pk)

    assert [(m["type"], m["data"]["order"]["channel"]) for m in receiver.messages] == [("order.shipped", mine.code)]
    assert delivering.due() == []  # what was not chosen lies behind, too


def test_both_secrets_sign_until_the_old_one_is_dropped(receiver: Receiver) -> None:
    webhook = make_webhook(receiver.url)
    [old] = webhook.active_secrets
    new = webhook.add_secret()
    webhook.save()
    invoiced()
    delivering.deliver(webhook.pk)
    webhook.drop_old_secrets()
    webhook.save()
    invoiced()
    delivering.deliver(webhook.pk)

    (both, first), (one, second) = receiver.heard
    assert [is_signed_with(secret, both, first) for secret in (old, new)] == [True, True]
    assert [is_signed_with(secret, one, second) for secret in (old, new)] == [False, True]


def test_what_was_refused_is_told_again_with_the_same_id(receiver: Receiver) -> None:
    receiver.answers = [(500, {}), (503, {"Retry-After": "120"}), (204, {})]
    webhook = make_webhook(receiver.url)
    invoiced()

    assert delivering.deliver(webhook.pk) == 0
    waited_enough()
    assert delivering.deliver(webhook.pk) == 0
    postponed = Delivery.objects.get()
    waited_enough()
    assert delivering.deliver(webhook.pk) == 1

    assert postponed.due_at - timezone.now() > timedelta(seconds=90)
    assert (postponed.attempts, postponed.last_status) == (2, 503)
    assert len({headers["webhook-id"] for headers, _body in receiver.heard}) == 1
    assert len(receiver.heard) == 3


def test_an_address_that_fails_is_left_alone_and_then_probed_by_one_message(receiver: Receiver) -> None:
    receiver.answers = [(500, {})]
    webhook = make_webhook(receiver.url)
    for _ in range(20):
        invoiced()

    delivering.deliver(webhook.pk)
    first = len(receiver.heard)
    delivering.deliver(webhook.pk)
    waited_enough()
    delivering.deliver(webhook.pk)

    assert (first, len(receiver.heard)) == (delivering.TOGETHER, delivering.TOGETHER + 1)


def test_after_days_of_failures_it_is_given_up_and_can_be_sent_again(receiver: Receiver) -> None:
    receiver.answers = [(500, {})]
    webhook = make_webhook(receiver.url)
    invoiced()
    delivering.deliver(webhook.pk)
    Delivery.objects.update(trying_since=timezone.now() - timedelta(seconds=backoff.GIVE_UP_AFTER + 1))
    waited_enough()
    delivering.deliver(webhook.pk)
    assert states() == ["FAILED"]

    receiver.answers = [(204, {})]
    Delivery.objects.update(**AGAIN)
    waited_enough()

    assert (delivering.deliver(webhook.pk), states()) == (1, ["SENT"])


def test_everything_since_a_moment_is_told_again(receiver: Receiver) -> None:
    webhook = make_webhook(receiver.url)
    invoiced()
    delivering.deliver(webhook.pk)
    moment = timezone.now()
    again = invoiced()
    delivering.deliver(webhook.pk)
    Delivery.objects.all().delete()  # some were forgotten long ago

    go_back(webhook, to=moment)

    assert delivering.deliver(webhook.pk) == 1
    assert receiver.messages[-1]["data"]["order"]["code"] == again.code


def test_who_answers_410_wants_no_more(receiver: Receiver) -> None:
    receiver.answers = [(410, {})]
    webhook = make_webhook(receiver.url)
    invoiced()

    delivering.deliver(webhook.pk)

    webhook.refresh_from_db()
    assert webhook.pause_reason == Webhook.Pause.GONE
    assert delivering.due() == []
    receiver.answers = [(204, {})]
    webhook.resume()
    waited_enough()
    assert delivering.deliver(webhook.pk) == 1


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.answers = [(302, {"Location": "http://localhost:1/metadata"}), (204, {})]
    webhook = make_webhook(receiver.url)
    invoiced()

    assert delivering.deliver(webhook.pk) == 0
    assert "/metadata" in Delivery.objects.get().last_error
    assert len(receiver.heard) == 1


def test_a_paused_webhook_is_told_nothing_and_misses_nothing(receiver: Receiver) -> None:
    webhook = make_webhook(receiver.url)
    webhook.pause(Webhook.Pause.BY_HAND)
    invoiced()
    assert (delivering.due(), delivering.deliver(webhook.pk)) == ([], 0)

    webhook.resume()

    assert delivering.deliver(webhook.pk) == 1


def test_a_worker_that_died_is_followed_by_another_after_its_lease(receiver: Receiver) -> None:
    webhook = make_webhook(receiver.url)
    invoiced()
    with turn(f"webhook {webhook.pk}"):
        assert delivering.deliver(webhook.pk) == 0  # one at a time
    delivering.follow(webhook.pk)
    claimed = delivering._claim(webhook)
    assert delivering.deliver(webhook.pk) == 0  # leased by the dead

    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    assert delivering.deliver(webhook.pk) == 1
    delivering._finish(claimed, [delivering.Answer(error="late")])  # the dead one wakes up
    assert states() == ["SENT"]


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.8/", "https://192.168.1.1/", "https://172.16.5.5/",
        "https://169.254.169.254/latest/meta-data/", "https://[fe80::1]/", "https://[fd00::1]/", "https://0.0.0.0/",
        "https://[::ffff:127.0.0.1]/", "https://100.64.0.1/", "https://224.0.0.1/", "https://[64:ff9b::a00:1]/",
        "https://2130706433/", "https://localhost/", "https://nobody.invalid/", "http://example.com/",
        "https://user:secret@example.com/", "ftp://example.com/", "https:///x",
    ],
)  # fmt: skip
def test_nobody_inside_our_network_is_reached(url: str) -> None:
    with pytest.raises(guard.Refused):
        guard.resolve(url)


def test_a_public_address_may_be_reached_and_is_pinned() -> None:
    assert guard.resolve("https://93.184.215.14:8443/hook") == guard.Target("93.184.215.14", 8443, "93.184.215.14")


def test_a_name_that_resolves_into_our_network_is_refused_at_the_moment_of_sending(
    receiver: Receiver, settings: Settings
) -> None:
    settings.WEBHOOK_ALLOWED_HOSTS = []
    webhook = make_webhook(receiver.url.replace("http:", "https:"))
    invoiced()

    delivering.deliver(webhook.pk)

    assert receiver.heard == []
    assert "WEBHOOK_ALLOWED_HOSTS" in Delivery.objects.get().last_error


def test_what_ended_long_ago_is_forgotten(receiver: Receiver) -> None:
    webhook = make_webhook(receiver.url)
    invoiced()
    delivering.deliver(webhook.pk)
    tasks.forget_old()
    assert Delivery.objects.count() == 1

    Delivery.objects.update(finished_at=timezone.now() - delivering.KEPT_FOR - timedelta(minutes=1))
    tasks.forget_old()

    assert Delivery.objects.count() == 0


def test_the_pump_tells_webhooks_without_a_broker(receiver: Receiver) -> None:
    make_webhook(receiver.url)
    invoiced()
    pump = Pump()

    pump._do_others()
    pump._pool.shutdown(wait=True)

    assert [message["type"] for message in receiver.messages] == ["order.invoiced"]
