"""What goes wrong between us and a channel, mended on the same screen; the other end is the sandbox."""

import json

import pytest
from playwright.sync_api import expect

from marketplaces.models import Account, InboundMessage
from orders import verbs
from orders.models import ChannelUpdate, Order
from orders.status import Status
from sandbox.client import SandboxClient
from tests.browser.conftest import Workers
from tests.browser.desk import Desk
from tests.factories import WAREHOUSE, make_access_key

State = ChannelUpdate.State
HOUR = 3600
REFUSAL = '{"error": "Código de rastreio inválido"}'


@pytest.fixture
def order(skyhub: Account, skyhub_sandbox: SandboxClient, workers: Workers) -> Order:
    """A paid one, as SkyHub sent it."""
    code = skyhub_sandbox.create_order(status="APPROVED")["code"]
    workers.pull(skyhub)
    return Order.objects.get(code=code)


def states(order: Order) -> list[tuple[str, str]]:
    return list(order.updates.order_by("seq").values_list("kind", "state"))


def test_a_refused_shipment_is_corrected_and_sent_again(
    desk: Desk, order: Order, skyhub_sandbox: SandboxClient, workers: Workers
) -> None:
    page = desk.open_order(order)
    desk.dialog("invoice").locator("[name=access_key]").fill(make_access_key())
    desk.confirm()
    desk.dialog("ship").locator("[name=tracking_code]").fill("ERRADO")
    desk.confirm()
    number = skyhub_sandbox.fault("status", status=422, body=REFUSAL, path="/shipments$")
    workers.push(order.channel)
    skyhub_sandbox.remove_fault(number)
    assert states(order) == [("INVOICED", State.SENT), ("SHIPPED", State.FAILED)]

    desk.open_order(order)
    expect(page.locator("[data-attention=UPDATE_FAILED]")).to_contain_text("Código de rastreio inválido")
    desk.dialog("correct_shipment").locator("[name=tracking_code]").fill("AA123456789BR")
    desk.confirm()
    workers.push(order.channel)
    desk.open_order(order)

    assert states(order) == [("INVOICED", State.SENT), ("SHIPPED", State.SENT)]
    expect(page.locator("[data-attention]")).to_have_count(0)
    told = json.loads(skyhub_sandbox.ledger(method="POST", code=order.code, path="/shipments$")[-1]["body"])
    assert told["shipment"]["track"]["code"] == "AA123456789BR"


def test_updates_that_failed_alike_are_sent_again_together(
    desk: Desk, skyhub: Account, skyhub_sandbox: SandboxClient, workers: Workers
) -> None:
    codes = {order["code"] for order in skyhub_sandbox.create_orders(2, status="APPROVED")}
    workers.pull(skyhub)
    for order in Order.objects.filter(code__in=codes):
        verbs.invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    number = skyhub_sandbox.fault("status", status=422, body='{"error": "Fora do horário"}', path="/invoice$")
    workers.push(skyhub.channel)
    skyhub_sandbox.remove_fault(number)
    assert ChannelUpdate.objects.filter(state=State.FAILED).count() == 2

    page = desk.open("orders_channelupdate_changelist")
    with desk.leaving():
        page.locator("[data-panel=groups] button").click()
    workers.push(skyhub.channel)

    assert ChannelUpdate.objects.filter(state=State.SENT).count() == 2
    assert [skyhub_sandbox.effects(code)["invoiced"] for code in codes] == [1, 1]


def test_a_message_in_quarantine_is_corrected_and_becomes_an_order(
    desk: Desk, skyhub: Account, skyhub_sandbox: SandboxClient, workers: Workers
) -> None:
    code = skyhub_sandbox.create_order(status="APPROVED")["code"]
    right = skyhub_sandbox.order(code)["total_ordered"]
    skyhub_sandbox.patch(code, total_ordered="quarenta reais")
    workers.pull(skyhub)
    assert InboundMessage.objects.filter(state=InboundMessage.State.QUARANTINED).exists()

    page = desk.open("marketplaces_inboundmessage_changelist")
    with desk.leaving():
        page.get_by_role("link", name=code).first.click()
    page.locator("[data-correct] summary").click()
    editor = page.locator("[data-correct] textarea")
    editor.fill(editor.input_value().replace('"quarenta reais"', str(right)))
    with desk.leaving():
        page.locator("[data-correct] button").click()

    desk.reads("A mensagem corrigida virou um pedido.")
    assert Order.objects.get().code == code


def test_a_pickup_is_chosen_among_what_shopee_offers(
    desk: Desk, shopee: Account, shopee_sandbox: SandboxClient, workers: Workers
) -> None:
    code = str(
        shopee_sandbox.create_order(status="READY_TO_SHIP", channel="padrao", age=10800, paid_ago=7200)["order_sn"]
    )
    workers.pull(shopee)
    order = Order.objects.get(code=code)
    page = desk.open_order(order)
    page.locator("[data-verb=invoice]").click()
    xml = {"name": "nfe.xml", "mimeType": "text/xml", "buffer": shopee_sandbox.nfe_xml()}
    desk.shown_dialog().locator("[name=xml]").set_input_files(xml)  # type: ignore[arg-type]  # TypedDict FilePayload
    expect(page.locator("[data-understood]")).to_contain_text("NF-e")
    desk.confirm()
    workers.push(order.channel)

    ways = desk.dialog("arrange_shipping").locator("[name=way]")
    chosen = ways.locator("option").last.inner_text()
    ways.select_option(index=ways.locator("option").count() - 1)
    desk.confirm()
    workers.push(order.channel)

    order.refresh_from_db()
    assert "Coleta" in chosen
    assert order.status == Status.SHIPPING_ARRANGED
    assert shopee_sandbox.effects(code)["arranged"] == 1
