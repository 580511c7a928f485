"""Reading what an account sells: all of it once a day, what changed every quarter of an hour."""

import logging
from collections.abc import Sequence
from contextlib import aclosing
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from marketplaces import loop
from marketplaces.capabilities import capable
from marketplaces.catalog import Product, TellsListedStock
from marketplaces.connection import connect
from marketplaces.errors import MarketplaceError
from marketplaces.lease import turn
from marketplaces.models import Account, Listing

logger = logging.getLogger(__name__)

EVERY = timedelta(minutes=15)
WHOLE_EVERY = timedelta(days=1)
#: What changed just before the last reading may have been listed late.
OVERLAP = timedelta(minutes=10)
#: Seconds for one reading, and that a call waits for its turn: orders come first.
SECONDS = 1500.0
PATIENCE = 30.0

# Who sells a SKU that was told already, or was not sold before, is told what there is now.
DUE_AGAIN = """
UPDATE marketplaces_stockupdate SET state = 'PENDING', attempts = 0, due_at = statement_timestamp()
 WHERE account_id = %(account)s AND sku = ANY(%(skus)s)
"""


def due_accounts() -> list[int]:
    now = timezone.now()
    old = Q(catalog_at__isnull=True) | Q(catalog_at__lt=now - EVERY)
    accounts = Account.objects.filter(old, connector__in=capable(TellsListedStock), tells_stock=True, paused_at=None)
    return list(accounts.values_list("pk", flat=True))


def read_catalog(account_id: int) -> int:
    """Returns how many products were read; one worker at a time, 0 when it is not due."""
    with turn(f"catalog {account_id}", seconds=SECONDS + 60) as held:
        if held is None or account_id not in due_accounts():
            return 0
        account = Account.objects.select_related("channel").get(pk=account_id)
        return _Reading(account).run()


class _Reading:
    def __init__(self, account: Account) -> None:
        self.account = account
        self.began_at = timezone.now()
        whole_at = account.catalog_whole_at
        self.whole = whole_at is None or whole_at < self.began_at - WHOLE_EVERY or account.catalog_at is None
        self.seen: set[str] = set()

    def run(self) -> int:
        adapter = connect(self.account, patience=PATIENCE)
        assert isinstance(adapter, TellsListedStock)
        since = None if self.whole or self.account.catalog_at is None else self.account.catalog_at - OVERLAP
        try:
            # Read whole, then written: the loop's thread does not wait for the database.
            for products in loop.run(_batches(adapter, since), timeout=SECONDS):
                self._keep(products)
        except (MarketplaceError, TimeoutError) as error:
            logger.warning("catalog.failed account=%s %s", self.account.pk, error)
            return len(self.seen)
        self._conclude()
        logger.info("catalog.read account=%s products=%s whole=%s", self.account.pk, len(self.seen), self.whole)
        return len(self.seen)

    @transaction.atomic
    def _keep(self, products: Sequence[Product]) -> None:
        told = {reference: (sku, product.id) for product in products for sku, reference in product.skus}
        ids = [product.id for product in products]
        self.seen.update(ids)
        held = Listing.objects.filter(account=self.account)
        held.filter(product__in=ids).exclude(reference__in=told).delete()
        known = dict(held.filter(reference__in=told).values_list("reference", "sku"))
        rows = [
            Listing(account=self.account, reference=reference, sku=sku, product=product)
            for reference, (sku, product) in told.items()
            if known.get(reference) != sku
        ]
        Listing.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["account", "reference"], update_fields=["sku", "product"]
        )
        with connection.cursor() as cursor:
            cursor.execute(DUE_AGAIN, {"account": self.account.pk, "skus": [row.sku for row in rows]})

    def _conclude(self) -> None:
        facts: dict[str, datetime] = {"catalog_at": self.began_at}
        if self.whole:
            Listing.objects.filter(account=self.account).exclude(product__in=self.seen).delete()
            facts["catalog_whole_at"] = self.began_at
        Account.objects.filter(pk=self.account.pk).update(**facts)


async def _batches(adapter: TellsListedStock, since: datetime | None) -> list[Sequence[Product]]:
    async with aclosing(adapter.products(since)) as batches:
        return [products async for products in batches]
