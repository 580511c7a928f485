"""create_groups: the groups that most sellers need, each with the least rights for its work."""

from argparse import ArgumentParser

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

READ = ("orders.view_order", "orders.view_channelupdate", "orders.view_stockitem")
NOTE = "orders.note_order"

GROUPS: dict[str, tuple[str, ...]] = {
    # Speaks with buyers: sees whom, once it is said what for.
    "Atendimento": (*READ, NOTE, "orders.cancel_order", "orders.reveal_buyer"),
    # Packs and hands over: the address is its work.
    "Expedição": (*READ, NOTE, "orders.ship_order", "orders.view_buyer"),
    # Issues the NF-e, to a name, a document and an address.
    "Fiscal": (*READ, NOTE, "orders.invoice_order", "orders.view_buyer", "orders.change_channelupdate"),
    "Gestão": (
        *READ,
        NOTE,
        "orders.change_order",
        "orders.change_stockitem",
        "orders.reveal_buyer",
        "orders.view_disclosure",
        "orders.change_channelupdate",
        "orders.view_apikey",
        "orders.add_apikey",
        "orders.change_apikey",
        "marketplaces.view_inboundmessage",
        "marketplaces.change_inboundmessage",
        "marketplaces.view_account",
        "marketplaces.add_account",
        "marketplaces.change_account",
        "auth.view_user",
        "auth.add_user",
        "auth.change_user",
        "auth.view_group",
        "admin.view_logentry",
    ),
    "Leitura": READ,
}


class Command(BaseCommand):
    help = "Create the groups that are missing. Those that exist keep what was changed in them, unless --reset."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reset", action="store_true", help="give existing groups their original rights again")

    @transaction.atomic
    def handle(self, *args: object, reset: bool, **options: object) -> None:
        for name, permissions in GROUPS.items():
            group, created = Group.objects.get_or_create(name=name)
            if created or reset:
                group.permissions.set([_permission(permission) for permission in permissions])
            self.stdout.write(f"{name}: {'created' if created else 'original rights' if reset else 'left as it is'}")


def _permission(name: str) -> Permission:
    app, _dot, codename = name.partition(".")
    try:
        return Permission.objects.get(content_type__app_label=app, codename=codename)
    except Permission.DoesNotExist:
        raise CommandError(f"There is no permission {name}: run `manage.py migrate` first.") from None
