"""API keys in the back office: the secret is shown once, and a revoked key stays shut."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from orders.models import ApiKey
from orders.models.api_key import PREFIX, Scope
from tests.backoffice import Office, english_in, text_of
from tests.factories import make_api_key, make_channel

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office(everything=True)


def create(office: Office, **data: Any) -> Any:
    return office.post("orders_apikey_add", **{"name": "wms", "scopes": [Scope.ORDERS_READ], **data})


def test_the_secret_is_shown_once_and_only_its_hash_is_kept(office: Office) -> None:
    answer = create(office)

    [secret] = re.findall(rf"{PREFIX}[\w-]{{40,}}", text_of(answer))
    key = ApiKey.objects.get()
    assert key.hash == ApiKey.digest(secret)
    assert key.scopes == [Scope.ORDERS_READ]
    assert "no-store" in answer["Cache-Control"]
    assert english_in(answer) == []
    for page in (office.get("orders_apikey_changelist"), office.get("orders_apikey_change", key.pk)):
        assert secret not in page.content.decode()
        assert secret not in str(office.client.cookies)


def test_a_key_is_bound_to_channels_and_addresses(office: Office) -> None:
    channel = make_channel(name="Loja")

    create(office, channels=[channel.pk], networks="203.0.113.0/24, 198.51.100.7")
    refused = create(office, name="wms-2", networks="galpão")

    key = ApiKey.objects.get()
    assert (list(key.channels.all()), key.networks) == ([channel], ["203.0.113.0/24", "198.51.100.7"])
    assert "não é um endereço IP nem uma rede" in text_of(refused)
    assert english_in(refused) == []


def test_a_name_that_is_taken_is_told_and_makes_no_key(office: Office) -> None:
    make_api_key("wms")

    answer = create(office)

    assert answer.context["errors"]
    assert ApiKey.objects.count() == 1


def test_changing_a_key_leaves_its_secret_alone(office: Office) -> None:
    secret = make_api_key("wms")
    key = ApiKey.objects.get()

    office.post("orders_apikey_change", key.pk, name="wms-2", scopes=[Scope.ORDERS_READ])

    assert ApiKey.objects.get().name == "wms-2"
    assert ApiKey.objects.get().hash == ApiKey.digest(secret)


def test_a_key_is_revoked_by_its_button_for_good(office: Office) -> None:
    make_api_key("wms")
    key = ApiKey.objects.get()
    assert office.get("orders_apikey_revoke", key.pk).status_code == 405

    page = text_of(office.post("orders_apikey_revoke", key.pk))

    assert "A chave “wms” foi revogada: ela não abre mais nada." in page
    revoked_at = ApiKey.objects.get().revoked_at
    assert revoked_at is not None
    assert not ApiKey.objects.get().is_live(timezone.now())
    office.post("orders_apikey_revoke", key.pk)
    assert ApiKey.objects.get().revoked_at == revoked_at
    assert "Revogar esta chave" not in text_of(office.get("orders_apikey_change", key.pk))


def test_who_may_only_see_keys_cannot_revoke_them() -> None:
    make_api_key("wms")
    key = ApiKey.objects.get()

    assert Office("orders.view_apikey").post("orders_apikey_revoke", key.pk).status_code == 403
    assert ApiKey.objects.get().revoked_at is None


def test_permissions_of_a_group_are_told_in_words(office: Office) -> None:
    group = Group.objects.create(name="Expedição")

    answer = office.get("auth_group_change", group.pk)

    page = text_of(answer)
    assert "Pedidos: alterar e agir" in page
    assert "Chaves de API: criar" in page
    assert "Can change" not in page
    assert english_in(answer) == []


def test_a_group_opens_exactly_what_it_was_given(office: Office) -> None:
    group = Group.objects.create(name="Leitura")
    page = office.get("auth_group_change", group.pk)
    [see_orders] = [
        permission.pk
        for permission in page.context["adminform"].form.fields["permissions"].queryset
        if permission.codename == "view_order"
    ]
    office.post("auth_group_change", group.pk, name="Leitura", permissions=[see_orders])

    office.user.is_superuser = False
    office.user.save()
    office.user.groups.add(group)

    assert office.client.get(reverse("admin:orders_order_changelist")).status_code == 200
    assert office.client.get(reverse("admin:orders_apikey_changelist")).status_code == 403
