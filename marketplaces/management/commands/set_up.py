"""set_up: what a new version needs before it runs: its tables, and the groups of the back office."""

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Migrate the database and create the groups that are missing. Harmless to repeat."

    def handle(self, *args: object, **options: object) -> None:
        call_command("migrate", interactive=False, stdout=self.stdout)
        call_command("create_groups", stdout=self.stdout)
