"""Labels in the back office: seen at their orders, printed one by one and many at once, and never twice unasked."""

import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader, PdfWriter

from orders.admin import extensions
from orders.admin.extensions import LabelSource
from orders.models import ChannelUpdate, Label, Order
from orders.status import Status
from tests.backoffice import Office, text_of
from tests.factories import make_order

pytestmark = pytest.mark.django_db

WINDOW = "Só até a coleta."


@pytest.fixture(autouse=True)
def source(monkeypatch: pytest.MonkeyPatch) -> None:
    known = LabelSource(print_window=WINDOW, waiting="")
    monkeypatch.setattr(extensions, "label_sources", [lambda order: known])


@pytest.fixture
def office() -> Office:
    return Office("orders.view_order", "orders.ship_order")


def pdf(pages: int = 1) -> bytes:
    out = io.BytesIO()
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(100, 150)
    writer.write(out)
    return out.getvalue()


def labeled(tracking: str = "AA1BR", *, content: bytes | None = None, media: str = "application/pdf") -> Order:
    order = make_order(status=Status.SHIPPING_ARRANGED)
    facts = {"content": pdf() if content is None else content, "content_type": media, "tracking_code": tracking}
    Label.objects.create(order=order, **facts)
    return order


def pages_of(response: object) -> int:
    return len(PdfReader(io.BytesIO(response.content)).pages)  # type: ignore[attr-defined]  # Django's test response


def chosen(office: Office, *orders: Order) -> str:
    ids = [order.pk for order in orders]
    return text_of(office.post("orders_order_changelist", action="print_selected", _selected_action=ids))


def test_an_orders_page_shows_its_label_its_number_and_its_window(office: Office) -> None:
    page = office.order_page(labeled())

    for words in ("Etiqueta de envio", "AA1BR", "ainda não impressa", WINDOW, "Imprimir etiqueta"):
        assert words in page


def test_a_printed_label_says_when_and_by_whom(office: Office) -> None:
    order = labeled()

    answer = office.post("orders_label_print", order=order.pk)

    assert (answer["Content-Type"], answer["Content-Disposition"][:6], pages_of(answer)) == (
        "application/pdf",
        "inline",
        1,
    )
    label = Label.objects.get()
    assert (label.printed_by, label.printed_at is not None) == ("maria", True)
    assert "por maria" in office.order_page(order)
    assert "Imprimir de novo" in office.order_page(order)


def test_many_labels_are_one_pdf_in_the_order_of_their_deadlines(office: Office) -> None:
    late, soon = labeled(content=pdf(2)), labeled(content=pdf(1))
    Order.objects.filter(pk=soon.pk).update(ship_by=datetime(2026, 11, 21, tzinfo=UTC))

    page = chosen(office, late, soon)
    answer = office.post("orders_label_print", order=[late.pk, soon.pk])

    assert page.index(soon.code) < page.index(late.code)
    assert "2 pedidos têm etiqueta" in page
    assert pages_of(answer) == 3
    assert Label.objects.filter(printed_by="maria").count() == 2


def test_who_has_no_label_is_named_with_the_reason(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = LabelSource(waiting="A transportadora ainda não deu o código de rastreio.")
    monkeypatch.setattr(extensions, "label_sources", [lambda order: waiting])
    bare = make_order(status=Status.SHIPPING_ARRANGED)
    gone = labeled("AA2BR")
    Order.objects.filter(pk=gone.pk).update(status=Status.SHIPPED)
    removed = labeled("AA3BR")
    Label.objects.filter(order=removed).update(content=None)
    damaged = labeled("AA4BR", content=b"%PDF-1.4 cut off")

    page = chosen(office, bare, gone, removed, damaged)

    assert "4 pedidos não podem ser impressos" in page
    for words in ("não deu o código de rastreio", "já está com o pacote", "removida", "danificado"):
        assert words in page


def test_a_channel_that_makes_no_labels_is_named_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extensions, "label_sources", [lambda order: None])
    order = make_order(status=Status.SHIPPING_ARRANGED)

    assert "não faz etiquetas" in chosen(office, order)
    assert "Etiquetas" not in office.order_page(order)


def test_what_was_printed_is_left_out_until_somebody_asks_for_it_again(office: Office) -> None:
    old, new = labeled("AA1BR"), labeled("AA2BR")
    office.post("orders_label_print", order=old.pk)

    page = chosen(office, old, new)
    first = office.post("orders_label_print", order=[old.pk, new.pk])
    again = office.post("orders_label_print", order=[old.pk, new.pk], again="on")
    none = office.post("orders_label_print", order=[old.pk, new.pk])

    assert "1 deles já foi impresso" in page
    assert (pages_of(first), pages_of(again)) == (1, 2)
    assert "Nenhuma destas etiquetas" in text_of(none)


def test_an_order_that_is_canceled_meanwhile_is_not_printed(office: Office) -> None:
    order = labeled()
    Order.objects.update(status=Status.CANCELED)

    answer = office.post("orders_label_print", order=order.pk)

    assert "Nenhuma destas etiquetas" in text_of(answer)
    assert Label.objects.get().printed_at is None


def test_labels_for_thermal_printers_come_as_one_text(office: Office) -> None:
    orders = [
        labeled("AA1BR", content=b"^XA1^XZ", media="text/plain"),
        labeled(content=b"^XA2^XZ\n", media="text/plain"),
    ]

    answer = office.post("orders_label_print", order=[order.pk for order in orders], format="text")

    assert answer.content == b"^XA1^XZ\n^XA2^XZ\n"
    assert "Baixar ZPL" in chosen(office, *orders)


def test_a_label_can_be_asked_for_from_the_order(office: Office) -> None:
    order = make_order(status=Status.SHIPPING_ARRANGED)
    assert "Obter a etiqueta" in office.order_page(order)

    page = text_of(office.post("orders_label_ask", order.pk))

    assert "solicitada" in page
    assert ChannelUpdate.objects.get(order=order).kind == ChannelUpdate.Kind.LABEL


def test_labels_are_for_those_who_ship() -> None:
    reader = Office("orders.view_order")
    order = labeled()

    assert reader.post("orders_label_print", order=order.pk).status_code == 403
    assert reader.post("orders_label_ask", order.pk).status_code == 403
    assert "Imprimir etiqueta" not in reader.order_page(order)
    assert "Imprimir etiquetas" not in text_of(reader.get("orders_order_changelist"))


def test_too_many_orders_are_not_printed_at_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.admin.labels.MOST", 1)

    assert "no máximo 1" in chosen(office, labeled("AA1BR"), labeled("AA2BR"))
