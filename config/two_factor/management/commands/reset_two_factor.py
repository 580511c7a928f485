"""reset_two_factor NAME: for the one who manages the users and lost phone and backup codes."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.two_factor.models import Authenticator


class Command(BaseCommand):
    help = "Take a user's second factor away: after the password they set up another."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: object, **options: Any) -> None:
        name = options["username"]
        if not User.objects.filter(username=name).exists():
            raise CommandError(f"There is no user {name!r}: give the name that they log in with.")
        deleted, _each = Authenticator.objects.filter(user__username=name).delete()
        self.stdout.write(f"{name} sets up another second factor." if deleted else f"{name} has no second factor.")
