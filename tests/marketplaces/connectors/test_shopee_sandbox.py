"""The connector against the sandbox's Shopee over real HTTP, through the engine: database, tokens, limiter, outbox."""

import pytest
from django.utils import timezone

from marketplaces import loop, outbound, tokens
from marketplaces.connection import check
from marketplaces.errors import AlreadyApplied, Rejected, Throttled, Unsupported
from marketplaces.models import Account, InboundMessage
from orders.models import ChannelUpdate
from orders.snapshot import Fulfillment
from orders.status import Status
from orders.verbs import arrange_shipping, invoice
from sandbox.client import SandboxClient
from tests.factories import WAREHOUSE, make_access_key, make_nfe_xml
from tests.marketplaces.connectors.shopee_sandbox import (
    HOUR,
    account_at,
    adapter_of,
    held,
    is_applied,
    pull,
    push,
    ready,
)
from tests.marketplaces.wire import make_update

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(shop: SandboxClient) -> Account:
    return account_at(shop)


def invoice_of(xml: bytes, key: str) -> dict[str, object]:
    fact = make_update("INVOICED").invoice
    assert fact is not None
    values = {name: getattr(fact, name) for name in ("number", "series", "issued_at", "volumes")}
    return {"invoice": type(fact)(**{**values, "access_key": key, "xml": xml.decode()})}


def test_orders_come_in_and_the_next_poll_goes_on_from_there(shop: SandboxClient, account: Account) -> None:
    waiting, paid = shop.create_order()["order_sn"], ready(shop)

    first = pull(account)
    shop.pay(waiting)
    second = pull(Account.objects.get())

    assert (first.created, first.error, second.changed, second.error) == (2, "", 1, "")
    assert held(waiting).status == held(paid).status == Status.APPROVED
    assert held(paid).fulfillment == Fulfillment.MARKETPLACE_SHIPS
    assert Account.objects.get().reached_at is not None


def test_an_order_is_followed_to_its_end(shop: SandboxClient, account: Account) -> None:
    code = ready(shop, invoiced=True)
    seen = []
    for verb in (None, "arrange", "track", "pickup", "deliver", "complete"):
        if verb:
            shop.act(code, verb)
        pull(Account.objects.get())
        seen.append(held(code).status)

    assert seen[0] == Status.INVOICED
    assert Status.SHIPPING_ARRANGED in seen
    assert seen[-3:] == [Status.SHIPPED, Status.DELIVERED, Status.DELIVERED]
    assert not InboundMessage.objects.filter(state=InboundMessage.State.QUARANTINED).exists()


def test_what_is_recorded_here_reaches_shopee_through_the_outbox(shop: SandboxClient, account: Account) -> None:
    code = ready(shop)
    pull(account)
    xml = shop.nfe_xml().replace(b"</ide>", b"<tpAmb>2</tpAmb></ide>")

    invoice(held(code), xml=xml, by=WAREHOUSE)
    arrange_shipping(held(code), by=WAREHOUSE)
    outbound.push_channel(account.channel)
    pull(Account.objects.get())

    told = ChannelUpdate.objects.exclude(kind=ChannelUpdate.Kind.LABEL)
    updates = told.order_by("seq").values_list("kind", "state", "last_error")
    assert list(updates) == [("INVOICED", "SENT", ""), ("SHIPPING_ARRANGED", "SENT", "")]
    effects = shop.effects(code)
    assert (effects["invoiced"], effects["arranged"]) == (1, 1)
    assert held(code).status == Status.SHIPPING_ARRANGED


def test_address_and_credentials_are_proven_by_one_call(shop: SandboxClient, account: Account) -> None:
    assert check(account) == ""
    account.credentials = {**account.credentials, "partner_key": "another"}
    account.save()
    assert "assinatura" in check(account)


def test_an_expired_access_token_is_renewed_within_the_call(shop: SandboxClient, account: Account) -> None:
    shop.command("expire_token")
    code = ready(shop)

    assert pull(account).error == ""
    assert held(code)
    assert account.access_token.version == 2
    assert len(shop.ledger(effect="refreshed")) == 1


def test_a_code_from_the_consent_page_connects_the_shop(shop: SandboxClient, account: Account) -> None:
    given = shop.command("authorize", days=30)
    adapter = adapter_of(account)

    grant = loop.run(adapter.exchange({"code": given["code"], "shop_id": str(given["shop_id"])}), timeout=30)
    tokens.store(account, grant)

    assert grant.authorized_until is not None
    assert 29 <= (grant.authorized_until - timezone.now()).days <= 30
    assert check(Account.objects.get()) == ""


def test_a_note_is_uploaded_and_read_back(shop: SandboxClient, account: Account) -> None:
    code = ready(shop)
    xml = shop.nfe_xml()
    key = _key_in(xml)

    push(account, "INVOICED", code, **invoice_of(xml, key))

    assert shop.effects(code)["invoiced"] == 1
    assert is_applied(account, "INVOICED", code, **invoice_of(xml, key))
    with pytest.raises(AlreadyApplied):
        push(account, "INVOICED", code, **invoice_of(xml, key))


def test_a_note_for_correios_is_not_wanted(shop: SandboxClient, account: Account) -> None:
    code = ready(shop, channel="correios")
    xml = shop.nfe_xml()

    with pytest.raises(Unsupported, match="basta enviá-lo"):
        push(account, "INVOICED", code, **invoice_of(xml, _key_in(xml)))


