"""Telling stock by the marketplace's own numbers: a SKU may be listed several times, a call takes several SKUs."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from marketplaces.catalog import NotListed, TellsListedStock
from marketplaces.errors import MarketplaceError, Unavailable
from marketplaces.models import Account, Listing

#: Seconds for one call, its turn under the rate limit included.
SECONDS = 60.0

Answer = MarketplaceError | None


class Batch(NamedTuple):
    product: str
    skus: Mapping[str, str]  #: reference → SKU


def batches(account: Account, skus: Sequence[str], *, largest: int) -> list[Batch]:
    """Who lists these SKUs, product by product."""
    rows = Listing.objects.filter(account=account, sku__in=skus).order_by("product", "reference")
    products: dict[str, list[Listing]] = defaultdict(list)
    for row in rows:
        products[row.product].append(row)
    return [
        Batch(product, {row.reference: row.sku for row in listed[at : at + largest]})
        for product, listed in products.items()
        for at in range(0, len(listed), largest)
    ]


async def tell(adapter: TellsListedStock, told: Sequence[Batch], units: Mapping[str, int]) -> Mapping[str, Answer]:
    """By reference: None where it was taken."""
    answers = await asyncio.gather(*(_tell(adapter, batch, units) for batch in told))
    return {reference: answer for batch in answers for reference, answer in batch.items()}


def forget(account: Account, answers: Mapping[str, Answer]) -> None:
    gone = [reference for reference, answer in answers.items() if isinstance(answer, NotListed)]
    if gone:
        Listing.objects.filter(account=account, reference__in=gone).delete()


def of_sku(sku: str, told: Sequence[Batch], answers: Mapping[str, Answer]) -> Iterator[Answer]:
    """The answers of every listing of a SKU; none for one that is not sold."""
    for batch in told:
        yield from (answers[reference] for reference, listed in batch.skus.items() if listed == sku)


async def _tell(adapter: TellsListedStock, batch: Batch, units: Mapping[str, int]) -> dict[str, Answer]:
    wanted = {reference: units[sku] for reference, sku in batch.skus.items()}
    try:
        async with asyncio.timeout(SECONDS):
            refused = await adapter.tell_listed_stock(batch.product, wanted)
    except TimeoutError:
        return dict.fromkeys(wanted, Unavailable(""))
    except MarketplaceError as error:
        return dict.fromkeys(wanted, error)
    return {reference: refused.get(reference) for reference in wanted}
