"""`manage.py rotate_keys`: secrets move to the newest key, and the old one may go."""

from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from marketplaces.models import AccessToken, Account
from tests.marketplaces.engine.conftest import make_fake_account


def stored(account: Account) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM marketplaces_account WHERE id = %s", [account.pk])
        return str(cursor.fetchone()[0])


def test_after_rotation_the_old_key_is_not_needed(db: None, settings: Settings) -> None:
    account = make_fake_account(credentials={"api_key": "invented"})
    AccessToken.objects.create(account=account, secrets={"access": "a", "refresh": "r"}, expires_at=timezone.now())
    new = Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [new, *settings.FIELD_ENCRYPTION_KEYS]

    call_command("rotate_keys")

    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert Account.objects.get(pk=account.pk).credentials == {"api_key": "invented"}
    assert AccessToken.objects.get(account=account).secrets == {"access": "a", "refresh": "r"}


def test_stored_credentials_are_not_readable_in_the_database(db: None) -> None:
    account = make_fake_account(credentials={"api_key": "invented"})

    assert "invented" not in stored(account)
