"""skyhub_test_order: make a test order in a homologation account, or pay one."""

from argparse import ArgumentParser
from collections.abc import Coroutine
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from marketplaces import loop
from marketplaces.capabilities import MakesTrialOrders, TrialOrder
from marketplaces.connection import connect
from marketplaces.errors import MarketplaceError
from marketplaces.management.commands.homologate import homologation_account

TIMEOUT = 60.0


class Command(BaseCommand):
    help = "Make a test order at SkyHub; with --approve, pay one that has come in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--account", required=True, help="code of a homologation account")
        parser.add_argument("--approve", metavar="CODE", help="code of the order to pay; makes none")
        parser.add_argument("--sku", default="DESPACHO-HOMOLOGA")
        parser.add_argument("--quantity", type=int, default=1)
        parser.add_argument("--price", type=Decimal, default=Decimal("19.90"), help="of one unit, with a point")
        parser.add_argument("--buyer", default="Comprador de Teste")

    def handle(self, *args: object, account: str, approve: str | None, **options: Any) -> None:
        adapter = connect(homologation_account(account))
        if not isinstance(adapter, MakesTrialOrders):
            raise CommandError(_("This marketplace makes no test orders."))
        if approve:
            _do(adapter.approve_trial_order(approve))
            self.stdout.write(_("Paid: the approval comes in by itself in a moment."))
            return
        order = TrialOrder(
            sku=options["sku"],
            quantity=options["quantity"],
            unit_price=options["price"],
            buyer_name=options["buyer"],
        )
        _do(adapter.create_trial_order(order))
        self.stdout.write(_("The test order is made: it comes in by itself in a moment."))


def _do(call: Coroutine[Any, Any, None]) -> None:
    try:
        loop.run(call, timeout=TIMEOUT)
    except MarketplaceError as error:
        raise CommandError(error.detail) from error
    except TimeoutError as error:
        raise CommandError(_("The marketplace did not answer in time.")) from error
