"""What the shop sells, and how many of it: products with their models, told per model."""

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime

from marketplaces.catalog import NotListed, Product
from marketplaces.concurrently import each
from marketplaces.connectors.shopee.calls import Json
from marketplaces.connectors.shopee.client import LARGEST_BATCH, Client
from marketplaces.connectors.shopee.items import listed_sku
from marketplaces.errors import Rejected
from marketplaces.values import listed, number, text

#: Those that can be bought, and those that the seller has taken off for a while: they come back with their stock.
STATUSES = ("NORMAL", "UNLIST")
CALLS_IN_FLIGHT = 4
NOT_FOUND = "error_item_not_found"
_NO_SUCH_MODEL = re.compile(r"model.*(wrong|not|invalid)|(wrong|invalid|no such).*model", re.IGNORECASE)


async def products(client: Client, since: datetime | None) -> AsyncGenerator[Sequence[Product], None]:
    """Fifty products after fifty."""
    start = int(since.timestamp()) if since else None
    for status in STATUSES:
        async with aclosing(_pages(client, status, start)) as pages:
            async for items in pages:
                for at in range(0, len(items), LARGEST_BATCH):
                    yield await _products(client, items[at : at + LARGEST_BATCH])


async def tell(client: Client, product: str, units: Mapping[str, int]) -> Mapping[str, Rejected]:
    """`units` by "item:model"; the rows that fail stand beside those that do not."""
    models = {number(reference.partition(":")[2]): reference for reference in units}
    try:
        rows = await client.update_stock(int(product), {model: units[reference] for model, reference in models.items()})
    except Rejected as error:
        if error.code.rpartition(".")[2] == NOT_FOUND:
            raise NotListed(error.detail, code=error.code) from error
        raise
    failed = {number(row.get("model_id")): text(row.get("failed_reason")) for row in rows if isinstance(row, dict)}
    return {models[model]: _refusal(reason) for model, reason in failed.items() if model in models}


def _refusal(reason: str) -> Rejected:
    return NotListed(reason) if _NO_SUCH_MODEL.search(reason) else Rejected(reason)


async def _pages(client: Client, status: str, start: int | None) -> AsyncGenerator[list[int], None]:
    offset, more = 0, True
    while more:
        page = await client.item_list(offset=offset, status=status, start=start)
        rows = list(listed(page.get("item")))
        yield [item for row in rows if isinstance(row, dict) and (item := number(row.get("item_id")))]
        following = number(page.get("next_offset")) or offset + len(rows)
        more = page.get("has_next_page") is True and following > offset
        offset = following


async def _products(client: Client, items: Sequence[int]) -> list[Product]:
    rows = [row for row in await client.item_base_info(items) if isinstance(row, dict)]
    with_models = [row for row in rows if row.get("has_model") is True]
    found = [_product(row, [{"model_id": 0}]) for row in rows if row.get("has_model") is not True]
    async with aclosing(each(with_models, lambda row: _with_models(client, row), at_most=CALLS_IN_FLIGHT)) as answers:
        return found + [product async for product in answers]


async def _with_models(client: Client, row: Json) -> Product:
    return _product(row, await client.model_list(number(row.get("item_id"))))


def _product(row: Json, models: Sequence[object]) -> Product:
    item = number(row.get("item_id"))
    told = [(model, number(model.get("model_id"))) for model in models if isinstance(model, dict)]
    skus = [
        (listed_sku(model.get("model_sku"), row.get("item_sku"), item, model_id), f"{item}:{model_id}")
        for model, model_id in told
    ]
    return Product(id=str(item), skus=tuple(skus))
