"""rebuild_stock: compare the reservation ledger with the orders, and book it anew where they differ."""

import sys
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from orders import stock


class Command(BaseCommand):
    help = "Compare reserved stock with the open orders and correct it. With --check nothing is corrected."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only report; exit code 1 when something differs")

    def handle(self, *args: object, check: bool, **options: object) -> None:
        orders, skus = stock.unsettled(), stock.miscounted()
        for sku, booked, summed in skus:
            self.stdout.write(f"SKU {sku}: {booked} reserved, the orders' items say {summed}")
        self.stdout.write(f"{len(orders)} orders and {len(skus)} SKUs differ from the ledger.")
        if check and (orders or skus):
            sys.exit(1)
        if not check:
            stock.rebuild()
