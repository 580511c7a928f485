"""Who gets in and how far: groups with least rights, guessing passwords, sessions, and what people did."""

from io import StringIO
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client

from marketplaces.management.commands.create_groups import GROUPS
from orders.models import Order
from orders.status import Status
from tests.backoffice import Office, english_in, text_of
from tests.factories import make_account, make_channel, make_order

pytestmark = pytest.mark.django_db


def create_groups(*arguments: str) -> str:
    out = StringIO()
    call_command("create_groups", *arguments, stdout=out)
    return out.getvalue()


def member_of(group: str) -> Office:
    office = Office()
    office.user.groups.add(Group.objects.get(name=group))
    return office


class TestGroups:
    @pytest.mark.parametrize(
        ("group", "verbs"),
        [
            ("Atendimento", {"cancel"}),
            ("Expedição", set()),
            ("Fiscal", {"invoice"}),
            ("Gestão", {"invoice", "cancel"}),
            ("Leitura", set()),
        ],
    )
    def test_each_has_the_buttons_of_its_work(self, group: str, verbs: set[str]) -> None:
        create_groups()
        office, order = member_of(group), make_order()

        opened = {verb for verb in ("invoice", "cancel") if self.opens(office, order, verb)}

        assert opened == verbs

    @pytest.mark.parametrize(("group", "ships"), [("Expedição", True), ("Fiscal", False), ("Leitura", False)])
    def test_who_packs_ships(self, group: str, ships: bool) -> None:
        create_groups()

        assert self.opens(member_of(group), make_order(status=Status.INVOICED), "ship") is ships

    @pytest.mark.parametrize("group", ["Atendimento", "Expedição", "Fiscal", "Leitura"])
    def test_set_up_is_for_management(self, group: str) -> None:
        create_groups()
        account = make_account()
        office = member_of(group)

        screens = ["marketplaces_account_changelist", "auth_user_changelist", "orders_disclosure_changelist"]

        assert [office.get(screen).status_code for screen in screens] == [403, 403, 403]
        assert office.post("marketplaces_account_act", account.pk, "pause").status_code == 403

    def test_management_makes_no_one_almighty(self) -> None:
        create_groups()
        office = member_of("Gestão")
        boss, clerk = User.objects.create_superuser("boss"), User.objects.create_user("clerk")

        page = office.get("auth_user_change", clerk.pk)
        office.post("auth_user_change", clerk.pk, username="clerk", is_staff="on", is_superuser="on")
        office.post("auth_user_change", boss.pk, username="boss")
        answer = office.client.post(f"/admin/auth/user/{boss.pk}/password/", {"password1": "x", "password2": "x"})

        assert page.status_code == 200
        assert User.objects.get(username="clerk").is_superuser is False
        assert User.objects.get(username="boss").is_active is True
        assert answer.status_code == 403

    def test_what_was_changed_in_a_group_stays(self) -> None:
        assert "Leitura: created" in create_groups()
        Group.objects.get(name="Leitura").permissions.clear()

        assert "Leitura: left as it is" in create_groups()
        assert not Group.objects.get(name="Leitura").permissions.exists()
        create_groups("--reset")
        assert Group.objects.get(name="Leitura").permissions.count() == len(GROUPS["Leitura"])

    @staticmethod
    def opens(office: Office, order: Order, verb: str) -> bool:
        return bool(office.get("orders_order_verb", order.pk, verb).status_code == 200)


class TestGettingIn:
    def log_in(self, client: Client, password: str) -> Any:
        return client.post("/admin/login/", {"username": "ana", "password": password}, follow=True)

    def test_guessing_ends_after_some_failures_even_with_the_right_password(self) -> None:
        User.objects.create_user("ana", password="certa-e-longa", is_staff=True)
        client = Client()

        for _ in range(settings.AXES_FAILURE_LIMIT):
            answer = self.log_in(client, "errada")
        assert answer.status_code == 429
        assert "Espere 15 minutos" in text_of(answer)
        assert english_in(answer) == []
        assert self.log_in(client, "certa-e-longa").status_code == 429

    def test_a_few_slips_are_forgotten_by_getting_in(self) -> None:
        User.objects.create_user("ana", password="certa-e-longa", is_staff=True)
        client = Client()

        self.log_in(client, "errada")

        assert self.log_in(client, "certa-e-longa").status_code == 200
        assert not AccessAttempt.objects.exists()

    def test_a_new_password_ends_all_other_sessions(self) -> None:
        office = Office("orders.view_order")
        assert office.get("index").status_code == 200

        office.user.set_password("outra-senha-longa")
        office.user.save()

        assert office.get("index").status_code == 302

    def test_a_session_lasts_a_working_day(self) -> None:
        office = Office()

        assert office.client.session.get_expiry_age() == 12 * 3600


class TestWhatPeopleDid:
    def test_every_deed_is_listed_with_its_author(self) -> None:
        office = Office(everything=True)
        channel = make_channel(name="Loja principal")
        order, account = make_order(channel=channel), make_account(channel=channel)

        office.do(order, "cancel", reason="Avariado", units_0="1")
        office.post("orders_order_note", order.pk, text="Avisado")
        office.post("marketplaces_account_act", account.pk, "pause")
        answer = office.get("admin_logentry_changelist")

        assert LogEntry.objects.count() == 3
        page = answer.content.decode()
        assert [
            words for words in ("maria", order.code, "Cancelar", "Anotação escrita", "Pausada") if words not in page
        ] == []
        assert english_in(answer) == []

    def test_nobody_rewrites_it(self) -> None:
        office = Office(everything=True)
        office.do(make_order(), "cancel", reason="Avariado", units_0="1")
        entry = LogEntry.objects.get()

        office.post("admin_logentry_change", entry.pk, change_message="outra coisa")

        assert office.client.get("/admin/admin/logentry/add/").status_code == 403
        assert office.client.post(f"/admin/admin/logentry/{entry.pk}/delete/").status_code == 403
        assert LogEntry.objects.get().change_message == entry.change_message


def test_the_language_is_switched_and_kept() -> None:
    office = Office("orders.view_order")
    order = make_order()

    office.client.post("/language/", {"language": "en", "next": "/admin/"})

    page = office.order_page(order)
    assert "Shipping address" in page
    assert "R$ 10.00" in page.replace("\xa0", " ")
