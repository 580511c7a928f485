"""`manage.py check` says what would break the connections."""

import pytest
from django.conf import settings

from marketplaces import checks, outbox, registry


def test_as_it_stands_nothing_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(registry.CONNECTORS, "fake")
    monkeypatch.delitem(registry.CONNECTORS, "poller")

    assert checks.connectors_are_registered() == []
    assert checks.encryption_keys_are_usable() == []
    assert checks.leases_outlive_calls() == []


def test_a_connector_without_folder_is_named() -> None:
    (error,) = checks.connectors_are_registered()

    assert "fake" in error.msg


@pytest.mark.parametrize(("keys", "number"), [([], "E002"), (["too short"], "E003")])
def test_keys_that_are_missing_or_useless(monkeypatch: pytest.MonkeyPatch, keys: list[str], number: str) -> None:
    monkeypatch.setattr(settings, "FIELD_ENCRYPTION_KEYS", keys)

    (error,) = checks.encryption_keys_are_usable()

    assert error.id == f"marketplaces.{number}"


def test_a_lease_shorter_than_an_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "LEASE_SECONDS", 30)

    assert [error.id for error in checks.leases_outlive_calls()] == ["marketplaces.E004"]
