"""What a refusal of SkyHub means: it refuses every repetition, so most of them are good news."""

import asyncio
from typing import Any

import httpx
import pytest
from django.utils import translation

from marketplaces.errors import MarketplaceError, Rejected, Unavailable
from tests.marketplaces.connectors.skyhub import STATUSES, Store, sample
from tests.marketplaces.wire import make_shipment, make_update

CODE = "Lojas Americanas-281000000101"


def order_in(type: str, **over: Any) -> dict[str, Any]:
    return sample(code=CODE, status={"code": "x", "label": "x", "type": type}, **over)


def outcome(store: Store, kind: str, **fields: Any) -> str:
    """ "sent", or the name of the error with its sentence."""
    try:
        asyncio.run(store.adapter().push(make_update(kind, **fields)))
    except MarketplaceError as error:
        return f"{type(error).__name__}: {error.detail}"
    return "sent"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("INVOICED", "Transição inválida: INVOICED -> INVOICED"),
        ("INVOICED", "Transição inválida: order_invoiced -> order_invoiced."),
        ("INVOICED", "Transição inválida: INVOICE -> INVOICE"),
        ("INVOICED", "Transicao invalida: SHIPPED -> INVOICED"),
        ("INVOICED", "Transição inválida: complete -> order_invoiced."),
        ("SHIPPED", "Transição inválida: SHIPPED -> SHIPPED"),
        ("SHIPPED", "Transição inválida: DELIVERED -> SHIPPED"),
        ("SHIPPED", "Transição inválida: SHIPMENT_EXCEPTION -> SHIPPED"),
        ("DELIVERED", "Transição inválida: complete -> complete."),
        ("DELIVERED", "Transição inválida: COMPLETE -> COMPLETE"),
        ("DELIVERY_FAILED", "Transição inválida: shipment_exception -> shipment_exception."),
        ("DELIVERY_FAILED", "Transição inválida: DELIVERED -> SHIPMENT_EXCEPTION"),
        ("CANCELED", "Transição inválida: CANCELED -> CANCELED"),
        ("CANCELED", "Transição inválida: CANCELLED -> CANCELLED"),
        ("CANCELED", "Transição inválida: order_canceled -> order_canceled."),
    ],
)
@pytest.mark.parametrize("shape", ['{"error": "%s"}', '{"errors": {"detail": "%s"}}', '{"message": "%s"}', "%s"])
def test_the_same_move_again_or_one_that_is_behind_counts_as_told(kind: str, text: str, shape: str) -> None:
    store = Store()
    store.answers.append(httpx.Response(422, text=shape % text))

    assert outcome(store, kind).startswith("AlreadyApplied")
    assert store.turns.taken[-1].startswith("orders:write:"), "the sentence is enough: nothing is read back"


def test_custom_codes_are_understood_by_the_accounts_own_list() -> None:
    store = Store(statuses=[{"code": "6", "type": "SHIPPED"}, {"code": "5", "type": "INVOICED"}])
    store.refuse("Transição inválida: 6 -> 5.")

    assert outcome(store, "INVOICED").startswith("AlreadyApplied")


@pytest.mark.parametrize("kind", ["INVOICED", "SHIPPED", "DELIVERED", "DELIVERY_FAILED"])
def test_an_order_canceled_meanwhile_needs_a_person(kind: str) -> None:
    store = Store()
    store.refuse("Transição inválida: CANCELED -> INVOICED")

    sentence = r"canceled this order meanwhile.+Transição inválida: CANCELED -> INVOICED"
    with translation.override("en"), pytest.raises(Rejected, match=sentence):
        asyncio.run(store.adapter().push(make_update(kind)))


@pytest.mark.parametrize(
    ("kind", "text", "held", "expected"),
    [
        # behind: the marketplace waits for something else
        ("SHIPPED", "Transição inválida: APPROVED -> SHIPPED", "APPROVED", "Rejected"),
        ("DELIVERED", "Transição inválida: INVOICED -> DELIVERED", "INVOICED", "Rejected"),
        ("CANCELED", "Transição inválida: DELIVERED -> CANCELED", "DELIVERED", "Rejected"),
        # the refusal is older than what the order says now
        ("SHIPPED", "Transição inválida: INVOICED -> SHIPPED", "SHIPPED", "AlreadyApplied"),
        # no sentence to go by
        ("INVOICED", "Pedido não pode ser atualizado", "INVOICED", "AlreadyApplied"),
        ("INVOICED", "Pedido não pode ser atualizado", "SHIPPED", "AlreadyApplied"),
        ("INVOICED", "Pedido não pode ser atualizado", "APPROVED", "Rejected"),
        ("INVOICED", "Pedido não pode ser atualizado", "CANCELED", "Rejected"),
        ("CANCELED", "Pedido não pode ser atualizado", "CANCELED", "AlreadyApplied"),
        ("DELIVERED", "", "DELIVERED", "AlreadyApplied"),
        ("DELIVERED", "", "ORBITING", "Rejected"),
        # words that nobody knows
        ("SHIPPED", "Transição inválida: em_orbita -> order_shipped.", "SHIPPED", "AlreadyApplied"),
    ],
)
def test_an_unclear_refusal_is_settled_by_reading_the_order(kind: str, text: str, held: str, expected: str) -> None:
    store = Store()
    store.refuse(text)
    store.orders[CODE] = order_in(held)

    assert outcome(store, kind).startswith(expected)
    assert store.turns.taken[-1] == "orders:get:one"


