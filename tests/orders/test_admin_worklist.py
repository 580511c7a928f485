"""What people do with the order list: paste, save views, take it along, print it, invoice from files."""

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from orders.models import Invoice, Job, Order, SavedView, Shipment
from orders.status import Status
from tests.backoffice import Office, english_in, text_of
from tests.factories import PLACED, make_access_key, make_channel, make_nfe_xml, make_order

pytestmark = pytest.mark.django_db
LIST = "orders_order_changelist"


@pytest.fixture
def office() -> Office:
    return Office(everything=True)


def codes(answer: Any) -> list[str]:
    return [order.code for order in answer.context_data["cl"].result_list]


# A pasted column


def test_a_pasted_column_finds_every_line_whatever_it_is_and_names_what_is_nobodys(office: Office) -> None:
    loja = make_channel(name="Loja")
    by_code = make_order(channel=loja, code="Lojas Americanas-1", buyer_document="1")
    by_number = make_order(channel=loja, code="Americanas-2", remote_code="281002", buyer_document="1")
    by_document = make_order(channel=loja, code="Submarino-3", buyer_document="52998224725")
    by_tracking = make_order(channel=loja, code="Submarino-4", buyer_document="1")
    Shipment.objects.create(order=by_tracking, tracking_code="QB123456785BR", shipped_at=PLACED)
    by_key = make_order(channel=loja, code="Submarino-5", buyer_document="1")
    Invoice.objects.create(order=by_key, access_key=make_access_key(5), number="5", series="1")
    by_sku = make_order(channel=loja, code="Submarino-6", buyer_document="1", items=[("CAM AZ", 1)])
    make_order(channel=loja, code="stranger-1", buyer_document="1")
    lines = [by_code.code, "281002", "529.982.247-25", "qb123456785br", make_access_key(5), "CAM AZ", "nada-disso"]

    answer = office.post("orders_order_search", q="\r\n".join([*lines, "", lines[0]]))

    expected = {order.code for order in (by_code, by_number, by_document, by_tracking, by_key, by_sku)}
    assert set(codes(answer)) == expected
    assert "6 de 7 linhas coladas encontradas." in text_of(answer)
    assert "Sem pedido: nada-disso" in text_of(answer)
    assert english_in(answer) == []


def test_filters_narrow_what_was_pasted(office: Office) -> None:
    orders = [make_order(status=status) for status in (Status.APPROVED, Status.SHIPPED)]
    office.post("orders_order_search", q="\n".join(order.code for order in orders))

    assert codes(office.get(LIST, pasted="1", tab="in_transit")) == [orders[1].code]


def test_one_pasted_line_is_an_ordinary_search(office: Office) -> None:
    order = make_order()

    answer = office.post("orders_order_search", q=f"\n{order.code}\n", follow=True)

    assert answer.request["PATH_INFO"] == reverse("admin:orders_order_change", args=[order.pk])


def test_a_long_column_costs_no_more_queries_than_a_short_one(office: Office) -> None:
    def queries(lines: int) -> int:
        column = "\n".join(f"order-{number}" for number in range(lines))
        with CaptureQueriesContext(connection) as caught:
            office.post("orders_order_search", q=column)
        return len(caught)

    make_order(code="order-1")
    queries(2)
    assert queries(500) == queries(3)


@pytest.mark.parametrize("scan", ["]C1{key}", "NFe{key}", "http://sefaz.example/consulta?chNFe={key}&tpAmb=1"])
def test_a_scanned_danfe_opens_its_order(office: Office, scan: str) -> None:
    order, key = make_order(), make_access_key(8)
    Invoice.objects.create(order=order, access_key=key, number="8", series="1")

    assert office.get(LIST, q=scan.format(key=key)).url == reverse("admin:orders_order_change", args=[order.pk])


def test_a_tracking_code_that_only_the_channel_told_opens_its_order(office: Office) -> None:
    order = make_order(trackings=[{"code": "BR00001", "carrier": "Shopee"}])
    make_order(trackings=[{"code": "BR00002", "carrier": "Shopee"}])

    assert office.get(LIST, q="br00001").url == reverse("admin:orders_order_change", args=[order.pk])


