"""What browsers are told: nothing runs that stands inside a page, nobody frames us, files of others are no pages."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from orders.models import Label
from orders.status import Status
from tests.backoffice import Office
from tests.factories import make_account, make_api_key, make_order
from tests.set_up.test_observing import run

pytestmark = pytest.mark.django_db

TEMPLATES = [
    path
    for app in ("config", "orders", "marketplaces", "warehouse")
    for path in (Path(settings.BASE_DIR) / app).rglob("templates/**/*.html")
]
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|\son\w+\s*=\s*[\"']|javascript:|<base\b", re.IGNORECASE)


def policy(response: Any) -> dict[str, set[str]]:
    parts = [part.split() for part in response["Content-Security-Policy"].split(";")]
    return {part[0]: set(part[1:]) for part in parts if part}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_page_of_ours_holds_a_script(path: Path) -> None:
    assert INLINE.findall(path.read_text()) == []


@pytest.mark.parametrize("address", ["/api/docs/", "/api/problems/", "/api/nothing", "/nothing", "/healthz"])
def test_outside_the_back_office_nothing_inline_is_allowed_at_all(address: str) -> None:
    told = policy(Client().get(address))

    assert told["default-src"] == {"'none'"}
    assert told["script-src"] == told["style-src"] == {"'self'"}
    assert told["frame-ancestors"] == told["base-uri"] == told["object-src"] == {"'none'"}


def test_the_back_office_runs_only_scripts_that_are_files_of_ours() -> None:
    for page in (Client().get("/admin/login/"), Office(everything=True).get("orders_order_changelist")):
        told = policy(page)

        assert told["script-src"] == {"'self'", "'unsafe-eval'"}  # Alpine evaluates its attributes
        assert told["form-action"] == {"'self'"}
        assert (
            INLINE.findall(re.sub(r"<script[^>]*type=\"application/json\".*?</script>", "", page.text, flags=re.S))
            == []
        )


def test_only_the_page_with_the_button_that_leads_to_the_marketplace_lets_a_form_leave() -> None:
    shopee = {"partner_id": "1", "partner_key": "key", "shop_id": "1"}
    account = make_account(connector="shopee", base_url="http://127.0.0.1:8100/shopee", credentials=shopee)

    page = Office(everything=True).get("marketplaces_account_change", account.pk)

    assert policy(page)["form-action"] == {"'self'", "https:", "http://127.0.0.1:8100"}


def test_every_answer_forbids_guessing_types_and_asking_for_devices() -> None:
    answer = Client().get("/admin/login/")

    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]


def test_a_file_that_a_marketplace_gave_is_a_closed_download() -> None:
    order = make_order(status=Status.SHIPPING_ARRANGED)
    script = b"<html><script>alert(1)</script>"
    label = Label.objects.create(
        order=order, kind="LABEL", content_type="text/html", content=script, fetched_at=timezone.now()
    )
    address = reverse("api-document", kwargs={"order_id": order.pk, "name": f"label-{label.pk}"})

    answer = Client().get(address, headers={"authorization": f"Bearer {make_api_key(scopes=['documents:read'])}"})

    assert answer.content == script
    assert answer["Content-Disposition"].startswith("attachment")
    assert policy(answer)["default-src"] == {"'none'"}
    assert "sandbox" in policy(answer)
    assert answer["Cache-Control"] == "no-store"


def test_with_https_nothing_is_answered_without_it() -> None:
    """Two requests in a process of its own: settings and middleware are as they start with HTTPS=1."""
    script = (
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        "from django.test import Client\n"
        "plain, safe = (Client(SERVER_NAME='localhost').get('/nothing', secure=secure) for secure in (False, True))\n"
        "print(plain.status_code, plain['Location'])\n"
        "print(safe.status_code, safe['Strict-Transport-Security'])\n"
        "print(settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY, settings.CSRF_COOKIE_SECURE)\n"
    )
    done = run(script, HTTPS="1", LOG_LEVEL="CRITICAL")

    assert done.stdout.splitlines() == [
        "301 https://localhost/nothing",
        "404 max-age=31536000; includeSubDomains; preload",
        "True True True",
    ], done.stderr
