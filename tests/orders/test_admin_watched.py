"""Two people at one form: the second is told what the first one changed, loses nothing, and overwrites nothing."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User

from orders.models import ApiKey, SavedView
from tests.backoffice import Office, english_in, form_of, text_of
from tests.factories import make_api_key, make_channel

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> Office:
    return Office(everything=True, name="ana")


@pytest.fixture
def bia() -> Office:
    return Office(everything=True, name="bia")


def save(office: Office, screen: str, pk: int, opened: dict[str, list[str]], **typed: Any) -> Any:
    return office.post(screen, pk, **{**opened, **typed})


def test_of_two_people_at_an_api_key_the_second_is_told_and_overwrites_nothing(ana: Office, bia: Office) -> None:
    make_api_key("wms")
    key = ApiKey.objects.get()
    hers, his = (form_of(office.get("orders_apikey_change", key.pk)) for office in (ana, bia))
    save(ana, "orders_apikey_change", key.pk, hers, name="wms-galpao", scopes=["orders:read"])

    answer = save(bia, "orders_apikey_change", key.pk, his, networks="203.0.113.7")

    key.refresh_from_db()
    assert "Nada foi salvo: enquanto isso, ana mudou" in text_of(answer)
    assert "agora “wms-galpao”" in text_of(answer)
    assert form_of(answer)["networks"] == ["203.0.113.7"]
    assert (key.name, key.scopes, key.networks) == ("wms-galpao", ["orders:read"], [])
    assert english_in(answer) == []


def test_who_has_seen_the_change_may_save_after_all(ana: Office, bia: Office) -> None:
    make_api_key("wms")
    key = ApiKey.objects.get()
    hers, his = (form_of(office.get("orders_apikey_change", key.pk)) for office in (ana, bia))
    save(ana, "orders_apikey_change", key.pk, hers, networks="203.0.113.7")
    again = form_of(save(bia, "orders_apikey_change", key.pk, his, name="wms-2"))

    save(bia, "orders_apikey_change", key.pk, again)

    key.refresh_from_db()
    assert (key.name, key.networks) == ("wms-2", [])


def test_channels_count_and_what_was_not_touched_is_not_written(ana: Office, bia: Office) -> None:
    make_api_key("wms")
    key, channel = ApiKey.objects.get(), make_channel(name="Loja")
    hers, his = (form_of(office.get("orders_apikey_change", key.pk)) for office in (ana, bia))
    ana.post("orders_apikey_revoke", key.pk)

    save(bia, "orders_apikey_change", key.pk, his, channels=[str(channel.pk)])
    refused = save(ana, "orders_apikey_change", key.pk, hers, name="wms-2")

    key.refresh_from_db()
    assert "bia mudou" in text_of(refused)
    assert (key.name, list(key.channels.all()), key.revoked_at is None) == ("wms", [channel], False)


def test_a_user_who_was_shut_out_is_not_let_in_again_by_an_older_form(ana: Office, bia: Office) -> None:
    caio = User.objects.create_user("caio", is_staff=True)
    hers, his = (form_of(office.get("auth_user_change", caio.pk)) for office in (ana, bia))
    hers.pop("is_active")
    save(ana, "auth_user_change", caio.pk, hers)

    answer = save(bia, "auth_user_change", caio.pk, his, first_name="Caio")

    caio.refresh_from_db()
    assert "ana mudou" in text_of(answer)
    assert (caio.is_active, caio.first_name) == (False, "")


def test_a_groups_rights_are_not_given_back_by_an_older_form(ana: Office, bia: Office) -> None:
    group = Group.objects.create(name="Expedição")
    hers, his = (form_of(office.get("auth_group_change", group.pk)) for office in (ana, bia))
    save(ana, "auth_group_change", group.pk, hers, name="Galpão")

    answer = save(bia, "auth_group_change", group.pk, his, name="Doca")

    group.refresh_from_db()
    assert "agora “Galpão”" in text_of(answer)
    assert group.name == "Galpão"


def test_a_view_that_was_changed_in_another_window_is_looked_at_again(ana: Office) -> None:
    view = SavedView.objects.create(user=ana.user, name="Correios", query="carrier=Correios")
    opened = form_of(ana.get("orders_order_changelist", carrier="Correios", view=view.pk))
    ana.post("orders_order_views", deed="replace", view=view.pk, query="carrier=Jadlog")

    answer = ana.post("orders_order_views", **{**opened, "deed": "replace", "query": "tab=to_ship"})

    view.refresh_from_db()
    assert "Nada foi salvo" in text_of(answer)
    assert view.query == "carrier=Jadlog"