def test_another_invoice_at_the_marketplace_is_not_ours() -> None:
    store = Store()
    store.refuse("Nota fiscal já informada")
    store.orders[CODE] = order_in("INVOICED", invoices=[{"key": "3" * 44}])

    assert outcome(store, "INVOICED").startswith("Rejected: ")


def test_our_invoice_is_recognized_by_its_key() -> None:
    store, update = Store(), make_update("INVOICED")
    assert update.invoice is not None
    store.refuse("Nota fiscal já informada")
    store.orders[CODE] = order_in("APPROVED", invoices=[{"key": update.invoice.access_key}])

    assert outcome(store, "INVOICED", invoice=update.invoice).startswith("AlreadyApplied")


def test_an_unreadable_order_leaves_the_refusal_as_it_is() -> None:
    store = Store()
    store.refuse("Pedido não pode ser atualizado")
    store.orders[CODE] = {"code": CODE}

    assert outcome(store, "INVOICED") == "Rejected: HTTP 422: Pedido não pode ser atualizado"


def test_while_the_order_cannot_be_read_the_update_waits() -> None:
    store = Store()
    store.refuse("Pedido não pode ser atualizado")
    store.orders[CODE] = httpx.Response(503)

    with pytest.raises(Unavailable):
        asyncio.run(store.adapter().push(make_update("INVOICED")))


def test_one_shipment_of_several_is_told_only_when_its_tracking_is_there() -> None:
    second = make_shipment(tracking_code="BB2", hand_over=2)
    refused = "Transição inválida: SHIPPED -> SHIPPED"
    with_it = [{"tracks": [{"code": "AA1"}]}, {"tracks": [{"code": "BB2"}]}]

    for shipments, expected in ((with_it[:1], "Rejected"), (with_it, "AlreadyApplied")):
        store = Store()
        store.refuse(refused)
        store.orders[CODE] = order_in("SHIPPED", shipments=shipments)
        assert outcome(store, "SHIPPED", shipment=second).startswith(expected)


def test_a_status_that_the_account_lost_is_looked_up_again_once() -> None:
    store = Store(statuses=[{"code": "5", "type": "INVOICED"}])
    adapter = store.adapter()
    asyncio.run(adapter.push(make_update("INVOICED")))
    store.statuses = STATUSES
    store.refuse("Status 5 não encontrado")

    asyncio.run(adapter.push(make_update("INVOICED")))

    assert [body["status"] for _, _, body in store.writes] == ["5", "5", "order_invoiced"]
    assert store.turns.taken.count("others") == 2


def test_a_status_that_stays_unknown_is_not_tried_for_ever() -> None:
    store = Store()
    adapter = store.adapter()
    store.orders[CODE] = order_in("APPROVED")
    store.refuse("Status order_invoiced não encontrado")

    with pytest.raises(Rejected, match="não encontrado"):
        asyncio.run(adapter.push(make_update("INVOICED")))
    assert len(store.writes) == 1


@pytest.mark.parametrize("status", [400, 404, 405, 406, 415])
def test_every_other_refusal_is_final(status: int) -> None:
    store = Store()
    store.refuse("Campos obrigatórios ausentes", status=status)

    assert outcome(store, "INVOICED") == f"Rejected: HTTP {status}: Campos obrigatórios ausentes"
    assert "orders:get:one" not in store.turns.taken


@pytest.mark.parametrize(
    ("kind", "held", "known"),
    [
        ("INVOICED", "APPROVED", False),
        ("INVOICED", "INVOICED", True),
        ("INVOICED", "DELIVERED", True),
        ("INVOICED", "CANCELED", False),
        ("SHIPPED", "INVOICED", False),
        ("SHIPPED", "SHIPPED", True),
        ("SHIPPED", "SHIPMENT_EXCEPTION", True),
        ("DELIVERED", "SHIPMENT_EXCEPTION", False),
        ("DELIVERED", "DELIVERED", True),
        ("DELIVERY_FAILED", "SHIPPED", False),
        ("DELIVERY_FAILED", "SHIPMENT_EXCEPTION", True),
        ("CANCELED", "CANCELED", True),
        ("CANCELED", "APPROVED", False),
        ("CANCELED", "ORBITING", False),
    ],
)
def test_reading_back_tells_whether_a_write_arrived(kind: str, held: str, known: bool) -> None:
    store = Store()
    store.orders[CODE] = order_in(held)

    assert asyncio.run(store.adapter().is_applied(make_update(kind))) is known


def test_a_prefilled_shipment_does_not_pass_for_ours() -> None:
    store = Store()
    prefilled = sample("approved_prefilled_shipment")
    store.orders[CODE] = prefilled
    tracking = prefilled["shipments"][0]["tracks"][0]["code"]

    update = make_update("SHIPPED", shipment=make_shipment(tracking_code=tracking))

    assert asyncio.run(store.adapter().is_applied(update)) is False
