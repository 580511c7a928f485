"""The papers of an order: the NF-e's file and the labels, for keys that may read them."""

import pytest

from orders.models import Label
from tests.factories import make_access_key, make_api_key, make_nfe_xml, make_order
from tests.orders.warehouse import Warehouse

pytestmark = pytest.mark.django_db


@pytest.fixture
def wms() -> Warehouse:
    return Warehouse()


def test_the_nfe_goes_in_as_a_file_and_comes_out_byte_for_byte(wms: Warehouse) -> None:
    order, key = make_order(), make_access_key()
    xml = make_nfe_xml(key)

    told = wms.send("PUT", f"/orders/{order.pk}/invoice", xml, content_type="application/xml")
    [paper] = wms.get(f"/orders/{order.pk}/documents").json()["documents"]
    file = wms.send("GET", f"/orders/{order.pk}/documents/{paper['name']}")

    assert (told.status_code, told.json()["invoice"]["access_key"]) == (200, key)
    assert (paper["kind"], paper["content_type"]) == ("NFE", "application/xml")
    assert (file.content, file["Content-Type"]) == (xml, "application/xml")
    assert paper["href"] == f"/api/v1/orders/{order.pk}/documents/nfe"


def test_a_file_that_is_no_nfe_is_refused(wms: Warehouse) -> None:
    order = make_order()

    answer = wms.send("PUT", f"/orders/{order.pk}/invoice", "<x/>", content_type="application/xml")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "xml_not_nfe")


def test_the_same_file_again_with_its_key_is_the_same_request() -> None:
    order, wms = make_order(), Warehouse(**{"Idempotency-Key": "a"})
    xml = make_nfe_xml(make_access_key())

    answers = [
        wms.send("PUT", f"/orders/{order.pk}/invoice", content, content_type="application/xml")
        for content in (xml, xml, xml + b"\n")
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 422]


def test_labels_are_listed_and_read_whatever_their_format(wms: Warehouse) -> None:
    order = make_order()
    label = Label.objects.create(order=order, content_type="application/pdf", content=b"%PDF-1.4", tracking_code="BR1")
    gone = Label.objects.create(order=order, package="2", content_type="application/pdf")

    [paper] = wms.get(f"/orders/{order.pk}/documents").json()["documents"]
    file = wms.send("GET", f"/orders/{order.pk}/documents/{paper['name']}", Accept="application/pdf")

    assert (paper["name"], paper["kind"], paper["tracking_code"]) == (f"label-{label.pk}", "LABEL", "BR1")
    assert (file.content, file["Content-Type"], file["Cache-Control"]) == (b"%PDF-1.4", "application/pdf", "no-store")
    assert wms.send("GET", f"/orders/{order.pk}/documents/label-{gone.pk}").status_code == 404


@pytest.mark.parametrize("name", ["nfe", "label-1", "label-x", "label-" + "9" * 30, "other"])
def test_a_paper_that_does_not_exist_is_404(wms: Warehouse, name: str) -> None:
    answer = wms.send("GET", f"/orders/{make_order().pk}/documents/{name}")

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_the_label_of_another_order_is_not_found(wms: Warehouse) -> None:
    mine, other = make_order(), make_order()
    label = Label.objects.create(order=other, content_type="application/pdf", content=b"%PDF-1.4")

    assert wms.send("GET", f"/orders/{mine.pk}/documents/label-{label.pk}").status_code == 404


def test_papers_need_their_scope() -> None:
    order = make_order()
    reader = Warehouse(make_api_key("reader", scopes=["orders:read"]))
    printer = Warehouse(make_api_key("printer", scopes=["documents:read"]))

    assert reader.get(f"/orders/{order.pk}/documents").status_code == 403
    assert printer.get(f"/orders/{order.pk}/documents").status_code == 200
    assert printer.get(f"/orders/{order.pk}").status_code == 403
