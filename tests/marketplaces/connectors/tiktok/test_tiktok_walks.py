"""Split orders at TikTok Shop: the order's word is of all packages together, so what each was told is remembered."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from marketplaces import outbound
from marketplaces.adapter import Outgoing
from marketplaces.errors import AlreadyApplied, MarketplaceError, NotReady, Rejected
from orders.models import ChannelUpdate
from orders.verbs import invoice
from tests.factories import WAREHOUSE, make_access_key, make_account, make_nfe_xml, make_order
from tests.marketplaces.connectors.tiktok.wire import CREDENTIALS, PACKAGE, UPLOAD, Json, Shop, ok, sample, unit
from tests.marketplaces.contract import run
from tests.marketplaces.wire import make_update

CODE = "576600000000000002"
UPLOADED, PROCESSING, NEEDED = "INVOICE_UPLOADED", "INVOICE_PROCESSING", "NEED_INVOICE"
LATE = {"code": 10007099, "message": "Try again later.", "detail": {"package_id": "P2", "order_ids": [CODE]}}
MISSING = "The invoice has not been accepted."
SHIP = f"{PACKAGE}/ship"


def split(word: str) -> Json:
    units = [unit(id=f"{place}", package_id=f"P{place}") for place in (1, 2)]
    packages = [{"id": "P1"}, {"id": "P2"}]
    return sample(id=CODE, line_items=units, packages=packages, need_upload_invoice=word)


def told(shop: Shop, **fields: Any) -> MarketplaceError:
    with pytest.raises(MarketplaceError) as caught:
        run(shop.adapter().push(make_update("INVOICED", code=CODE, **fields)))
    return caught.value


def sent(shop: Shop) -> list[list[str]]:
    """Packages, for each upload."""
    return [[row["package_id"] for row in _body(request)["invoices"]] for request in shop.calls(UPLOAD)]


def _body(request: Any) -> Json:
    body: Json = json.loads(request.content)
    return body


@pytest.mark.parametrize("word", [NEEDED, PROCESSING, UPLOADED])
def test_only_packages_whose_note_failed_are_sent_again(word: str) -> None:
    shop = Shop(split(NEEDED))
    shop.next(UPLOAD, ok({"errors": [LATE]}))

    refused = told(shop)
    shop.orders[CODE] = split(word)
    taken = told(shop, parts=("P1",))

    assert isinstance(refused, Rejected)
    assert refused.parts == ["P1"]
    assert isinstance(taken, NotReady)
    assert (taken.taken, taken.parts) == (True, ["P1", "P2"])
    assert sent(shop) == [["P1", "P2"], ["P2"]]


def test_a_failure_that_names_no_package_may_be_any_ones() -> None:
    shop = Shop(split(NEEDED))
    shop.next(UPLOAD, ok({"errors": [{**LATE, "detail": {}}]}))

    refused = told(shop)

    assert isinstance(refused, Rejected)
    assert refused.parts == []


@pytest.mark.parametrize(("parts", "known"), [(("P1",), False), (("P1", "P2"), True), ((), True)])
def test_the_orders_word_stands_for_those_packages_that_have_their_note(parts: tuple[str, ...], known: bool) -> None:
    update = make_update("INVOICED", code=CODE, parts=parts)

    assert run(Shop(split(UPLOADED)).adapter().is_applied(update)) is known


def test_a_note_that_was_thrown_out_is_sent_again_for_all_packages() -> None:
    update = make_update("INVOICED", code=CODE, taken=True, parts=("P1", "P2"))

    with pytest.raises(Rejected) as caught:
        run(Shop(split(NEEDED)).adapter().is_applied(update))

    assert caught.value.parts == ()


@pytest.mark.parametrize("kind", ["SHIPPING_ARRANGED", "SHIPPED"])
def test_a_shipment_that_is_refused_for_its_note_waits_while_that_was_uploaded_a_moment_ago(kind: str) -> None:
    now = int(datetime.now(UTC).timestamp())
    seller = {"shipping_type": "SELLER"} if kind == "SHIPPED" else {}
    shop = Shop(sample("invoiced", id=CODE, update_time=now, **seller))
    shop.refuse(SHIP, 21011099, MISSING)
    choice = {"shipping_provider_id": "7"} if seller else {}

    with pytest.raises(NotReady) as caught:
        run(shop.adapter().push(make_update(kind, code=CODE, choice=choice)))

    assert not caught.value.taken


@pytest.mark.parametrize(
    ("message", "expected"), [(MISSING, "NF-e v"), ("The pickup slot has passed.", "pickup slot has passed")]
)
def test_a_shipment_that_is_refused_for_long_or_for_something_else_is_seen(message: str, expected: str) -> None:
    shop = Shop(sample("invoiced", id=CODE))
    shop.refuse(SHIP, 21011099, message)

    with pytest.raises(Rejected, match=expected):
        run(shop.adapter().push(_old(make_update("SHIPPING_ARRANGED", code=CODE))))


def test_a_shipment_that_another_program_arranged_meanwhile_is_done() -> None:
    shop = Shop(sample("invoiced", id=CODE))
    shop.refuse(SHIP, 21011099, MISSING)
    shop.package = {"package_status": "PROCESSING", "package_sub_status": "RTSING"}

    with pytest.raises(AlreadyApplied):
        run(shop.adapter().push(make_update("SHIPPING_ARRANGED", code=CODE)))


def _old(update: Outgoing) -> Outgoing:
    return replace(update, at=update.at - timedelta(days=1))


@pytest.mark.django_db(transaction=True)
def test_what_was_taken_of_an_update_is_remembered_until_a_person_sends_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shop = Shop(split(NEEDED))
    shop.next(UPLOAD, ok({"errors": [LATE]}))
    account = make_account(connector="tiktok", credentials=CREDENTIALS, shop_id="700001")
    monkeypatch.setattr(outbound, "connect", lambda _account: shop.adapter())
    order = make_order(channel=account.channel, code=CODE)
    key = make_access_key()
    invoice(order, xml=make_nfe_xml(key, total="10.00"), by=WAREHOUSE)

    outbound.push_channel(account.channel)
    refused = ChannelUpdate.objects.get()
    outbound.retry([refused], by=WAREHOUSE)
    outbound.push_channel(account.channel)

    assert (refused.state, refused.parts_told) == (ChannelUpdate.State.FAILED, ["P1"])
    assert ChannelUpdate.objects.get().parts_told == ["P1", "P2"]
    assert sent(shop) == [["P1", "P2"], ["P2"]]
