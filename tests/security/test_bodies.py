"""What is too large is refused before it is read, with a remedy."""

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from orders.admin import invoice_files
from tests.backoffice import Office, text_of
from tests.factories import make_account, make_api_key, make_order

pytestmark = pytest.mark.django_db


def test_the_api_answers_413_with_a_remedy() -> None:
    order, key = make_order(), make_api_key()

    answer = Client().put(
        f"/api/v1/orders/{order.pk}/invoice",
        b" " * 1_000_001,
        content_type="application/json",
        headers={"authorization": f"Bearer {key}", "accept-language": "en"},
    )

    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")
    assert answer.json()["type"] == "/api/problems/body-too-large"
    assert answer.json()["detail"] == "A body may have 1 MB."


@pytest.mark.parametrize("address", ["/admin/login/", "/webhooks/loja", "/api/nothing", "/language/"])
def test_who_is_nobody_yet_sends_no_large_files(address: str) -> None:
    make_account()
    answer = Client().post(address, {"file": SimpleUploadedFile("a.xml", b"x" * 1_000_001)})

    assert answer.status_code == 413


def test_the_back_office_takes_files_as_far_as_is_configured(settings: Any) -> None:
    settings.UPLOAD_MAX_MB = 2
    office = Office(everything=True)

    answer = office.client.post("/admin/", {"file": SimpleUploadedFile("a.xml", b"x" * 2_000_000)})

    assert answer.status_code == 413
    assert "No máximo 2 MB podem ser enviados por vez" in text_of(answer)


def test_a_zip_that_unpacks_to_more_than_it_looks_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invoice_files, "MOST_MB", 2)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            archive.writestr(f"{number}.xml", b"0" * 900_000)
    assert len(bomb.getvalue()) < 10_000
    office = Office(everything=True)

    upload = SimpleUploadedFile("notas.zip", bomb.getvalue())
    answer = office.post("orders_order_invoices", files=upload)

    assert "Descompactados, são mais de 2 MB" in text_of(answer)
