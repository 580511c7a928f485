"""after_restore: to be run once after a backup was restored, before anything else runs (docs/operations.md)."""

from django.core.management.base import BaseCommand

from marketplaces.restored import after_restore


class Command(BaseCommand):
    help = "Make a restored database safe to go on with: nothing is told twice, no order and no change is missed."

    def handle(self, *args: object, **options: object) -> None:
        done = after_restore()
        self.stdout.write(f"{done.updates} waiting updates will be read back before they are sent.")
        self.stdout.write(f"{done.accounts} accounts compare their orders with the marketplace as soon as beat runs.")
        self.stdout.write(f"The change feed goes on beyond position {done.position}.")
        if done.may_need_authorization:
            channels = ", ".join(done.may_need_authorization)
            self.stdout.write(f"Tokens may have been renewed since: authorize again if refused: {channels}.")
