"""The order list: searching by what was pasted, views of one's own, and many orders at once."""

import io

from playwright.sync_api import Route, expect
from pypdf import PdfReader

from orders.models import Label, Order, SavedView
from orders.status import Status
from tests.browser.conftest import Workers
from tests.browser.desk import Desk
from tests.factories import make_access_key, make_nfe_xml, make_order
from tests.orders.test_admin_labels import pdf


def test_a_pasted_column_finds_its_orders_and_names_what_is_nobodys(desk: Desk) -> None:
    for code in ("Submarino-1", "Submarino-2", "Submarino-3"):
        make_order(code=code)
    page = desk.open("orders_order_changelist", tab="all")

    page.locator("#searchbar").fill("Submarino-1\nSubmarino-3\nSubmarino-9")
    with desk.leaving():
        page.locator("#searchbar").press("Enter")

    expect(page.locator("#result_list tbody tr")).to_have_count(2)
    assert page.locator(".dsp-missing").all_inner_texts() == ["Submarino-9"]


def test_a_view_is_saved_used_and_deleted(desk: Desk) -> None:
    make_order(code="paid-1")
    make_order(code="gone-1", status=Status.SHIPPED)
    page = desk.open("orders_order_changelist", tab="all", status__exact="SHIPPED")

    page.get_by_text("Salvar esta visão").click()
    page.locator(".dsp-views [name=name]").last.fill("Na estrada")
    with desk.leaving():
        page.get_by_role("button", name="Salvar", exact=True).click()
    desk.open("orders_order_changelist", tab="all")
    expect(page.locator("#result_list tbody tr")).to_have_count(2)
    with desk.leaving():
        page.get_by_role("link", name="Na estrada").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    page.get_by_text("Alterar a visão").click()
    with desk.leaving():
        page.get_by_role("button", name="Excluir a visão").click()

    assert not SavedView.objects.exists()
    expect(page.locator("#result_list tbody tr")).to_have_count(2)


def labeled(code: str) -> Order:
    order = make_order(code=code, status=Status.SHIPPING_ARRANGED)
    Label.objects.create(order=order, content=pdf(), content_type="application/pdf", tracking_code=f"T{code}")
    return order


def keep(route: Route, contents: list[bytes]) -> None:
    """The server's answer; the browser's own viewer of PDFs is no page that could be waited for."""
    contents.append(route.fetch().body())
    route.fulfill(body="", content_type="text/plain")


def test_labels_of_many_orders_are_printed_in_one_file(desk: Desk) -> None:
    for code in ("a-1", "a-2", "a-3"):
        labeled(code)
    page = desk.open("orders_order_changelist", tab="all")

    page.locator("#dsp-all").check()
    page.locator("#dsp-action").select_option(label="Imprimir etiquetas")
    with desk.leaving():
        page.locator("#dsp-actions button").click()
    printed: list[bytes] = []
    desk.context.route("**/label/print/**", lambda route: keep(route, printed))
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Imprimir em um só PDF").click()
    opened.value.close()

    assert [len(PdfReader(io.BytesIO(content)).pages) for content in printed] == [3]
    assert Label.objects.filter(printed_at__isnull=False).count() == 3


def test_many_orders_are_canceled_after_a_look_at_each(desk: Desk, workers: Workers) -> None:
    make_order(code="open-1")
    make_order(code="open-2")
    make_order(code="gone-1", status=Status.DELIVERED)
    page = desk.open("orders_order_changelist", tab="all")

    page.locator("#dsp-all").check()
    page.locator("#dsp-action").select_option("cancel")
    with desk.leaving():
        page.locator("#dsp-actions button").click()
    expect(page.locator("li").filter(has_text="gone-1")).to_contain_text("ficará como está")
    page.locator("[name=reason]").fill("Avariado no estoque")
    with desk.leaving():
        page.locator("form.dsp-card button").first.click()
    workers.work()

    expect(page.locator("#dsp-progress [data-state=DONE]")).to_be_visible()
    assert set(Order.objects.filter(status=Status.CANCELED).values_list("code", flat=True)) == {"open-1", "open-2"}


def test_a_folders_files_are_handed_in_at_once(desk: Desk) -> None:
    order = make_order(code="Loja-000001", total="15.00")
    page = desk.open("orders_order_invoices")

    file = {"name": "Loja-000001.xml", "mimeType": "text/xml", "buffer": make_nfe_xml(make_access_key(1))}
    page.locator("[name=files]").set_input_files(file)  # type: ignore[arg-type]  # TypedDict FilePayload
    with desk.leaving():
        page.get_by_role("button", name="Faturar estes").click()

    desk.reads("encontrado pelo nome do arquivo")
    assert Order.objects.get(pk=order.pk).status == Status.INVOICED
