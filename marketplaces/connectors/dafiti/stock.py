"""Stock: Dafiti counts by its own product ids, which never change."""

from marketplaces.connectors.dafiti.client import Client
from marketplaces.connectors.dafiti.reading import identifier
from marketplaces.errors import Rejected
from marketplaces.values import number


async def tell(client: Client, known: dict[str, int], *, sku: str, quantity: int) -> bool:
    """`known` are ids by SKU, kept by the caller. False where the seller has no such product."""
    if sku not in known:
        try:
            known[sku] = identifier((await client.product(sku)).get("id"), "id")
        except Rejected as error:
            if error.code != "404":
                raise
            return False
    await client.set_stock(known[sku], quantity)
    # The answer names what was ignored (as a product that Dafiti fulfills) in the shape of what was taken.
    return number((await client.product_stock(known[sku])).get("quantity")) == quantity
