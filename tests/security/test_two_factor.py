"""A second factor for the back office: set up with a phone, proved after the password, lost and reset."""

import html
import re
import time
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django_otp.oath import TOTP
from freezegun import freeze_time

from config.two_factor.models import Authenticator
from tests.backoffice import Office, text_of

pytestmark = pytest.mark.django_db
PAGE = "/admin/two-factor/"
NOW = datetime(2027, 1, 15, 12, tzinfo=UTC)


def code(device: Authenticator, *, steps: int = 0) -> str:
    """What the phone shows, or will show."""
    totp = TOTP(bytes.fromhex(device.secret["key"]))
    totp.time = time.time() + 30 * steps
    return f"{totp.token():06d}"


def device_of(user: User) -> Authenticator:
    return Authenticator.objects.get(user=user)


@pytest.fixture
def maria() -> User:
    return User.objects.create_user("maria", password="uma senha longa", is_staff=True, is_superuser=True)


@pytest.fixture
def protected(maria: User) -> Authenticator:
    return Authenticator.objects.create(user=maria, confirmed=True, last_step=0)


def log_in(user: str = "maria") -> Client:
    browser = Client()
    answer = browser.post("/admin/login/", {"username": user, "password": "uma senha longa"})
    assert answer.status_code == 302
    return browser


def type_code(browser: Client, typed: str, query: str = "") -> Any:
    return browser.post(PAGE + query, {"code": typed})


def test_a_phone_is_set_up_by_scanning_and_typing_its_first_code(maria: User) -> None:
    browser = log_in()
    page = browser.get(PAGE)
    device = device_of(maria)
    assert "data:image/svg+xml" in page.text
    assert device.typed_key in html.unescape(page.text)

    assert "não está certo" in text_of(type_code(browser, "000000"))
    with freeze_time(datetime.now(UTC) + timedelta(seconds=60)):
        done = type_code(browser, code(device))

    codes = re.findall(r"<code>([0-9a-f]{8}-[0-9a-f]{8})</code>", done.text)
    assert len(codes) == 10
    assert device_of(maria).confirmed
    assert browser.get("/admin/").status_code == 200


def test_who_has_one_does_not_pass_with_the_password_alone(protected: Authenticator) -> None:
    browser = log_in()
    answer = browser.get("/admin/orders/order/?q=1")
    assert (answer.status_code, answer["Location"]) == (
        302,
        "/admin/two-factor/?next=%2Fadmin%2Forders%2Forder%2F%3Fq%3D1",
    )
    assert browser.post("/admin/orders/label/print/").status_code == 302
    # Neither may it be looked after, replaced or removed.
    assert browser.post(PAGE, {"remove": ""}).status_code == 200
    assert browser.post(PAGE, {"codes": ""}).status_code == 200
    assert device_of(protected.user).pk == protected.pk

    answer = type_code(browser, code(protected), "?next=/admin/orders/order/")

    assert (answer.status_code, answer["Location"]) == (302, "/admin/orders/order/")
    assert browser.get("/admin/orders/order/").status_code == 200


def test_a_code_is_taken_once(protected: Authenticator) -> None:
    with freeze_time(NOW):
        typed = code(protected)
        assert type_code(log_in(), typed).status_code == 302

        assert "já foi usado" in text_of(type_code(log_in(), typed))


def test_a_backup_code_opens_once(protected: Authenticator) -> None:
    backup = protected.make_backup_codes()[0]

    assert type_code(log_in(), backup.upper()).status_code == 302
    second = log_in()
    assert type_code(second, backup).status_code == 200
    assert second.get("/admin/").status_code == 302


def test_guessing_codes_waits_longer_after_each(protected: Authenticator) -> None:
    with freeze_time(NOW) as clock:
        browser = log_in()
        for _guess in range(5):
            type_code(browser, "000000")
            clock.tick(40)
        type_code(browser, "000000")

        assert "Espere até" in text_of(type_code(browser, code(protected)))
        clock.tick(100)
        assert type_code(browser, code(protected)).status_code == 302


def test_where_it_is_required_nobody_passes_without(settings: Any) -> None:
    office = Office(everything=True)
    assert office.client.get("/admin/").status_code == 200

    settings.REQUIRE_TWO_FACTOR = True

    assert office.client.get("/admin/")["Location"] == "/admin/two-factor/?next=%2Fadmin%2F"
    assert "Configurar o segundo fator" in text_of(office.client.get(PAGE))


def test_it_leads_to_no_other_site(protected: Authenticator) -> None:
    answer = type_code(log_in(), code(protected), "?next=https://evil.example.com/")

    assert answer["Location"] == "/admin/"


def test_who_manages_the_users_resets_a_lost_one(protected: Authenticator) -> None:
    User.objects.filter(pk=protected.user_id).update(is_superuser=False)
    boss = User.objects.create_superuser("gestora", password="uma senha longa")
    browser = Client()
    browser.force_login(boss)

    answer = browser.post(
        "/admin/auth/user/", {"action": "reset", "_selected_action": [protected.user_id]}, follow=True
    )

    assert "O segundo fator de 1 usuário foi redefinido" in text_of(answer)
    assert not Authenticator.objects.filter(user=protected.user_id).exists()
    assert LogEntry.objects.get(object_id=protected.user_id).get_change_message() == "Segundo fator redefinido"


def test_who_may_not_do_everything_resets_no_one_who_may(protected: Authenticator) -> None:
    User.objects.filter(pk=protected.user_id).update(username="dona")
    manager = Office("auth.view_user", "auth.change_user")

    manager.client.post("/admin/auth/user/", {"action": "reset", "_selected_action": [protected.user_id]})

    assert Authenticator.objects.filter(pk=protected.pk).exists()


def test_the_last_resort_is_a_command(protected: Authenticator) -> None:
    out = StringIO()

    call_command("reset_two_factor", "maria", stdout=out)

    assert "sets up another" in out.getvalue()
    assert not Authenticator.objects.exists()


def test_neither_key_nor_backup_codes_can_be_read_in_the_database(protected: Authenticator) -> None:
    codes = protected.make_backup_codes()
    with connection.cursor() as cursor:
        cursor.execute("SELECT two_factor_authenticator::text FROM two_factor_authenticator")
        row = cursor.fetchone()[0]

    assert protected.secret["key"] not in row
    assert not any(backup in row for backup in codes)
    call_command("rotate_keys", stdout=StringIO())
    assert device_of(protected.user).secret == protected.secret


def test_every_sentence_is_portuguese(protected: Authenticator) -> None:
    browser = log_in()
    prove = text_of(browser.get(PAGE))
    type_code(browser, code(protected))
    look_after = text_of(browser.get(PAGE))
    codes = text_of(browser.post(PAGE, {"codes": ""}))

    assert "Digite os seis dígitos" in prove
    assert "Resta 0 código de reserva" in look_after
    assert "Guarde estes códigos" in codes