def test_a_note_of_another_company_is_refused_with_what_to_do(shop: SandboxClient, account: Account) -> None:
    code = ready(shop)
    key = make_access_key(cnpj="99888777000161")
    xml = make_nfe_xml(key)

    with pytest.raises(Rejected, match="Shopee"):
        push(account, "INVOICED", code, **invoice_of(xml, key))
    assert "invoiced" not in shop.effects(code)


@pytest.mark.parametrize(("channel", "invoiced"), [("padrao", True), ("correios", False)])
def test_shipping_is_arranged_once(shop: SandboxClient, account: Account, channel: str, invoiced: bool) -> None:
    code = ready(shop, channel=channel, invoiced=invoiced)

    push(account, "SHIPPING_ARRANGED", code)

    assert shop.effects(code)["arranged"] == 1
    assert is_applied(account, "SHIPPING_ARRANGED", code)
    with pytest.raises(AlreadyApplied):
        push(account, "SHIPPING_ARRANGED", code)
    assert shop.effects(code)["arranged"] == 1


def test_within_the_hour_nothing_is_arranged(shop: SandboxClient, account: Account) -> None:
    code = ready(shop, invoiced=True, paid_ago=HOUR - 60)

    with pytest.raises(Throttled) as caught:
        push(account, "SHIPPING_ARRANGED", code)

    assert 30 < caught.value.seconds <= 62
    assert "arranged" not in shop.effects(code)


def test_without_a_note_shipping_waits_for_it(shop: SandboxClient, account: Account) -> None:
    with pytest.raises(Rejected, match="não tem NF-e válida"):
        push(account, "SHIPPING_ARRANGED", ready(shop))


def test_a_failed_pickup_is_arranged_anew(shop: SandboxClient, account: Account) -> None:
    code = ready(shop, invoiced=True)
    push(account, "SHIPPING_ARRANGED", code)
    shop.act(code, "track")
    shop.act(code, "pickup_failed")
    pull(account)
    before = held(code).channel_status

    offered = loop.run(adapter_of(account).client.shipping_parameter(code, package=""), timeout=30)
    address = offered["pickup"]["address_list"][0]
    other_slot = address["time_slot_list"][1]["pickup_time_id"]
    push(account, "SHIPPING_ARRANGED", code, choice={"pickup_time_id": other_slot})

    assert before == "RETRY_SHIP"
    assert shop.effects(code)["rearranged"] == 1


def test_every_package_of_a_split_order_is_arranged(shop: SandboxClient, account: Account) -> None:
    code = ready(shop, invoiced=True, items=[{"sku": "A", "quantity": 1}, {"sku": "B", "quantity": 1}])
    shop.act(code, "split")

    push(account, "SHIPPING_ARRANGED", code)

    assert shop.effects(code)["arranged"] == 2
    assert is_applied(account, "SHIPPING_ARRANGED", code)


def test_where_the_seller_ships_he_reports_shipment_and_delivery(shop: SandboxClient, account: Account) -> None:
    code = ready(shop, channel="seller", invoiced=True)

    push(account, "SHIPPED", code)
    push(account, "DELIVERED", code)
    pull(account)

    effects = shop.effects(code)
    assert (effects["arranged"], effects["picked_up"], effects["delivered"]) == (1, 1, 1)
    assert held(code).status == Status.DELIVERED
    with pytest.raises(AlreadyApplied):
        push(account, "DELIVERED", code)


def test_where_shopees_carrier_ships_it_tells_everything_itself(shop: SandboxClient, account: Account) -> None:
    code = ready(shop, invoiced=True)

    for kind in ("SHIPPED", "DELIVERED", "DELIVERY_FAILED"):
        with pytest.raises(Unsupported):
            push(account, kind, code)
    assert "arranged" not in shop.effects(code)


@pytest.mark.parametrize("reason", ["sem estoque", "o cliente desistiu"])
def test_the_seller_cancels(shop: SandboxClient, account: Account, reason: str) -> None:
    code = ready(shop)

    push(account, "CANCELED", code, reason=reason)

    assert shop.order(code)["order_status"] == "CANCELLED"
    assert is_applied(account, "CANCELED", code)
    with pytest.raises(AlreadyApplied):
        push(account, "CANCELED", code, reason=reason)


def test_after_the_tracking_number_nothing_is_canceled(shop: SandboxClient, account: Account) -> None:
    code = ready(shop, invoiced=True)
    push(account, "SHIPPING_ARRANGED", code)
    shop.act(code, "track")

    with pytest.raises(Rejected, match="código de rastreio"):
        push(account, "CANCELED", code)


@pytest.mark.parametrize(
    ("kind", "status"), [("CANCEL_ACCEPTED", Status.CANCELED), ("CANCEL_REJECTED", Status.INVOICED)]
)
def test_a_buyer_who_asks_is_answered(shop: SandboxClient, account: Account, kind: str, status: Status) -> None:
    code = ready(shop, invoiced=True)
    shop.cancel(code)
    pull(account)
    asked = held(code).cancel_requested_at

    push(account, kind, code)
    pull(Account.objects.get())

    assert asked is not None
    assert held(code).status == status
    assert is_applied(account, kind, code)
    with pytest.raises(AlreadyApplied):
        push(account, kind, code)


def _key_in(xml: bytes) -> str:
    return xml.decode().split("<chNFe>")[1].split("</chNFe>")[0]
