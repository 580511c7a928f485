"""The day's work on one order, as a person does it at a screen."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone
from playwright.sync_api import expect

from orders.models import Disclosure, Invoice, Order, Shipment
from orders.status import Status
from tests.browser.conftest import SitDown
from tests.browser.desk import PHONE, Desk
from tests.browser.story import Story
from tests.factories import make_access_key, make_channel, make_nfe_xml, make_order

DROP = """([name, text]) => {
    const files = new DataTransfer();
    files.items.add(new File([text], name, {type: "text/xml"}));
    const options = {dataTransfer: files, bubbles: true, cancelable: true};
    for (const kind of ["dragover", "drop"]) document.body.dispatchEvent(new DragEvent(kind, options));
}"""


def status_of(order: Order) -> str:
    return Order.objects.values_list("status", flat=True).get(pk=order.pk)


def test_somebody_logs_in_and_sees_the_overview(sit_down: SitDown) -> None:
    desk = sit_down(logged_in=False)
    page = desk.open("index")
    page.locator("[name=username]").fill("maria")
    page.locator("[name=password]").fill("uma-senha-de-teste")

    with desk.leaving():
        page.keyboard.press("Enter")

    expect(page.locator("#dashboard")).to_be_visible()
    assert page.title().startswith("Painel")


def test_an_xml_dropped_on_the_page_invoices_the_order(desk: Desk) -> None:
    order = make_order(total="15.00")
    key = make_access_key(7)
    page = desk.open_order(order)

    page.evaluate(DROP, ["nfe.xml", make_nfe_xml(key).decode()])
    expect(desk.shown_dialog().locator("[data-understood]")).to_contain_text("NF-e 7")
    desk.confirm()

    desk.reads("Nota fiscal registrada.")
    assert (Invoice.objects.get().access_key, status_of(order)) == (key, Status.INVOICED)


def test_a_scanned_bar_code_opens_the_invoice_with_its_key(desk: Desk) -> None:
    order = make_order()
    key = make_access_key(8)
    page = desk.open_order(order)

    page.keyboard.type(key)
    page.keyboard.press("Enter")
    expect(desk.shown_dialog().locator("[data-understood]")).to_contain_text("NF-e 8")
    with desk.leaving():
        page.keyboard.press("Enter")

    assert Invoice.objects.get(order=order).access_key == key


def test_a_mistyped_key_is_told_while_it_is_typed(desk: Desk) -> None:
    key = make_access_key(9)
    desk.open_order(make_order())
    dialog = desk.dialog("invoice")

    dialog.locator("[name=access_key]").fill(key[:-1] + str((int(key[-1]) + 1) % 10))

    expect(dialog.locator("[data-live-error]").first).to_contain_text("O último dígito da chave de acesso")
    dialog.locator("[name=access_key]").fill(key)
    expect(dialog.locator("[data-understood]")).to_contain_text("NF-e 9")
    assert dialog.locator("[data-live-error]:visible").count() == 0


@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, PHONE], ids=["screen", "phone"])
def test_an_order_is_shipped(sit_down: SitDown, viewport: dict[str, int]) -> None:
    order = make_order(status=Status.INVOICED, code="Submarino-77")
    desk = sit_down(viewport=viewport, has_touch=viewport == PHONE)
    page = desk.open("orders_order_changelist", tab="all")
    desk.fits()
    with desk.leaving():
        page.get_by_role("link", name="Submarino-77").click()
    desk.fits()

    dialog = desk.dialog("ship")
    dialog.locator("[name=tracking_code]").fill("AA123456789BR")
    dialog.locator("[name=carrier]").fill("Correios")
    desk.fits()
    desk.confirm()

    desk.reads("AA123456789BR")
    assert (Shipment.objects.get().carrier, status_of(order)) == ("Correios", Status.SHIPPED)


@pytest.mark.parametrize("screen", ["index", "orders_order_changelist", "orders_stockitem_changelist"])
def test_on_a_phone_nothing_is_scrolled_sideways(sit_down: SitDown, screen: str) -> None:
    make_order(
        items=[("UM-SKU-BASTANTE-COMPRIDO-PARA-UMA-TELA-PEQUENA", 2)],
        code="Lojas Americanas-281502658500001",
        buyer_name="Maria Aparecida Conceição dos Santos de Albuquerque",
        channel=make_channel(name="Americanas · Loja principal do centro de distribuição"),
        ship_by=timezone.now(),
    )
    desk = sit_down(viewport=PHONE, has_touch=True)

    desk.open(screen)

    assert desk.sideways() == 0


def test_no_column_of_the_items_is_cut_at_any_width(sit_down: SitDown, story: Story) -> None:
    desk = sit_down()
    page = desk.open("orders_order_change", story.delivered.pk)
    cut = []
    for width in range(390, 1930, 70):
        page.set_viewport_size({"width": width, "height": 800})
        room = page.locator("[data-panel=items]").evaluate("card => card.clientWidth - card.scrollWidth")
        cut += [width] if room or desk.sideways() else []

    assert cut == [], cut


def test_an_order_is_canceled_with_its_reason(desk: Desk) -> None:
    order = make_order()
    desk.open_order(order)
    dialog = desk.dialog("cancel")
    expect(dialog).to_contain_text("Não dá para desfazer")

    dialog.locator("[name=reason]").fill("Avariado no estoque")
    desk.confirm()

    assert desk.status() == "Cancelado"
    assert order.events.get().data["reason"] == "Avariado no estoque"


def test_a_buyer_who_wants_to_cancel_gets_an_answer(desk: Desk) -> None:
    order = make_order(
        status=Status.INVOICED, cancel_requested_at=timezone.now(), cancel_request_reason="Comprei errado"
    )
    desk.open_order(order)
    dialog = desk.dialog("answer_cancel_request")
    expect(dialog).to_contain_text("Comprei errado")

    dialog.locator("[value=yes]").check()
    desk.confirm()

    desk.reads("Resposta registrada.")
    assert order.updates.count() == 1


def test_of_two_people_at_one_order_the_second_is_told_and_keeps_what_was_typed(sit_down: SitDown) -> None:
    order = make_order(status=Status.INVOICED)
    ana, bia = sit_down("ana"), sit_down("bia")
    ana.open_order(order)
    bia.open_order(order)
    form = bia.dialog("cancel")
    form.locator("[name=reason]").fill("Avariado no estoque")

    ana.dialog("ship").locator("[name=tracking_code]").fill("AA1BR")
    ana.confirm()
    form.locator("form button:not([type=button])").click()

    expect(form).to_contain_text("ana")
    assert form.locator("[name=reason]").input_value() == "Avariado no estoque"
    assert status_of(order) == Status.SHIPPED


def test_personal_data_is_shown_for_a_reason_that_is_kept(sit_down: SitDown) -> None:
    ana = User.objects.create_user("ana", is_staff=True)
    ana.user_permissions.set(Permission.objects.filter(codename__in=["view_order", "reveal_buyer"]))
    order = make_order(buyer_name="Beatriz Lima")
    desk = sit_down("ana")
    page = desk.open_order(order)
    expect(page.get_by_text("Beatriz Lima")).to_have_count(0)

    page.locator("[data-reveal] summary").click()
    page.locator("#id_reveal_reason").fill("A compradora ligou")
    with desk.leaving():
        page.locator("[data-reveal] button").click()

    desk.reads("Beatriz Lima")
    assert Disclosure.objects.get().reason == "A compradora ligou"


def test_an_order_is_invoiced_from_the_list_without_a_mouse(desk: Desk) -> None:
    order = make_order(code="Submarino-78")
    make_order(code="Submarino-79")
    page = desk.open("orders_order_changelist", tab="all")

    page.keyboard.press("/")
    page.keyboard.type("Submarino-78")
    with desk.leaving():
        page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/{order.pk}/change/"))
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.verb") == "invoice":
            break
    page.keyboard.press("Enter")
    expect(desk.shown_dialog().locator("[name=access_key]")).to_be_focused()
    page.keyboard.type(make_access_key(10))
    page.keyboard.press("Enter")
    expect(page.locator("[data-understood]")).to_contain_text("NF-e 10")
    with desk.leaving():
        page.keyboard.press("Enter")

    assert status_of(order) == Status.INVOICED


def test_the_menu_under_ones_name_is_reached_without_a_mouse(desk: Desk) -> None:
    page = desk.open("index")

    page.locator("[x-on\\:click*=openUserLinks]").press("Enter")
    with desk.leaving():
        page.get_by_role("link", name="Alterar senha").press("Enter")

    assert "password_change" in page.url


def test_filters_are_reached_without_a_mouse(desk: Desk) -> None:
    make_order()
    make_order(status=Status.SHIPPED)
    page = desk.open("orders_order_changelist", tab="all")

    page.get_by_role("button", name="Filtros").press("Enter")
    expect(page.locator("[name=attention]").first).to_be_focused()
    page.locator("[name=status__exact][value=SHIPPED]").press(" ")
    with desk.leaving():
        page.keyboard.press("Enter")

    assert page.locator("#result_list tbody tr").count() == 1


def test_escape_closes_a_form_and_nothing_happened(desk: Desk) -> None:
    order = make_order()
    page = desk.open_order(order)
    dialog = desk.dialog("cancel")

    page.keyboard.press("Escape")

    expect(dialog).to_be_hidden()
    assert status_of(order) == Status.APPROVED
