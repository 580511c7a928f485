"""The order list as a file: CSV and XLSX, at once where it is short, as a task with progress where it is long."""

import io
import zipfile
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import etree

from orders import jobs
from orders.admin import export_rows, exports
from orders.models import Job
from tests.backoffice import Office, english_in, text_of
from tests.factories import make_order

pytestmark = pytest.mark.django_db
LIST = "orders_order_changelist"


@pytest.fixture
def office() -> Office:
    return Office(everything=True)


def exported(office: Office, **query: Any) -> list[str]:
    answer = office.get("orders_order_export", "csv", **query)
    return b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()


def test_the_filtered_list_is_exported_whole_and_harmless(office: Office) -> None:
    for number in range(60):
        make_order(code=f"order-{number}", carrier="Jadlog", buyer_name='=HYPERLINK("http://x")', total="1234.50")
    make_order(code="other-1")

    lines = exported(office, carrier="Jadlog")

    assert lines[0].startswith("Pedido;Número no marketplace;Canal")
    assert len(lines) == 61
    assert "'=HYPERLINK" in lines[1]
    assert "1234,50" in lines[1]
    assert "Aprovado" in lines[1]
    assert LogEntry.objects.get(change_message="carrier=Jadlog").object_repr == "Exportados em CSV"


def test_buyers_are_masked_in_an_export_for_who_may_not_see_them() -> None:
    address = {"city": "São Paulo", "state": "SP", "postcode": "01001000"}
    make_order(buyer_name="Ana Paula Lima", buyer_email="ana@example.com", shipping_address=address)

    line = exported(Office("orders.view_order"))[1]

    assert "Ana L." in line
    assert "•••25" in line
    assert not any(secret in line for secret in ("Paula", "ana@example.com", "01001000", "52998224725"))


def test_a_workbook_has_text_as_text(office: Office) -> None:
    make_order(code="0001", buyer_name="=1+1")

    answer = office.get("orders_order_export", "xlsx")

    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as book:
        sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        assert b"=1+1" in book.read("xl/worksheets/sheet1.xml")
    assert not sheet.findall(".//{*}f")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_long_export_is_a_task_with_progress_and_has_all_of_it(
    office: Office, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_rows, "CHUNK", 2)
    monkeypatch.setattr(exports, "MOST_CHOSEN", 4)
    orders = [make_order(code=f"order-{n}", total="12.30", buyer_name="=1+1") for n in range(5)]
    chosen = {"_selected_action": [order.pk for order in orders], "index": "0"}

    page = office.post(LIST, action=f"export_{form}", **chosen)
    job = Job.objects.get()
    before = text_of(office.get("orders_job_progress", job.pk))
    jobs.work(job.pk)
    after = text_of(office.get("orders_job_progress", job.pk))
    file = office.get("orders_job_file", job.pk)

    assert "Exportação de pedidos" in text_of(page)
    assert ("0 de 3" in before, "Pedidos 5 a 5" in before, "3 de 3" in after) == (True, True, True)
    assert f".{form}" in file["Content-Disposition"]
    assert not job.rows.exclude(content=None).exists()
    assert all(f"order-{n}" in read(form, file.content) for n in range(5))
    assert ("12,30" if form == "csv" else ">12.3<") in read(form, file.content)
    assert LogEntry.objects.filter(object_repr=f"Exportados em {form.upper()}").exists()


def read(form: str, content: bytes) -> str:
    if form == "csv":
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return book.read("xl/worksheets/sheet1.xml").decode()


def test_a_long_workbook_of_the_whole_list_is_a_task(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 1)
    make_order()
    make_order()

    page = office.client.get(reverse("admin:orders_order_export", args=["xlsx"]), {"tab": "all"}, follow=True)

    assert "0 de 1" in text_of(page)
    assert english_in(page) == []


def test_more_than_one_task_takes_is_told_with_the_remedy(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 0)
    monkeypatch.setattr(exports, "MOST", 1)
    make_order()
    make_order()

    page = office.client.get(reverse("admin:orders_order_export", args=["xlsx"]), {"tab": "all"}, follow=True)

    assert "leva no máximo 1 pedidos" in text_of(page)
    assert not Job.objects.exists()


def test_an_export_reads_by_pages_and_not_order_by_order(office: Office) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            exported(office, tab="all")
        return len(caught)

    make_order()
    queries()  # the first one reads what Django keeps from then on
    few = queries()
    for _ in range(30):
        make_order()

    assert queries() == few
