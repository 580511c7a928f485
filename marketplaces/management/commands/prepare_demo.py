"""prepare_demo: a login, an API key and accounts connected to the sandbox; a second run finds them as they were."""

import json
import secrets
from argparse import ArgumentParser
from io import StringIO
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction

from marketplaces import demo_shop
from marketplaces.models import Account
from orders.models import ApiKey, Channel

USERNAME = "demo"
#: The sandbox's own store; these open nothing else.
SKYHUB_CREDENTIALS = {
    "email": "demo@example.com",
    "api_key": "demo-skyhub-key",
    "account_manager_key": "demo-accountmanager",
}


class Command(BaseCommand):
    help = "Create the demo's login, API key and accounts. Prints them as one line of JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sandbox-url", required=True, help="where the sandbox listens")
        parser.add_argument(
            "--web-url",
            default="",
            help="where the sandbox reaches our webhooks; without it no marketplace that sends some is connected",
        )
        parser.add_argument(
            "--secrets", type=Path, dest="secrets_file", required=True, help="file that keeps the demo's own secrets"
        )

    @transaction.atomic
    def handle(self, *args: object, sandbox_url: str, web_url: str, secrets_file: Path, **options: object) -> None:
        known = _secrets(secrets_file)
        call_command("create_groups", stdout=StringIO())
        _login(known["password"])
        _api_key(known["api_key"])
        _skyhub_account(sandbox_url)
        if web_url:
            demo_shop.connect(sandbox_url, web_url)
        self.stdout.write(json.dumps({"username": USERNAME, **known}))


def _secrets(path: Path) -> dict[str, str]:
    """Made once: only their hashes are in the database."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(json.dumps({"password": secrets.token_urlsafe(9), "api_key": ApiKey.new_secret()}))
    known: dict[str, str] = json.loads(path.read_text())
    return known


def _login(password: str) -> None:
    user, created = get_user_model().objects.get_or_create(
        username=USERNAME, defaults={"is_staff": True, "is_superuser": True, "first_name": "Demonstração"}
    )
    if created or not user.check_password(password):
        user.set_password(password)
        user.save()


def _api_key(secret: str) -> None:
    key = ApiKey.objects.filter(name="Demo WMS").first() or ApiKey(name="Demo WMS")
    key.set_secret(secret)
    key.save()


def _skyhub_account(sandbox_url: str) -> None:
    channel, _ = Channel.objects.get_or_create(
        code="skyhub-demo", defaults={"name": "Americanas (demonstração)", "marketplace": "skyhub"}
    )
    account, _ = Account.objects.get_or_create(channel=channel, defaults={"connector": "skyhub"})
    account.production = False
    account.base_url = f"{sandbox_url.rstrip('/')}/skyhub"  # the sandbox's port may change between runs
    account.credentials = SKYHUB_CREDENTIALS
    account.save()
