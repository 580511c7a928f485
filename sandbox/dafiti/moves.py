"""How items change, whoever causes it; every change of status is told to webhooks."""

from collections.abc import Iterable, Mapping

from sandbox.call import Call
from sandbox.dafiti import statuses as st
from sandbox.dafiti.order import Order, Package, Unit
from sandbox.dafiti.seller import Seller


def to_status(seller: Seller, order: Order, units: Iterable[Unit], status: str) -> None:
    moved = [unit for unit in units if unit.status != status]
    for unit in moved:
        unit.status = status
        unit.updated = unit.changed = seller.moment
        order.history.append({"orderItemId": unit.id, "status": status, "at": seller.moment})
    if moved:
        order.updated = seller.moment
        order.changed()
        ids = [_told(seller, unit.id) for unit in moved]
        payload = {"OrderId": _told(seller, order.id), "OrderItemIds": ids, "NewStatus": status}
        tell(seller, order, "onOrderItemsStatusChanged", payload)


def created(seller: Seller, order: Order) -> None:
    tell(seller, order, "onOrderCreated", {"OrderId": _told(seller, order.id), "OrderNr": order.number})


def tell(seller: Seller, order: Order, event: str, payload: Mapping[str, object]) -> None:
    copies = int(seller.switches.webhook_copies)
    seller.hooks.tell(event, dict(payload), order=order.code, now=seller.moment, copies=copies)


def touch(seller: Seller, order: Order, units: Iterable[Unit]) -> None:
    """A change that is none of status."""
    for unit in units:
        unit.updated = seller.moment
    order.updated = seller.moment
    order.changed()


def packed(
    seller: Seller, order: Order, units: list[Unit], *, provider: str, tracking: str, by: Call | None = None
) -> Package:
    """Without a tracking number the carrier's system gives one after a while."""
    package = Package(id=seller.next_id(), provider=provider, packed=seller.moment, tracking=tracking)
    order.packages.append(package)
    for unit in units:
        unit.package = package.id
    order.note("packed", by=by)
    touch(seller, order, units)
    if not tracking:
        seller.schedule(order, f"track {package.id}", seconds=seller.switches.tracking_seconds)
        if not seller.switches.tracking_seconds:
            tracked(seller, order, package)
    return package


def tracked(seller: Seller, order: Order, package: Package) -> None:
    if package.tracking:
        return
    letters = "".join(word[0] for word in package.provider.upper().split())[:2].ljust(2, "X")
    package.tracking = f"{letters}{package.id % 10**9:09}BR"
    order.note("tracking_given")
    touch(seller, order, order.inside(package))


def canceled(
    seller: Seller, order: Order, units: list[Unit], *, kind: str, name: str, details: str = "", by: Call | None = None
) -> None:
    for unit in units:
        unit.reason = {"type": kind, "name": name, "description": name, "details": details}
        seller.move_stock(unit.sku, 1)
    whole = all(unit.status == st.CANCELED or unit in units for unit in order.units)
    order.note(("canceled" if whole else "partly_canceled") if by else "canceled_by_dafiti", by=by)
    to_status(seller, order, units, st.CANCELED)
    if whole:
        seller.deadlines.clear(order)


def _told(seller: Seller, number: int) -> int | str:
    return str(number) if seller.switches.webhook_ids == "text" else number
