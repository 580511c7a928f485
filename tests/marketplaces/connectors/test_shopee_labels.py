"""Shopee's labels against the sandbox, through the outbox: number, document, download, and what may be in between."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplaces import loop, outbound
from marketplaces.adapter import Outgoing
from marketplaces.capabilities import LabelFile
from marketplaces.connectors.shopee import documents
from marketplaces.errors import Malformed, NotReady, Unsupported
from marketplaces.models import Account
from orders.models import ChannelUpdate, Label
from orders.status import Status
from orders.verbs import arrange_shipping, ask_label
from sandbox.client import SandboxClient
from tests.factories import WAREHOUSE
from tests.marketplaces.connectors.shopee_sandbox import (
    account_at,
    adapter_of,
    held,
    pull,
    pull_until,
    ready,
    update_of,
)

pytestmark = pytest.mark.django_db(transaction=True)

State = ChannelUpdate.State


@pytest.fixture
def account(shop: SandboxClient) -> Account:
    return account_at(shop)


def arranged(shop: SandboxClient, **spec: object) -> str:
    code = ready(shop, **{"channel": "correios", **spec})
    shop.act(code, "arrange")
    return code


def fetch(account: Account, code: str, **fields: object) -> list[LabelFile]:
    update: Outgoing = update_of("LABEL", code, **fields)
    return list(loop.run(adapter_of(account).labels(update), timeout=60))


def push(account: Account) -> ChannelUpdate:
    """A minute passes at Shopee, then what waits is tried."""
    ChannelUpdate.objects.filter(state=State.PENDING).update(due_at=timezone.now() - timedelta(seconds=1))
    Account.objects.update(push_after=None)
    outbound.push_channel(account.channel)
    return ChannelUpdate.objects.get(kind="LABEL")


def test_a_label_is_waited_for_made_and_downloaded(shop: SandboxClient, account: Account) -> None:
    code = ready(shop, invoiced=True)
    pull(account)
    arrange_shipping(held(code), by=WAREHOUSE)

    reasons = []
    for _ in range(3):
        update = push(account)
        reasons.append(update.last_error)
        shop.advance(60)

    assert (update.state, update.attempts) == (State.SENT, 1)
    assert ["rastreio" in reasons[0], "preparando" in reasons[1], reasons[2]] == [True, True, ""]
    label = Label.objects.get(order__code=code)
    assert label.is_pdf
    assert bytes(label.content or b"").startswith(b"%PDF")
    assert held(code).trackings == [
        {"code": label.tracking_code, "carrier": held(code).carrier, "method": "", "url": ""}
    ]
    assert shop.effects(code)["document_created"] == 1


def test_an_empty_first_download_is_tried_again_at_once(shop: SandboxClient, account: Account) -> None:
    shop.switch(tracking_seconds=0, document_seconds=0, empty_downloads=2)
    code = arranged(shop)

    (file,) = fetch(account, code)

    assert file.content.startswith(b"%PDF")


def test_a_download_that_stays_empty_is_tried_later(shop: SandboxClient, account: Account) -> None:
    shop.switch(tracking_seconds=0, document_seconds=0, empty_downloads=9)
    code = arranged(shop)

    with pytest.raises(NotReady, match="vazio"):
        fetch(account, code)


def test_a_carrier_that_has_not_taken_the_package_over_is_waited_for(shop: SandboxClient, account: Account) -> None:
    shop.switch(tracking_seconds=0, validation_seconds=600)
    code = arranged(shop)

    with pytest.raises(NotReady, match="package_can_not_print"):
        fetch(account, code)


@pytest.mark.parametrize(("minutes", "seconds"), [(0, 20), (4, 60), (120, 300)])
def test_it_is_looked_for_less_often_but_within_five_minutes(
    shop: SandboxClient, account: Account, minutes: int, seconds: int
) -> None:
    shop.switch(tracking_seconds=9999)
    code = arranged(shop)

    with pytest.raises(NotReady) as caught:
        fetch(account, code, at=timezone.now() - timedelta(minutes=minutes))

    assert caught.value.seconds == pytest.approx(seconds, abs=2)


def test_once_the_carrier_has_the_parcel_no_label_is_printed(shop: SandboxClient, account: Account) -> None:
    code = arranged(shop)
    shop.act(code, "track")
    shop.act(code, "pickup")

    with pytest.raises(Unsupported, match="transportadora"):
        fetch(account, code)


def test_a_buyer_who_asks_to_cancel_is_answered_first(shop: SandboxClient, account: Account) -> None:
    shop.switch(tracking_seconds=0)
    code = arranged(shop)
    shop.act(code, "ask_cancel")

    with pytest.raises(NotReady, match="cancelar"):
        fetch(account, code)


def test_a_thermal_label_comes_with_its_declaration_of_content(shop: SandboxClient, account: Account) -> None:
    shop.switch(tracking_seconds=0, document_seconds=0)
    account.options = {"label_format": documents.THERMAL}
    account.save()
    code = arranged(shop)

    label, declaration = fetch(account, code)

    assert (label.kind, label.content_type, label.content[:3]) == ("LABEL", "text/plain", b"^XA")
    assert (declaration.kind, declaration.content_type) == ("DECLARATION", "application/pdf")


def test_a_label_can_be_asked_for_once_more(shop: SandboxClient, account: Account) -> None:
    shop.switch(tracking_seconds=0, document_seconds=0)
    code = arranged(shop)
    pull_until(account, code, Status.SHIPPING_ARRANGED)
    assert push(account).state == State.SENT

    ask_label(held(code), by=WAREHOUSE)
    outbound.push_channel(account.channel)

    assert not ChannelUpdate.objects.exclude(state=State.SENT).exists()
    assert held(code).status == Status.SHIPPING_ARRANGED


@pytest.mark.parametrize("content", [b"<html>", b"PK\x03\x04 cut off", b"\x00" * 10])
def test_a_file_that_is_no_label_is_not_kept(content: bytes) -> None:
    with pytest.raises(Malformed):
        documents.files_of(content, {"order_sn": "A1", "tracking_number": "BR1"})
