"""After a restore: what the database forgot is neither told twice nor missed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone
from rest_framework.test import APIClient

from marketplaces.models import Account
from marketplaces.outbound import push_channel
from marketplaces.reconcile import reconcile
from marketplaces.restored import after_restore
from orders.models import ChannelUpdate, FeedOrigin, Order, OrderEvent
from orders.status import Status
from orders.verbs import deliver, invoice, ship
from tests.factories import WAREHOUSE, make_access_key, make_api_key, make_order, make_snapshot
from tests.fakes import Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order(account: Account) -> Order:
    return make_order(channel=account.channel)


def test_what_was_told_before_the_loss_is_not_told_again(account: Account, shop: Shop, order: Order) -> None:
    invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    push_channel(account.channel)
    ChannelUpdate.objects.update(state="PENDING", attempts=0, finished_at=None)  # as the backup has it

    assert after_restore().updates == 1
    push_channel(account.channel)

    assert len(shop.told) == 1
    assert ChannelUpdate.objects.get().state == "SENT"


def test_a_fact_that_is_recorded_anew_is_read_back_first(account: Account, shop: Shop, order: Order) -> None:
    after_restore()

    invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    push_channel(account.channel)

    assert shop.calls.index("is_applied") < shop.calls.index("push")


def test_orders_that_came_after_the_restore_are_told_without_looking(account: Account, shop: Shop) -> None:
    after_restore()
    order = make_order(channel=account.channel)

    invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    push_channel(account.channel)

    assert "is_applied" not in shop.calls
    assert len(shop.told) == 1


def test_open_orders_are_compared_at_once_however_fresh(account: Account, shop: Shop) -> None:
    order = make_order(channel=account.channel)
    shop.knows(make_snapshot(code=order.code, status=Status.CANCELED, updated_at=timezone.now()))
    Account.objects.update(reconcile_after=Now() + timedelta(hours=1))

    after_restore()
    done = reconcile(account.pk)

    assert done is not None
    assert Order.objects.get().status == Status.CANCELED


def test_readers_who_were_further_than_the_backup_miss_nothing(account: Account, client: APIClient) -> None:
    headers = {"Authorization": f"Bearer {make_api_key()}"}
    order = make_order(channel=account.channel)
    invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    ahead = page(client, headers, after="0-0")["next"]
    OrderEvent.objects.all().delete()  # the backup is older than that

    after_restore()
    ship(Order.objects.get(), tracking_code="BR1", by=WAREHOUSE)

    assert [change["kind"] for change in page(client, headers, after=ahead)["changes"]] == ["SHIPPED"]


def test_a_second_restore_leaps_again(account: Account, order: Order) -> None:
    first = after_restore().position
    invoice(order, access_key=make_access_key(), by=WAREHOUSE)

    assert after_restore().position >= first + FeedOrigin.LEAP
    ship(order, tracking_code="BR1", by=WAREHOUSE)
    deliver(order, by=WAREHOUSE)
    assert OrderEvent.objects.order_by("id").values_list("xid", flat=True)[0] > first


def page(client: APIClient, headers: dict[str, str], **query: str) -> dict[str, Any]:
    return dict(client.get("/api/v1/changes", query, headers=headers).json())


@pytest.fixture(autouse=True)
def shift_of_other_tests() -> Any:
    """The default of a column outlives the rows."""
    yield
    set_back()


def set_back() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE orders_orderevent ALTER COLUMN xid SET DEFAULT pg_current_xact_id()::text::bigint")