# Saved views


def save(office: Office, **data: Any) -> Any:
    return office.post("orders_order_views", deed="save", **{"name": "Correios", "query": "carrier=Correios", **data})


def test_a_view_keeps_filters_and_columns_and_is_its_owners_alone(office: Office) -> None:
    make_order(code="here-1", carrier="Correios")
    make_order(code="there-1", carrier="Jadlog")

    answer = save(office, query="carrier=Correios&cols=carrier&after=2026-01-01_1&e=1")

    assert "A visão “Correios” foi salva." in text_of(answer)
    assert codes(answer) == ["here-1"]
    assert SavedView.objects.get().query == "carrier=Correios&cols=carrier"
    assert "Alterar a visão" in text_of(answer)


def test_two_views_of_one_name_are_refused_in_words(office: Office) -> None:
    save(office)

    assert "Você já tem uma visão com este nome." in text_of(save(office, name="CORREIOS"))
    assert SavedView.objects.count() == 1


def test_a_view_is_renamed_filled_anew_and_deleted(office: Office) -> None:
    save(office)
    view = SavedView.objects.get()

    office.post("orders_order_views", deed="rename", view=view.pk, name="PAC")
    office.post("orders_order_views", deed="replace", view=view.pk, query="tab=to_ship")
    view.refresh_from_db()
    assert (view.name, view.query) == ("PAC", "tab=to_ship")
    office.post("orders_order_views", deed="delete", view=view.pk)
    assert not SavedView.objects.exists()


def test_the_view_that_opens_by_itself_opens_and_does_not_lock_anybody_in(office: Office) -> None:
    make_order(code="here-1", carrier="Correios")
    make_order(code="there-1", carrier="Jadlog")
    save(office, is_default="1")

    assert codes(office.client.get(reverse(f"admin:{LIST}"), follow=True)) == ["here-1"]
    assert len(codes(office.get(LIST, tab="all"))) == 2


def test_somebody_elses_view_is_not_touched(office: Office) -> None:
    save(office)
    stranger = SavedView.objects.get()
    office.user.username = "joana"
    office.user.save()
    other = Office("orders.view_order")

    answer = other.post("orders_order_views", deed="delete", view=stranger.pk)

    assert "não existe mais" in text_of(answer)
    assert SavedView.objects.exists()
    assert "Correios" not in text_of(other.get(LIST))


# Sheets


def test_a_pick_list_adds_up_what_several_orders_want(office: Office) -> None:
    loja = make_channel(name="Loja")
    first = make_order(channel=loja, code="first-1", items=[("CAM-AZ", 2), ("BONE", 1)], buyer_name="Ana Paula Lima")
    second = make_order(channel=loja, code="second-1", items=[("CAM-AZ", 3)])

    answer = office.post(LIST, action="picking", _selected_action=[first.pk, second.pk], index="0")

    html = answer.content.decode()
    assert '<td class="code">CAM-AZ</td><td>CAM-AZ</td><td class="number">5</td>' in html
    assert html.count("<svg") == 2
    assert "Ana L." in html
    assert "Paula" not in html
    assert english_in(answer) == []


def test_a_hand_over_sheet_has_a_page_for_each_carrier(office: Office) -> None:
    first = make_order(carrier="Correios", status=Status.SHIPPED)
    Shipment.objects.create(order=first, tracking_code="QB1BR", carrier="", shipped_at=PLACED)
    second = make_order(carrier="Jadlog", status=Status.INVOICED)

    answer = office.post(LIST, action="hand_over", _selected_action=[first.pk, second.pk], index="0")

    page = text_of(answer)
    assert "Romaneio de coleta · Correios 1 volume" in page
    assert "Romaneio de coleta · Jadlog 1 volume" in page
    assert "QB1BR" in page
    assert english_in(answer) == []


# Invoices from files


