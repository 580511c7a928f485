"""An order's units as they are at Dafiti now: looked at before anything is told."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from marketplaces.connectors.dafiti import mapping, payload, statuses
from marketplaces.connectors.dafiti.client import Client
from marketplaces.connectors.dafiti.items import sku, units
from marketplaces.connectors.dafiti.lists import Lists
from marketplaces.connectors.dafiti.polling import order
from marketplaces.connectors.dafiti.reading import identifier
from marketplaces.document import part
from marketplaces.errors import Malformed
from marketplaces.values import listed, text
from orders.snapshot import OrderSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One piece of goods."""

    id: int
    sku: str
    status: str
    tracking: str
    access_key: str
    provider: str
    delivery: str  #: dropship, pickup or send_to_warehouse
    actions: frozenset[str]  #: what Dafiti would allow next
    pickup_requested: bool

    @property
    def is_packed(self) -> bool:
        """It has its tracking number; a unit whose number is still on its way looks like one that is not packed."""
        return self.status == statuses.PENDING and bool(self.tracking)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What telling needs besides the update."""

    client: Client
    lists: Lists
    rule: Mapping[str, str]  #: how this account hands parcels over


@dataclass(frozen=True, slots=True)
class Live:
    snapshot: OrderSnapshot
    units: tuple[Unit, ...]  #: ours to fulfill, canceled ones too

    def at(self, *words: str) -> list[Unit]:
        return [unit for unit in self.units if unit.status in words]

    @property
    def going(self) -> list[Unit]:
        return [unit for unit in self.units if unit.status != statuses.CANCELED]


async def look(desk: Desk, code: str) -> Live:
    """Raises Rejected when there is no such order, Malformed when it cannot be read."""
    fetched = await order(desk.client, code)
    if fetched.snapshot is None:
        raise Malformed(fetched.problem)
    document = payload.decode(fetched.raw.encode())
    ours = (unit for unit in units(document.items) if mapping.kind_of(unit) != mapping.WAREHOUSE)
    return Live(fetched.snapshot, tuple(sorted(map(_unit, ours), key=lambda unit: unit.id)))


def ids(chosen: Iterable[Unit]) -> list[int]:
    return [unit.id for unit in chosen]


def choose(found: Iterable[Unit], wanted: Sequence[tuple[str, int]], rank: Callable[[Unit], int]) -> list[Unit]:
    """So many of each SKU, as far as there are, those of the lowest rank first; a negative rank is out."""
    chosen: list[Unit] = []
    fit = sorted((unit for unit in found if rank(unit) >= 0), key=rank)
    for code, quantity in wanted:
        chosen += [unit for unit in fit if unit.sku == code][: max(0, quantity)]
    return chosen


def _unit(told: payload.Item) -> Unit:
    shipment = part(told.shipment, payload.Shipment)
    return Unit(
        id=identifier(told.id, "id"),
        sku=sku(told),
        status=text(told.status),
        tracking=mapping.tracking_of(told),
        access_key=text(told.invoice_access_key),
        provider=mapping.provider_of(told),
        delivery=_delivery(text(shipment.type), text(shipment.crossdocking_delivery_type)),
        actions=frozenset(map(text, listed(told.actions))),
        pickup_requested=told.is_pickup_request_sent is True,
    )


def _delivery(kind: str, crossdocking: str) -> str:
    """Who carries it on its first way: ours or theirs, to the buyer or to Dafiti's warehouse."""
    if not kind.startswith(mapping.CROSSDOCKING):
        return "dropship"
    return "pickup" if crossdocking == "pickup" else "send_to_warehouse"
