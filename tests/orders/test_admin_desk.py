"""On an order's page: notes, whose data is shown to whom, and what cannot be done now."""

import re

import pytest

from orders.models import Disclosure, Note
from orders.snapshot import Fulfillment
from orders.status import Status
from tests.backoffice import Office, text_of
from tests.factories import make_order

pytestmark = pytest.mark.django_db
ADDRESS = {"recipient": "Ana Paula Lima", "street": "Rua das Flores", "number": "130", "city": "Santos", "state": "SP"}
BUYER = {
    "buyer_name": "Ana Paula Lima",
    "buyer_document": "52998224725",
    "buyer_phones": ["11988887777"],
    "buyer_email": "ana@example.com",
    "shipping_address": ADDRESS,
    "billing_address": ADDRESS,
}
PERSONAL = ("Ana Paula", "529.982", "98888-7777", "ana@example.com", "Rua das Flores")


def personal_in(page: str) -> list[str]:
    return [words for words in PERSONAL if words in page]


def test_a_note_is_kept_with_its_author() -> None:
    office = Office("orders.view_order", "orders.note_order")
    order = make_order()

    page = text_of(office.post("orders_order_note", order.pk, text="Comprador pediu <b>urgência</b>"))

    assert "Comprador pediu <b>urgência</b>" in page
    assert (Note.objects.get().by_name, order.events.count()) == ("maria", 0)
    assert "Escreva algo" in text_of(office.post("orders_order_note", order.pk, text=" "))


def test_who_may_only_read_writes_no_notes() -> None:
    reader = Office("orders.view_order")
    order = make_order()

    assert reader.post("orders_order_note", order.pk, text="x").status_code == 403
    assert "Salvar anotação" not in reader.order_page(order)


def test_personal_data_is_masked_for_who_may_not_see_it() -> None:
    reader = Office("orders.view_order", "orders.cancel_order")
    order = make_order(**BUYER)

    pages = [reader.order_page(order), text_of(reader.get("orders_order_verb", order.pk, "cancel"))]

    assert [personal_in(page) for page in pages] == [[], []]
    assert "Ana L." in pages[0]
    assert "Santos – SP" in pages[0]
    assert "Os dados pessoais estão ocultos." in pages[0]
    assert reader.post("orders_order_reveal", order.pk, reason="curiosidade").status_code == 403


def test_who_sees_it_by_right_is_asked_nothing() -> None:
    packer = Office("orders.view_order", "orders.view_buyer")

    assert personal_in(packer.order_page(make_order(**BUYER))) == list(PERSONAL)
    assert not Disclosure.objects.exists()


def test_a_reason_shows_this_buyer_and_is_written_down() -> None:
    attendant = Office("orders.view_order", "orders.reveal_buyer")
    order, other = make_order(**BUYER), make_order(**BUYER)
    assert "Diga em poucas palavras" in text_of(attendant.post("orders_order_reveal", order.pk, reason="x"))

    page = text_of(attendant.post("orders_order_reveal", order.pk, reason="Comprador ligou"))

    assert personal_in(page) == list(PERSONAL)
    assert personal_in(attendant.order_page(other)) == []
    log = Disclosure.objects.get()
    assert (log.order, log.by_name, log.reason) == (order, "maria", "Comprador ligou")


def test_what_was_shown_is_hidden_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    attendant = Office("orders.view_order", "orders.reveal_buyer")
    order = make_order(**BUYER)
    monkeypatch.setattr("orders.admin.privacy.SHOWN_FOR", 0)

    assert personal_in(text_of(attendant.post("orders_order_reveal", order.pk, reason="Comprador ligou"))) == []


def test_the_log_of_what_was_shown_is_for_those_who_watch() -> None:
    order = make_order()
    Disclosure.objects.create(order=order, by_name="Joana", reason="Comprador ligou")
    watcher = Office("orders.view_disclosure")

    page = text_of(watcher.get("orders_disclosure_changelist"))

    assert all(words in page for words in ("Joana", "Comprador ligou", order.code))


def test_what_cannot_be_done_says_why() -> None:
    office = Office("orders.view_order", "orders.change_order")

    page = office.order_page(make_order(status=Status.APPROVED))
    assert "Despachar Só é possível enquanto o pedido está: Faturado" in page
    theirs = office.order_page(make_order(status=Status.INVOICED, fulfillment=Fulfillment.MARKETPLACE_SHIPS))
    assert "Quem envia este pedido é o marketplace, não nós." in theirs


@pytest.mark.parametrize(
    ("permission", "verb", "others"),
    [
        ("invoice_order", "invoice", {"cancel"}),
        ("cancel_order", "cancel", {"invoice"}),
        ("ship_order", None, {"invoice", "cancel"}),
    ],
)
def test_each_right_opens_its_buttons_alone(permission: str, verb: str | None, others: set[str]) -> None:
    office = Office("orders.view_order", f"orders.{permission}")
    order = make_order()

    shown = set(re.findall(r"/do/(\w+)/", office.get("orders_order_change", order.pk).content.decode()))

    assert shown == ({verb} if verb else set())
    assert all(office.get("orders_order_verb", order.pk, other).status_code == 403 for other in others)


def test_our_pages_have_no_script_of_their_own_inside() -> None:
    """A content security policy may forbid inline code: what a page does is in static files."""
    from pathlib import Path

    from django.conf import settings

    pages = [path for app in ("orders", "marketplaces") for path in (Path(settings.BASE_DIR) / app).rglob("*.html")]

    assert pages
    inline = re.compile(r"<script(?![^>]*\bsrc=)|\son[a-z]+\s*=|javascript:", re.IGNORECASE)
    assert [str(path) for path in pages if inline.search(path.read_text())] == []
