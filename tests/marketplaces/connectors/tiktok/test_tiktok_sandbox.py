"""The connector against the sandbox's TikTok Shop over real HTTP, through the engine: database, tokens, outbox."""

from typing import Any

import pytest
from django.utils import timezone

from marketplaces import loop, outbound, tokens
from marketplaces.connection import check
from marketplaces.errors import AlreadyApplied, NotReady, Rejected, Unsupported
from marketplaces.models import Account, InboundMessage
from orders.models import Attention, ChannelUpdate, Label
from orders.snapshot import Fulfillment
from orders.status import Status
from orders.verbs import arrange_shipping, invoice
from sandbox.client import SandboxClient
from tests.factories import WAREHOUSE
from tests.marketplaces.connectors.tiktok.at_sandbox import adapter_of, held, is_applied, pull, push

pytestmark = pytest.mark.django_db(transaction=True)
State = ChannelUpdate.State


def free(shop: SandboxClient, **spec: Any) -> str:
    return str(shop.create_order(status="AWAITING_SHIPMENT", **spec)["code"])


def tell(account: Account) -> None:
    """Everything that waits is due."""
    ChannelUpdate.objects.filter(state=State.PENDING).update(due_at=timezone.now())
    outbound.push_channel(account.channel)


def states() -> list[tuple[str, str]]:
    return list(ChannelUpdate.objects.order_by("seq").values_list("kind", "state"))


def test_orders_come_in_and_the_next_poll_goes_on_from_there(shop: SandboxClient, account: Account) -> None:
    waiting, paid = shop.create_order()["code"], free(shop, items=[{"sku": "0071", "quantity": 3}])

    first = pull(account)
    shop.pay(waiting)
    second = pull(account)

    assert (first.created, first.error, second.changed, second.error) == (2, "", 1, "")
    assert held(waiting).status == held(paid).status == Status.APPROVED
    assert held(waiting).hold_until is not None
    assert held(paid).fulfillment == Fulfillment.MARKETPLACE_SHIPS
    assert held(paid).items.get().quantity == 3


@pytest.mark.parametrize("switches", [{"page_tokens": "keyset"}, {"outside_window": True}, {"newer_details": False}])
def test_however_it_is_paged_nothing_is_missed(shop: SandboxClient, account: Account, switches: dict[str, Any]) -> None:
    shop.switch(**switches)
    shop.create_orders(120)

    assert pull(account).created == 120


def test_an_order_is_followed_to_its_end(shop: SandboxClient, account: Account) -> None:
    code = free(shop, invoiced=True)
    seen = []
    for verb in ("", "ship", "collect", "deliver", "complete"):
        if verb:
            shop.act(code, verb)
        pull(account)
        seen.append(held(code).status)

    assert seen == ["INVOICED", "SHIPPING_ARRANGED", "SHIPPED", "DELIVERED", "DELIVERED"]
    assert not InboundMessage.objects.filter(state=InboundMessage.State.QUARANTINED).exists()


def test_note_shipment_and_label_go_through_the_outbox_each_when_the_one_before_is_done(
    shop: SandboxClient, account: Account
) -> None:
    code = free(shop)
    pull(account)
    invoice(held(code), xml=shop.nfe_xml(), by=WAREHOUSE)
    arrange_shipping(held(code), by=WAREHOUSE, choice={"way": "DROP_OFF"})

    tell(account)
    assert states() == [("INVOICED", State.PENDING), ("SHIPPING_ARRANGED", State.PENDING)]
    shop.act(code, "judge_invoice")
    tell(account)
    tell(account)
    shop.act(code, "label")
    tell(account)

    assert states() == [("INVOICED", State.SENT), ("SHIPPING_ARRANGED", State.SENT), ("LABEL", State.SENT)]
    effects = shop.effects(code)
    assert (effects["invoice_uploaded"], effects["arranged"], effects["document_given"]) == (1, 1, 1)
    label = Label.objects.get()
    assert bytes(label.content or b"").startswith(b"%PDF")
    assert label.tracking_code.startswith("BR")
    assert shop.order(code)["sandbox"]["packages"][0]["handover"] == {"handover_method": "DROP_OFF"}


def test_a_note_that_is_thrown_out_needs_a_person_and_can_be_sent_again(shop: SandboxClient, account: Account) -> None:
    shop.switch(invoice_verdict="NOT_FOUND")
    code = free(shop)
    pull(account)
    invoice(held(code), xml=shop.nfe_xml(), by=WAREHOUSE)
    tell(account)
    shop.act(code, "judge_invoice")
    tell(account)
    failed = states()

    shop.switch(invoice_verdict="SUCCESS")
    outbound.retry(ChannelUpdate.objects.all(), by=WAREHOUSE)
    tell(account)
    shop.act(code, "judge_invoice")
    tell(account)

    assert failed == [("INVOICED", State.FAILED)]
    assert Attention.objects.filter(reason=Attention.Reason.UPDATE_FAILED, cleared_at__isnull=False).exists()
    assert states() == [("INVOICED", State.SENT)]
    assert shop.effects(code)["invoice_uploaded"] == 2


def test_address_and_credentials_are_proven_by_one_call(shop: SandboxClient, account: Account) -> None:
    assert check(account) == ""
    account.credentials = {**account.credentials, "app_secret": "another"}
    account.save()
    assert "assinatura" in check(account)


def test_an_expired_access_token_is_renewed_within_the_call(shop: SandboxClient, account: Account) -> None:
    shop.command("expire_token")
    code = free(shop)

    assert pull(account).error == ""
    assert held(code)
    assert len(shop.ledger(effect="refreshed")) == 1


