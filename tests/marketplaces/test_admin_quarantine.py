"""Quarantine in the back office: the message whole, why it waits, read again or discarded."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplaces import registry
from marketplaces.connectors import skyhub
from marketplaces.inbound import pull
from marketplaces.models import Account, InboundMessage
from orders.models import Order
from tests import fakes
from tests.backoffice import Office, english_in, form_of, text_of
from tests.factories import make_account, make_channel, make_snapshot

pytestmark = pytest.mark.django_db
State = InboundMessage.State
SAMPLES = Path(skyhub.__file__).parent / "samples"
RAW = '{"code":"Submarino-1","customer":"<b>Conceição</b>"}'


@pytest.fixture
def office() -> Office:
    return Office(everything=True)


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[fakes.Shop]:
    monkeypatch.setitem(registry.CONNECTORS, "fake", "tests.fakes.FakeMarketplace")
    yield fakes.SHOPS.setdefault("https://shop.invalid", fakes.Shop())
    fakes.SHOPS.clear()


@pytest.fixture
def account(shop: fakes.Shop) -> Account:
    return make_account(channel=make_channel(name="Loja"), connector="fake", base_url="https://shop.invalid")


@pytest.fixture
def message(shop: fakes.Shop, account: Account) -> InboundMessage:
    shop.put_unreadable(RAW, code="Submarino-1", problem="items: não há nenhum.")
    pull(account)
    return InboundMessage.objects.get()


def settle(office: Office, message: InboundMessage, deed: str) -> Any:
    return office.post("marketplaces_inboundmessage_settle", message.pk, deed)


def test_the_message_is_shown_whole_with_the_reason(office: Office, message: InboundMessage) -> None:
    answer = office.get("marketplaces_inboundmessage_change", message.pk)

    assert "items: não há nenhum." in text_of(answer)
    assert '"customer": "<b>Conceição</b>"' in text_of(answer)
    assert "<b>" not in answer.content.decode()
    assert english_in(answer) == []


def test_what_is_no_json_is_shown_as_it_came(office: Office, shop: fakes.Shop, account: Account) -> None:
    shop.put_unreadable("<html>Bad gateway", code="", problem="não é JSON")
    pull(account)

    page = text_of(office.get("marketplaces_inboundmessage_change", InboundMessage.objects.get().pk))

    assert "<html>Bad gateway" in page
    assert "Mensagem de um pedido desconhecido" in page


def test_read_again_after_a_fix_makes_the_order(office: Office, shop: fakes.Shop, message: InboundMessage) -> None:
    shop.readable[RAW] = make_snapshot(code="Submarino-1")

    page = text_of(settle(office, message, "replay"))

    assert "1 mensagem virou pedido." in page
    assert Order.objects.get().code == "Submarino-1"
    message.refresh_from_db()
    assert message.state == State.REPLAYED
    assert "mensagem recebida" in office.order_page(Order.objects.get())


def test_read_again_without_a_fix_keeps_it_with_todays_reason(
    office: Office, shop: fakes.Shop, message: InboundMessage
) -> None:
    page = text_of(settle(office, message, "replay"))

    assert "1 mensagem ainda não pode ser lida" in page
    message.refresh_from_db()
    assert message.state == State.QUARANTINED


def test_discarded_ones_leave_the_list_and_stay_readable(office: Office, message: InboundMessage) -> None:
    assert "Submarino-1" in text_of(office.get("marketplaces_inboundmessage_changelist"))

    settle(office, message, "discard")

    assert "A quarentena está vazia" in text_of(office.get("marketplaces_inboundmessage_changelist"))
    assert "Submarino-1" in text_of(office.get("marketplaces_inboundmessage_changelist", state="DISCARDED"))
    assert "Nada aqui estava mais esperando." in text_of(settle(office, message, "replay"))


def test_several_are_settled_at_once(office: Office, shop: fakes.Shop, account: Account) -> None:
    for n in range(3):
        shop.put_unreadable(f"{{{n}", code=f"X-{n}")
    pull(account)

    office.post(
        "marketplaces_inboundmessage_changelist",
        action="discard_selected",
        _selected_action=[message.pk for message in InboundMessage.objects.all()],
    )

    assert InboundMessage.objects.filter(state=State.DISCARDED).count() == 3


def test_who_may_only_read_settles_nothing(message: InboundMessage) -> None:
    reader = Office("marketplaces.view_inboundmessage")

    assert "Ler de novo" not in text_of(reader.get("marketplaces_inboundmessage_change", message.pk))
    assert settle(reader, message, "discard").status_code == 403
    message.refresh_from_db()
    assert message.state == State.QUARANTINED


def test_the_lists_cost_at_most_twenty_queries(office: Office, message: InboundMessage) -> None:
    for screen in ("marketplaces_inboundmessage_changelist", "marketplaces_account_changelist", "index"):
        with CaptureQueriesContext(connection) as caught:
            office.get(screen)
        assert len(caught) <= 20


def test_a_message_is_corrected_and_read_and_stays_as_it_came(office: Office) -> None:
    message = make_account().messages.create(
        id=str(uuid4()), external_id="X-1", raw='{"code": "X-1", "total": "abc"}', state="QUARANTINED", problem="total"
    )

    office.post("marketplaces_inboundmessage_settle", message.pk, "correct", corrected='{"still": "wrong"}')

    message.refresh_from_db()
    assert (message.state, message.raw) == (InboundMessage.State.QUARANTINED, '{"code": "X-1", "total": "abc"}')
    assert message.corrected == '{"still": "wrong"}'
    assert "Sua correção foi guardada" in text_of(
        office.post("marketplaces_inboundmessage_settle", message.pk, "correct", corrected='{"still": "wrong"}')
    )

    sample = (SAMPLES / "two_items_discount.json").read_text()
    page = text_of(office.post("marketplaces_inboundmessage_settle", message.pk, "correct", corrected=sample))

    message.refresh_from_db()
    assert "A mensagem corrigida virou um pedido." in page
    assert (message.state, Order.objects.count()) == (InboundMessage.State.REPLAYED, 1)
    assert "Como foi corrigida e lida" in page


def test_all_of_one_reason_are_read_again_with_one_press(office: Office) -> None:
    account = make_account()
    sample = (SAMPLES / "two_items_discount.json").read_text()
    for n in range(3):
        account.messages.create(
            id=str(uuid4()), external_id=f"X-{n}", raw=sample, state="QUARANTINED", problem=f"items.{n}.sku: falta"
        )
    other = account.messages.create(id=str(uuid4()), raw="{", state="QUARANTINED", problem="JSON: não dá")

    page = office.get("marketplaces_inboundmessage_changelist")
    assert [(group["count"], group["alike"]) for group in page.context["groups"]] == [(3, "items.….sku: falta")]
    office.post("marketplaces_inboundmessage_alike", alike="items.….sku: falta")

    assert set(InboundMessage.objects.exclude(pk=other.pk).values_list("state", flat=True)) == {"REPLAYED"}
    assert InboundMessage.objects.get(pk=other.pk).state == "QUARANTINED"


def test_of_two_people_who_correct_a_message_the_second_keeps_what_was_typed(
    office: Office, message: InboundMessage
) -> None:
    ana = Office(everything=True, name="ana")
    hers, his = (form_of(person.get("marketplaces_inboundmessage_change", message.pk)) for person in (ana, office))
    ana.post("marketplaces_inboundmessage_settle", message.pk, "correct", **{**hers, "corrected": '{"de": "ana"}'})

    answer = office.post(
        "marketplaces_inboundmessage_settle", message.pk, "correct", **{**his, "corrected": '{"de": "maria"}'}
    )

    message.refresh_from_db()
    assert "enquanto isso, ana mudou isto (a mensagem corrigida)" in text_of(answer)
    assert form_of(answer)["corrected"] == ['{"de": "maria"}']
    assert message.corrected == '{"de": "ana"}'
