"""buyer: what a buyer may ask for by law: everything that is held about them, or that it be forgotten."""

import json
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from marketplaces.retention import anonymize_buyers
from orders.buyer_data import held_about, orders_of
from orders.errors import InvalidFact
from orders.status import ENDED


class Command(BaseCommand):
    help = "Export what is held about a buyer (CPF or CNPJ), or remove it from all orders that have ended."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=("export", "anonymize"))
        parser.add_argument("document", help="CPF or CNPJ")

    def handle(self, *args: object, what: str, document: str, **options: object) -> None:
        try:
            if what == "export":
                self.stdout.write(json.dumps(held_about(document), ensure_ascii=False, indent=2))
                return
            orders = list(orders_of(document))
        except InvalidFact as error:
            raise CommandError(error.message) from None
        ended = [order for order in orders if order.status in ENDED]
        count = anonymize_buyers(ended, by_name="buyer's request")
        self.stdout.write(f"{count} orders anonymized; {len(orders) - len(ended)} are still being fulfilled.")
