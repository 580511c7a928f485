"""forget: let go what was kept for long enough, now; beat does the same every hour."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from marketplaces.retention import forget


class Command(BaseCommand):
    help = "Remove messages, attempts and personal data that are older than configured (docs/privacy.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="also buyers of orders that should have gone long ago")

    def handle(self, *args: object, **options: object) -> None:
        for what, count in forget(everything=bool(options["all"])).items():
            self.stdout.write(f"{what}: {count}")
