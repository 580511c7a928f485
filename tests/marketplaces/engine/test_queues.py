"""Queues: pull and push, or those of a marketplace that was given workers of its own."""

from collections.abc import Iterator

import pytest
import redis
from django.conf import settings as django_settings
from pytest_django.fixtures import Settings

from marketplaces import checks, queues, tasks
from marketplaces.models import Account
from tests.factories import make_account

pytestmark = pytest.mark.django_db

NAMES = ("pull", "push", "control", "pull.shopee", "push.shopee", "pull.skyhub")


@pytest.fixture(autouse=True)
def broker() -> Iterator[redis.Redis]:
    """The real one, with empty queues."""
    queues._connector_where.cache_clear()
    with redis.Redis.from_url(django_settings.REDIS_URL) as client:
        client.delete(*NAMES)
        yield client
        client.delete(*NAMES)


def send_all(account: Account) -> None:
    tasks.pull_account.apply_async(kwargs={"account_id": account.pk})
    tasks.tell_stock.apply_async(kwargs={"account_id": account.pk})
    tasks.push_channel.apply_async(kwargs={"channel_id": account.channel_id})
    tasks.canary.apply_async()


def filled(broker: redis.Redis) -> dict[str, int]:
    return {name: length for name in NAMES if (length := broker.llen(name))}


def test_all_marketplaces_share_two_queues(broker: redis.Redis) -> None:
    send_all(make_account(connector="shopee"))

    assert filled(broker) == {"pull": 1, "push": 2, "control": 1}


def test_a_marketplace_with_workers_of_its_own_has_queues_of_its_own(broker: redis.Redis, settings: Settings) -> None:
    settings.MARKETPLACE_QUEUES = frozenset({"shopee"})

    send_all(make_account(connector="shopee"))

    assert filled(broker) == {"pull.shopee": 1, "push.shopee": 2, "control": 1}


def test_the_others_go_on_to_share(broker: redis.Redis, settings: Settings) -> None:
    settings.MARKETPLACE_QUEUES = frozenset({"shopee"})

    send_all(make_account(connector="skyhub"))

    assert filled(broker) == {"pull": 1, "push": 2, "control": 1}


def test_what_concerns_no_marketplace_is_shared(settings: Settings) -> None:
    settings.MARKETPLACE_QUEUES = frozenset({"shopee"})

    assert queues.route("warehouse.tasks.deliver_webhook", (), {"webhook_id": 1}, {}) == {"queue": "push"}
    assert queues.route("marketplaces.tasks.push_channel", (), {"channel_id": 0}, {}) == {"queue": "push"}


def test_which_marketplace_is_asked_of_the_database_once(settings: Settings, django_assert_num_queries: object) -> None:
    settings.MARKETPLACE_QUEUES = frozenset({"shopee"})
    account = make_account(connector="shopee")

    with django_assert_num_queries(1):  # type: ignore[operator]
        for _ in range(3):
            queues.route("marketplaces.tasks.pull_account", (), {"account_id": account.pk}, {})


def test_a_misspelled_marketplace_is_told_at_start(settings: Settings) -> None:
    settings.MARKETPLACE_QUEUES = frozenset({"shoppee", "skyhub"})

    (error,) = checks.queues_belong_to_marketplaces()

    assert "shoppee" in error.msg
    assert "skyhub" not in error.msg
    assert "shopee" in str(error.hint)
