"""Webhooks in the back office: their secret is shown once, and what they missed can be told again."""

import re
from typing import Any

import pytest
from pytest_django import Settings

from orders import verbs
from orders.models import OrderEvent
from tests.backoffice import Office, english_in, form_of, text_of
from tests.factories import WAREHOUSE, make_access_key, make_channel, make_order
from tests.warehouse.test_webhooks import make_webhook
from warehouse.models import Delivery, Webhook

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(settings: Settings) -> Office:
    settings.WEBHOOK_ALLOWED_HOSTS = ["localhost"]
    return Office(everything=True)


def create(office: Office, **data: Any) -> Any:
    return office.post("warehouse_webhook_add", **{"name": "wms", "url": "http://localhost:9/x", **data})


def delivery(**fields: Any) -> Delivery:
    order = make_order(channel=make_channel(name="Loja"))
    verbs.invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    webhook = Webhook.objects.first() or make_webhook("http://localhost:9/x")
    return Delivery.objects.create(webhook=webhook, event=OrderEvent.objects.latest("id"), order=order, **fields)


def test_the_secret_is_shown_once_and_stored_encrypted(office: Office) -> None:
    answer = create(office, kinds=["SHIPPED"])

    [secret] = re.findall(r"whsec_[\w+/=]{40,}", text_of(answer))
    webhook = Webhook.objects.get()
    assert (webhook.active_secrets, webhook.kinds) == ([secret], ["SHIPPED"])
    assert webhook.xid > 0  # it begins with what comes
    assert english_in(answer) == []
    assert secret not in office.get("warehouse_webhook_change", webhook.pk).content.decode()


def test_an_address_in_our_network_is_refused_with_the_remedy(office: Office) -> None:
    answer = create(office, url="https://169.254.169.254/latest/")

    assert "WEBHOOK_ALLOWED_HOSTS" in text_of(answer)
    assert Webhook.objects.count() == 0


def test_another_secret_signs_beside_the_old_until_that_is_dropped(office: Office) -> None:
    create(office)
    webhook = Webhook.objects.get()

    page = text_of(office.post("warehouse_webhook_act", webhook.pk, "rotate"))
    webhook.refresh_from_db()
    newest, _old = webhook.active_secrets
    office.post("warehouse_webhook_act", webhook.pk, "drop-old")

    assert newest in page
    assert Webhook.objects.get().active_secrets == [newest]


def test_it_is_paused_and_resumed(office: Office) -> None:
    create(office)
    webhook = Webhook.objects.get()

    office.post("warehouse_webhook_act", webhook.pk, "pause")
    assert Webhook.objects.get().paused_at
    office.post("warehouse_webhook_act", webhook.pk, "resume")
    assert Webhook.objects.get().paused_at is None


def test_what_was_given_up_is_sent_again_one_by_one_or_all_of_it(office: Office) -> None:
    create(office)
    first, second = delivery(state="FAILED", attempts=9), delivery(state="FAILED", attempts=9)

    office.post("warehouse_delivery_changelist", action="send_again", _selected_action=[first.pk])
    assert set(Delivery.objects.values_list("pk", "state")) == {(first.pk, "PENDING"), (second.pk, "FAILED")}
    office.post("warehouse_webhook_act", second.webhook_id, "repeat-failed")

    assert list(Delivery.objects.values_list("state", "attempts")) == [("PENDING", 0)] * 2


def test_everything_of_the_last_hour_is_told_again(office: Office) -> None:
    create(office)
    told = delivery(state="SENT")

    office.post("warehouse_webhook_act", told.webhook_id, "go-back", hours=1)

    assert Delivery.objects.get().state == "PENDING"
    assert office.post("warehouse_webhook_act", told.webhook_id, "go-back", hours=5).status_code == 404


def test_who_may_only_look_changes_nothing() -> None:
    webhook = make_webhook("http://localhost:9/x")
    reader = Office("warehouse.view_webhook")

    assert reader.get("warehouse_webhook_change", webhook.pk).status_code == 200
    assert reader.post("warehouse_webhook_act", webhook.pk, "pause").status_code == 403


def test_no_screen_has_an_english_word(office: Office) -> None:
    for screen in ("warehouse_webhook_changelist", "warehouse_webhook_add", "warehouse_delivery_changelist"):
        assert english_in(office.get(screen)) == []
    webhook = make_webhook("http://localhost:9/x", failures=3, name="galpão")
    row = delivery(state="FAILED", last_status=500, last_error="HTTP 500")
    for screen in ("warehouse_webhook_changelist", "warehouse_delivery_changelist"):
        assert english_in(office.get(screen)) == []
    assert english_in(office.get("warehouse_webhook_change", webhook.pk)) == []
    assert english_in(office.get("warehouse_delivery_change", row.pk)) == []


def test_of_two_people_at_a_webhook_the_second_is_told_and_what_was_sent_is_not_sent_again(office: Office) -> None:
    webhook = make_webhook("http://localhost:9/x")
    ana = Office(everything=True, name="ana")
    hers, his = (form_of(person.get("warehouse_webhook_change", webhook.pk)) for person in (ana, office))
    ana.post("warehouse_webhook_change", webhook.pk, **{**hers, "url": "http://localhost:9/y"})

    answer = office.post("warehouse_webhook_change", webhook.pk, **{**his, "url": "http://localhost:9/z"})

    webhook.refresh_from_db()
    assert "agora “http://localhost:9/y”" in text_of(answer)
    assert webhook.url == "http://localhost:9/y"