def hand_in(office: Office, *files: tuple[str, bytes]) -> dict[str, tuple[str, str]]:
    uploads = [SimpleUploadedFile(name, content) for name, content in files]
    office.client.post(reverse("admin:orders_order_invoices"), {"files": uploads})
    return {row.label: (row.outcome, row.words) for row in Job.objects.latest("id").rows.all()}


def paid(code: str, **fields: Any) -> Order:
    return make_order(code=code, placed_at=timezone.now() - timedelta(hours=1), **{"total": "15.00", **fields})


def xml(number: int, said: str = "") -> bytes:
    written = make_nfe_xml(make_access_key(number)).decode()
    return written.replace("</infNFe>", f"{said}</infNFe>").encode()


def test_files_find_their_orders_in_four_ways(office: Office) -> None:
    for code in ("Loja-000001", "Loja-000002", "Loja-000003"):
        paid(code, total="99.00")
    paid("Loja-000004", remote_code="777000004")
    texts = "<infAdic><infCpl>Pedido 777000003 do site</infCpl></infAdic>"
    Order.objects.filter(code="Loja-000003").update(remote_code="777000003")

    found = hand_in(
        office,
        ("a.xml", xml(1, "<compra><xPed>Loja-000001</xPed></compra>")),
        ("NFe_Loja-000002.xml", xml(2)),
        ("c.xml", xml(3, texts)),
        ("d.xml", xml(4)),
    )

    assert {outcome for outcome, _words in found.values()} == {"DONE"}
    assert "pelo número do pedido na NF-e" in found["a.xml"][1]
    assert "pelo nome do arquivo" in found["NFe_Loja-000002.xml"][1]
    assert "nos textos da NF-e" in found["c.xml"][1]
    assert "pelo comprador e valor" in found["d.xml"][1]
    assert Order.objects.filter(status=Status.INVOICED).count() == 4


def test_a_zip_is_opened_and_each_file_has_its_own_result(office: Office) -> None:
    paid("Loja-000001")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("novembro/Loja-000001.xml", xml(1))
        archive.writestr("novembro/quebrado.xml", b"<x>")
        archive.writestr("leia-me.txt", "nada")

    found = hand_in(office, ("novembro.zip", packed.getvalue()))

    assert found["novembro/Loja-000001.xml"][0] == "DONE"
    assert found["novembro/quebrado.xml"][0] == "FAILED"
    assert len(found) == 2
    assert Job.objects.get().rows.exclude(content=None).count() == 0


def test_the_same_folder_a_second_time_leaves_everything_as_it_is(office: Office) -> None:
    paid("Loja-000001")
    hand_in(office, ("Loja-000001.xml", xml(1)))

    assert hand_in(office, ("qualquer.xml", xml(1)))["qualquer.xml"][0] == "UNCHANGED"


def test_an_nfe_for_another_buyer_or_for_two_orders_is_refused_with_what_to_do(office: Office) -> None:
    paid("Loja-000001", buyer_document="11144477735")
    paid("Loja-000002")
    paid("Loja-000003")

    found = hand_in(
        office,
        ("Loja-000001.xml", xml(1)),
        ("x.xml", xml(2)),
        ("y.xml", make_nfe_xml(make_access_key(3), total="1.00")),
    )

    assert "outro CPF/CNPJ" in found["Loja-000001.xml"][1]
    assert "vários pedidos" in found["x.xml"][1]
    assert "Nenhum pedido foi encontrado" in found["y.xml"][1]
    assert not Invoice.objects.exists()


def test_what_is_no_invoice_file_is_refused_before_anything_happens(office: Office) -> None:
    page = office.client.post(
        reverse("admin:orders_order_invoices"), {"files": [SimpleUploadedFile("foto.png", b"PNG")]}
    )

    assert "“foto.png” não é XML nem ZIP." in text_of(page)
    assert english_in(page) == []
    assert not Job.objects.exists()


def test_only_who_may_invoice_hands_in_files() -> None:
    reader = Office("orders.view_order")

    assert reader.get("orders_order_invoices").status_code == 403
    assert "Faturar com arquivos XML" not in text_of(reader.get(LIST))
