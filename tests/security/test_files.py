"""Files of others are kept in the database, whatever they are called; of our own only static ones are served."""

import io
import zipfile

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import FileField
from django.test import Client
from django.urls import reverse

from orders.admin import invoice_files
from orders.models import Job
from tests.backoffice import Office, text_of

pytestmark = pytest.mark.django_db
NAMES = [
    "../../../../etc/cron.d/nota.xml",
    "/etc/nota.xml",
    "C:\\nota.xml",
    "$(touch x);.xml",
    "<script>alert(1)</script>.xml",
]


def archive(*names: str) -> SimpleUploadedFile:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name in names:
            file.writestr(name, "<a/>")
    return SimpleUploadedFile("notas.zip", content.getvalue())


def test_no_model_writes_a_file() -> None:
    assert settings.MEDIA_ROOT == ""
    assert [field for model in apps.get_models() for field in model._meta.fields if isinstance(field, FileField)] == []


def test_a_file_s_name_is_a_word_and_never_a_path_a_command_or_a_page() -> None:
    office = Office(everything=True)

    page = office.client.post(reverse("admin:orders_order_invoices"), {"files": [archive(*NAMES)]}, follow=True)

    job = Job.objects.get()
    assert [row.label for row in job.rows.order_by("position")] == NAMES
    assert "<script>alert(1)" not in page.content.decode()


def test_a_zip_with_too_many_files_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invoice_files, "MOST", 3)

    answer = Office(everything=True).post("orders_order_invoices", files=archive(*NAMES))

    assert "mais de 3 arquivos" in text_of(answer)
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    "address",
    [
        "/manage.py",
        "/.env",
        "/.git/config",
        "/config/settings.py",
        "/static/../manage.py",
        "/static/%2e%2e/manage.py",
        "/static/..%2fmanage.py",
        "/static//etc/passwd",
        "/static/orders/../../../config/settings.py",
        "/static/",
    ],
)
def test_nothing_of_the_program_is_served(address: str) -> None:
    assert Client().get(address).status_code == 404
