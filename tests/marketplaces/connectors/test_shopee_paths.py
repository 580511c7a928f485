"""Each path that an order at Shopee can take, from the shop through verbs and outbox and back."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from marketplaces import listings, outbound, stock
from marketplaces.models import Account, Listing, StockUpdate
from orders import arranging, verbs
from orders.models import Actor, Attention, ChannelUpdate, Invoice, Order
from orders.status import Status
from orders.stock import count
from sandbox.client import SandboxClient
from tests.backoffice import text_of
from tests.factories import WAREHOUSE, make_api_key
from tests.marketplaces.connectors.shopee_sandbox import HOUR, account_at, held, pull, ready

pytestmark = pytest.mark.django_db(transaction=True)

Kind, State = ChannelUpdate.Kind, ChannelUpdate.State
PERSON = Actor.user("maria")


@pytest.fixture
def account(shop: SandboxClient) -> Account:
    shop.switch(tracking_seconds=0)
    return account_at(shop)


def told(account: Account) -> None:
    """The hub tells what is due, and hears what became of it."""
    outbound.push_channel(account.channel)
    pull(Account.objects.get())


def state_of(code: str, kind: str) -> str:
    updates = ChannelUpdate.objects.filter(order__code=code, kind=kind).order_by("seq")
    return str(updates.values_list("state", flat=True).last())


def open_reasons(code: str) -> set[str]:
    return set(Attention.objects.filter(order__code=code, cleared_at=None).values_list("reason", flat=True))


def invoiced(shop: SandboxClient, account: Account, **spec: object) -> Order:
    code = ready(shop, **spec)
    pull(account)
    verbs.invoice(held(code), xml=shop.nfe_xml(), by=WAREHOUSE)
    return held(code)


def pass_time(order: Order, span: timedelta) -> None:
    """The outbox's clock is the database's: what waits becomes due as if so much time had passed."""
    for update in order.updates.filter(state=State.PENDING):
        ChannelUpdate.objects.filter(pk=update.pk).update(due_at=update.due_at - span)


def test_correios_takes_the_parcel_at_the_counter_without_a_note(shop: SandboxClient, account: Account) -> None:
    order = invoiced(shop, account, channel="correios")

    verbs.arrange_shipping(order, by=WAREHOUSE)
    told(account)

    assert state_of(order.code, Kind.INVOICED) == State.SKIPPED
    assert state_of(order.code, Kind.SHIPPING_ARRANGED) == State.SENT
    assert shop.effects(order.code)["arranged"] == 1
    assert held(order.code).status == Status.SHIPPING_ARRANGED


def test_others_are_picked_up_once_the_note_is_there(shop: SandboxClient, account: Account) -> None:
    order = invoiced(shop, account)

    verbs.arrange_shipping(order, by=WAREHOUSE)
    told(account)
    for verb in ("pickup", "deliver"):
        shop.act(order.code, verb)
    pull(Account.objects.get())

    effects = shop.effects(order.code)
    assert (effects["invoiced"], effects["arranged"]) == (1, 1)
    assert held(order.code).status == Status.DELIVERED


def test_a_person_chooses_the_pickup_on_the_orders_page(
    shop: SandboxClient, account: Account, admin_client: Browser
) -> None:
    order = invoiced(shop, account)
    outbound.push_channel(account.channel)
    url = f"/admin/orders/order/{order.pk}/do/arrange_shipping/"
    offered = arranging.ways(order)
    second = offered[1]

    shown = text_of(admin_client.get(url))
    admin_client.post(url, {"way": second.key})
    told(account)

    assert all(way.words in shown for way in offered)
    assert [way.usual for way in offered].count(True) == 1
    (call,) = shop.ledger(method="POST", path="/ship_order$")
    assert second.choice["pickup_time_id"] in call["body"]


def test_the_accounts_rule_has_the_shops_own_addresses(
    shop: SandboxClient, account: Account, admin_client: Browser
) -> None:
    order = invoiced(shop, account)
    outbound.push_channel(account.channel)
    url = f"/admin/marketplaces/account/{account.pk}/pages/arranging/"

    shown = text_of(admin_client.get(url))
    admin_client.post(url, {"way": "", "address_id": "500002", "slot": "latest"})
    verbs.arrange_shipping(order, by=WAREHOUSE)
    told(account)

    assert "Estrada do Depósito de Exemplo, 7" in shown
    assert Account.objects.get().arranging == {"address_id": "500002", "slot": "latest"}
    (call,) = shop.ledger(method="POST", path="/ship_order$")
    assert "500002" in call["body"]


def test_a_buyer_who_cancels_within_the_hour_is_not_shipped_to(shop: SandboxClient, account: Account) -> None:
    order = invoiced(shop, account, paid_ago=60, age=120)
    verbs.arrange_shipping(order, by=WAREHOUSE)
    waiting = order.updates.get(kind=Kind.SHIPPING_ARRANGED)

    outbound.push_channel(account.channel)
    shop.cancel(order.code)
    pull(Account.objects.get())
    pass_time(order, timedelta(hours=1))
    outbound.push_channel(account.channel)

    assert waiting.due_at == order.hold_until
    assert order.hold_until is not None
    assert timedelta(minutes=55) < order.hold_until - timezone.now() < timedelta(hours=1)
    assert (held(order.code).status, state_of(order.code, Kind.SHIPPING_ARRANGED)) == ("CANCELED", State.SUPERSEDED)
    assert "arranged" not in shop.effects(order.code)


def test_the_hour_is_over_when_the_clock_says_so(shop: SandboxClient, account: Account) -> None:
    """With the clock itself: the order was paid some seconds less than an hour ago."""
    order = invoiced(shop, account, paid_ago=HOUR - 4, age=HOUR)
    outbound.push_channel(account.channel)
    verbs.arrange_shipping(order, by=WAREHOUSE)

    outbound.push_channel(account.channel)
    before = dict(shop.effects(order.code))
    deadline = timezone.now() + timedelta(seconds=30)
    while state_of(order.code, Kind.SHIPPING_ARRANGED) != State.SENT and timezone.now() < deadline:
        outbound.push_channel(account.channel)

    assert "arranged" not in before
    assert shop.effects(order.code)["arranged"] == 1
    assert "arranged_within_the_hour" not in shop.effects(order.code)


@pytest.mark.parametrize(("accept", "status"), [(True, Status.CANCELED), (False, Status.SHIPPING_ARRANGED)])
def test_a_buyer_asks_to_cancel_and_is_answered(
    shop: SandboxClient, account: Account, admin_client: Browser, accept: bool, status: Status
) -> None:
    order = invoiced(shop, account)
    verbs.arrange_shipping(order, by=WAREHOUSE)
    told(account)
    shop.act(order.code, "cancel")
    pull(Account.objects.get())

    shown = text_of(admin_client.get(f"/admin/orders/order/{order.pk}/change/"))
    api = Browser(headers={"Authorization": f"Bearer {make_api_key()}"})
    seen = api.get(f"/api/v1/orders/{order.pk}").json()
    reason = held(order.code).cancel_request_reason
    verbs.answer_cancel_request(held(order.code), accept=accept, by=PERSON)
    told(account)

    assert reason
    assert reason in shown
    assert seen["cancel_request_reason"] == reason
    assert seen["cancel_requested_at"]
    assert held(order.code).status == status
    assert shop.effects(order.code)["accepted" if accept else "rejected"] == 1
    assert [tag for tag in held(order.code).tags if "cancelado" in tag] == (
        [f"cancelado por comprador: {reason}"[:60]] if accept else []
    )


def test_a_pickup_that_failed_is_arranged_once_more(shop: SandboxClient, account: Account) -> None:
    order = invoiced(shop, account)
    verbs.arrange_shipping(order, by=WAREHOUSE)
    told(account)
    shop.act(order.code, "track")
    shop.act(order.code, "pickup_failed")
    pull(Account.objects.get())
    failed = open_reasons(order.code)

    other = next(way for way in arranging.ways(held(order.code)) if not way.usual)
    verbs.arrange_shipping(held(order.code), by=PERSON, choice=other.choice, words=other.words)
    told(account)

    assert failed == {"PICKUP_FAILED"}
    assert open_reasons(order.code) == set()
    assert shop.effects(order.code)["rearranged"] == 1
    assert not held(order.code).pickup_failed


def test_the_pickup_that_failed_is_not_asked_for_again(shop: SandboxClient, account: Account) -> None:
    order = invoiced(shop, account)
    verbs.arrange_shipping(order, by=WAREHOUSE)
    told(account)
    shop.act(order.code, "track")
    shop.act(order.code, "pickup_failed")
    pull(Account.objects.get())

    verbs.arrange_shipping(held(order.code), by=PERSON)
    told(account)

    update = order.updates.filter(kind=Kind.SHIPPING_ARRANGED).latest("seq")
    assert update.state == State.FAILED
    assert "Esta é a coleta que falhou" in update.last_error


def test_every_part_of_a_split_order_is_arranged_as_chosen(shop: SandboxClient, account: Account) -> None:
    items = [{"sku": "A", "quantity": 1}, {"sku": "B", "quantity": 1}]
    order = invoiced(shop, account, items=items)
    outbound.push_channel(account.channel)
    shop.act(order.code, "split")
    pull(Account.objects.get())

    way = arranging.ways(held(order.code))[2]
    verbs.arrange_shipping(held(order.code), by=PERSON, choice=way.choice)
    told(account)

    calls = shop.ledger(method="POST", path="/ship_order$")
    assert len({call["body"] for call in calls}) == 2
    assert all(way.choice["pickup_time_id"] in call["body"] for call in calls)
    assert held(order.code).status == Status.SHIPPING_ARRANGED


def test_a_note_that_is_refused_later_is_replaced(shop: SandboxClient, account: Account) -> None:
    order = invoiced(shop, account)
    outbound.push_channel(account.channel)
    shop.act(order.code, "reject_invoice", reason="SEFAZ: CFOP invalido para a operacao")
    pull(Account.objects.get())
    refused = Attention.objects.get(order=order, cleared_at=None)
    old = Invoice.objects.get().access_key

    verbs.replace_invoice(held(order.code), xml=shop.nfe_xml(), by=PERSON)
    told(account)

    assert refused.reason == Attention.Reason.INVOICE_REFUSED
    assert "corrija-o na NF-e" in refused.detail
    assert "CFOP invalido" in refused.detail
    assert shop.effects(order.code)["invoiced"] == 2
    assert open_reasons(order.code) == set()
    assert held(order.code).replaced_invoices.get().access_key == old


def test_the_notes_data_alone_is_told_where_the_account_says_so(shop: SandboxClient, account: Account) -> None:
    Account.objects.update(options={"invoice_path": "data"})
    order = invoiced(shop, account)

    told(account)

    (call,) = shop.ledger(method="POST", path="/add_invoice_data$")
    assert '"tax_code":"5102"' in call["body"].replace(" ", "")
    assert state_of(order.code, Kind.INVOICED) == State.SENT
    assert not shop.ledger(method="POST", path="/upload_invoice_doc$")


class TestStock:
    def test_what_may_be_sold_is_told_by_shopees_numbers(self, shop: SandboxClient, account: Account) -> None:
        sku = next(iter(shop.stock()))
        count({sku: 37, "NOT-LISTED": 4}, by=WAREHOUSE)

        listings.read_catalog(account.pk)
        stock.notice(everything=True)
        stock.tell(Account.objects.select_related("channel").get())

        assert shop.stock()[sku] == 37
        states = dict(StockUpdate.objects.values_list("sku", "state"))
        assert states == {sku: "TOLD", "NOT-LISTED": "NOT_SOLD"}

    def test_nothing_is_told_before_the_products_are_known(self, shop: SandboxClient, account: Account) -> None:
        count({"X": 1}, by=WAREHOUSE)
        stock.notice(everything=True)

        assert not stock.tell(Account.objects.select_related("channel").get())
        assert StockUpdate.objects.get().state == "PENDING"

    def test_an_account_may_keep_its_quantities_to_itself(self, shop: SandboxClient, account: Account) -> None:
        Account.objects.update(tells_stock=False)
        count({"X": 1}, by=WAREHOUSE)

        stock.notice(everything=True)

        assert listings.due_accounts() == []
        assert not StockUpdate.objects.exists()

    def test_what_is_gone_is_forgotten(self, shop: SandboxClient, account: Account) -> None:
        sku = next(iter(shop.stock()))
        listings.read_catalog(account.pk)
        Listing.objects.filter(sku=sku).update(product="1", reference="1:1")
        count({sku: 5}, by=WAREHOUSE)
        stock.notice(everything=True)

        stock.tell(Account.objects.select_related("channel").get())

        assert StockUpdate.objects.get(sku=sku).state == "NOT_SOLD"
        assert not Listing.objects.filter(sku=sku).exists()
