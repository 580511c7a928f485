"""What is old enough goes, by itself; what a person or the law still needs stays."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from marketplaces.models import InboundMessage
from marketplaces.retention import WINDOW, forget
from orders.models import ChannelUpdate, ChannelUpdateAttempt, Invoice, Note, Order
from orders.retention import FISCAL
from orders.status import Status
from orders.verbs import invoice
from tests.factories import WAREHOUSE, make_access_key, make_account, make_nfe_xml, make_order

pytestmark = pytest.mark.django_db

CPF = "52998224725"


@pytest.fixture
def order() -> Order:
    return make_order(channel=make_account().channel, status=Status.DELIVERED)


def message_of(order: Order, **fields: object) -> InboundMessage:
    return InboundMessage.objects.create(
        **{
            "id": f"message-{order.pk}",
            "account": order.channel.account,  # type: ignore[attr-defined]
            "external_id": order.code,
            "raw": '{"name": "Comprador de Teste"}',
            "state": "APPLIED",
            **fields,
        }
    )


def received(order: Order, ago: timedelta) -> None:
    Order.objects.filter(pk=order.pk).update(created_at=Now() - ago)


def test_after_five_years_the_buyer_is_gone_and_the_order_stays(order: Order, settings: Settings) -> None:
    received(order, timedelta(days=settings.PERSONAL_DATA_KEPT_DAYS + 1))
    message_of(order)
    Note.objects.create(order=order, text="Ligar para Comprador de Teste", by_name="ana")

    assert forget()["buyers"] == 1

    kept = Order.objects.get()
    assert (kept.buyer_name, kept.buyer_document, kept.total) == ("", "", order.total)
    assert not InboundMessage.objects.exists()
    assert not Note.objects.exists()
    assert forget()["buyers"] == 0


def test_one_day_before_nothing_goes(order: Order, settings: Settings) -> None:
    received(order, timedelta(days=settings.PERSONAL_DATA_KEPT_DAYS - 1))

    assert not any(forget().values())
    assert Order.objects.get().buyer_document == CPF


def test_what_should_have_gone_long_ago_goes_on_demand(order: Order, settings: Settings) -> None:
    received(order, timedelta(days=settings.PERSONAL_DATA_KEPT_DAYS) + WINDOW * 2)

    assert forget()["buyers"] == 0
    assert forget(everything=True)["buyers"] == 1


def test_messages_go_before_the_order_but_not_those_in_quarantine(order: Order, settings: Settings) -> None:
    old = Now() - timedelta(days=settings.MESSAGES_KEPT_DAYS + 1)
    message_of(order, received_at=old)
    message_of(order, id="unreadable", state="QUARANTINED", received_at=old)

    assert forget()["messages"] == 1
    assert InboundMessage.objects.get().pk == "unreadable"
    assert Order.objects.get().buyer_document == CPF


def test_attempts_go_unless_somebody_still_has_to_look(order: Order, settings: Settings) -> None:
    order.status = Status.APPROVED
    order.save()
    invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    update = ChannelUpdate.objects.get()
    ChannelUpdateAttempt.objects.create(
        update=update, outcome="REJECTED", at=Now() - timedelta(days=settings.ATTEMPTS_KEPT_DAYS + 1)
    )

    assert forget()["attempts"] == 0
    ChannelUpdate.objects.update(state="SENT")
    assert forget()["attempts"] == 1


def test_the_file_of_an_invoice_is_kept_for_132_months(order: Order) -> None:
    order.status = Status.APPROVED
    order.save()
    invoice(order, xml=make_nfe_xml(make_access_key()), by=WAREHOUSE)
    Invoice.objects.update(issued_at=Now() - FISCAL + timedelta(days=1))
    assert forget()["invoice files"] == 0
    assert Invoice.objects.get().xml

    Invoice.objects.update(issued_at=Now() - FISCAL - timedelta(days=1))
    assert forget()["invoice files"] == 1
    assert (Invoice.objects.get().xml, len(Invoice.objects.get().access_key)) == ("", 44)


def test_zero_days_means_for_ever(order: Order, settings: Settings) -> None:
    settings.PERSONAL_DATA_KEPT_DAYS = settings.MESSAGES_KEPT_DAYS = settings.ATTEMPTS_KEPT_DAYS = 0
    received(order, timedelta(days=9999))
    message_of(order, received_at=Now() - timedelta(days=9999))

    assert not any(forget(everything=True).values())


def run(what: str, document: str) -> str:
    out = StringIO()
    call_command("buyer", what, document, stdout=out)
    return out.getvalue()


def test_a_buyer_gets_all_that_is_held_over_all_channels(order: Order) -> None:
    make_order(channel=make_account().channel)
    make_order(channel=order.channel, buyer_document="11144477735")

    told = json.loads(run("export", "529.982.247-25"))

    assert len(told) == 2
    assert {one["document"] for one in told} == {CPF}
    assert told[0]["items"]


def test_a_buyer_is_forgotten_in_ended_orders_while_open_ones_go_on(order: Order) -> None:
    open_order = make_order(channel=order.channel)
    message_of(order)

    assert run("anonymize", CPF) == "1 orders anonymized; 1 are still being fulfilled.\n"

    assert Order.objects.get(pk=order.pk).buyer_name == ""
    assert Order.objects.get(pk=open_order.pk).buyer_name == "Comprador de Teste"
    assert not InboundMessage.objects.exists()


def test_a_document_that_is_none_is_refused() -> None:
    with pytest.raises(CommandError, match="11 digits"):
        run("export", "12345")