def test_a_new_cipher_is_learned_within_the_call(shop: SandboxClient, account: Account) -> None:
    pull(account)
    shop.command("new_cipher")
    code = free(shop)

    assert pull(account).error == ""
    assert held(code)


def test_a_code_from_the_consent_page_connects_the_shop(shop: SandboxClient, account: Account) -> None:
    code = shop.command("authorize", days=30)["code"]

    grant = loop.run(adapter_of(account).exchange({"code": code}), timeout=30)
    tokens.store(account, grant)

    assert grant.shop_id == account.shop_id
    assert grant.authorized_until is not None
    assert 29 <= (grant.authorized_until - timezone.now()).days <= 30
    assert check(Account.objects.get()) == ""


def test_shipping_is_arranged_once(shop: SandboxClient, account: Account) -> None:
    code = free(shop, invoiced=True)

    push(account, "SHIPPING_ARRANGED", code)

    assert is_applied(account, "SHIPPING_ARRANGED", code)
    with pytest.raises(AlreadyApplied):
        push(account, "SHIPPING_ARRANGED", code)
    assert shop.effects(code)["arranged"] == 1


def test_on_hold_nothing_is_told(shop: SandboxClient, account: Account) -> None:
    code = shop.create_order(status="ON_HOLD")["code"]

    for kind in ("INVOICED", "SHIPPING_ARRANGED"):
        with pytest.raises(NotReady):
            push(account, kind, code)


def test_where_the_seller_ships_the_tracking_code_is_told_and_the_delivery_by_nobody(
    shop: SandboxClient, account: Account
) -> None:
    code = free(shop, shipping_type="SELLER", invoiced=True)

    push(account, "SHIPPED", code)

    assert shop.order(code)["tracking_number"] == "AA000000001BR"
    assert is_applied(account, "SHIPPED", code)
    with pytest.raises(Unsupported):
        push(account, "DELIVERED", code)
    shop.act(code, "collect")
    shop.deliver(code)
    pull(account)
    assert held(code).status == Status.DELIVERED


@pytest.mark.parametrize("reason", ["sem estoque", "o cliente desistiu"])
def test_the_seller_cancels(shop: SandboxClient, account: Account, reason: str) -> None:
    code = free(shop)

    push(account, "CANCELED", code, reason=reason)
    with pytest.raises(AlreadyApplied):
        push(account, "CANCELED", code, reason=reason)
    shop.advance(3)

    assert is_applied(account, "CANCELED", code)
    assert shop.order(code)["status"] == "CANCELLED"


def test_what_was_shipped_is_not_canceled(shop: SandboxClient, account: Account) -> None:
    code = shop.create_order(status="AWAITING_COLLECTION")["code"]

    with pytest.raises(Rejected, match="não deixa"):
        push(account, "CANCELED", code)


@pytest.mark.parametrize(
    ("kind", "status"), [("CANCEL_ACCEPTED", Status.CANCELED), ("CANCEL_REJECTED", Status.APPROVED)]
)
def test_a_buyer_who_asks_is_found_though_the_order_did_not_move_and_is_answered(
    shop: SandboxClient, account: Account, kind: str, status: Status
) -> None:
    code = free(shop, age=7200)
    pull(account)
    shop.cancel(code)
    pull(account)
    asked = held(code)

    push(account, kind, code)
    pull(account)

    assert asked.cancel_requested_at is not None
    assert asked.cancel_answer_by is not None
    assert (asked.cancel_answer_by - asked.cancel_requested_at).total_seconds() == 48 * 3600
    assert asked.attentions.filter(reason=Attention.Reason.CANCEL_REQUESTED).exists()
    assert held(code).status == status
    assert is_applied(account, kind, code)
    with pytest.raises(AlreadyApplied):
        push(account, kind, code)


def test_a_return_is_found_though_the_order_stays_delivered(shop: SandboxClient, account: Account) -> None:
    code = shop.create_order(status="DELIVERED", items=[{"sku": "0071", "quantity": 2}], age=86_400)["code"]
    pull(account)
    seen = []
    for status in ("RETURN_OR_REFUND_REQUEST_PENDING", "BUYER_SHIPPED_ITEM", "RETURN_OR_REFUND_REQUEST_COMPLETE"):
        shop.act(code, "return_to", status=status) if seen else shop.act(code, "ask_return")
        pull(account)
        seen.append(held(code).status)

    assert seen == [Status.DELIVERED, Status.RETURNING, Status.RETURNED]
    assert held(code).items.get().quantity_returned == 2


def test_an_app_that_may_not_see_returns_still_gets_its_orders(shop: SandboxClient, account: Account) -> None:
    shop.switch(returns_scope=False)
    code = shop.create_order(status="DELIVERED")["code"]

    assert pull(account).error == ""
    assert held(code).status == Status.DELIVERED


@pytest.mark.parametrize(
    ("refused", "status"), [(False, Status.DELIVERY_FAILED), (True, Status.RETURNING)], ids=["lost", "refused"]
)
def test_what_the_carrier_did_not_deliver_is_no_cancellation_here(
    shop: SandboxClient, account: Account, refused: bool, status: Status
) -> None:
    code = shop.create_order(status="IN_TRANSIT")["code"]
    pull(account)
    shop.act(code, "lose", refused=refused)
    pull(account)

    assert held(code).status == status
    assert held(code).items.get().quantity_canceled == 0


def test_webhooks_reach_the_address_of_the_account(shop: SandboxClient, account: Account) -> None:
    adapter = adapter_of(account)

    loop.run(adapter.subscribe("http://127.0.0.1:9/webhooks/x"), timeout=30)
    found = loop.run(adapter.subscription(), timeout=30)

    assert (found.url, found.missing) == ("http://127.0.0.1:9/webhooks/x", ())
