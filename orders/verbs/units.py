"""Which lines give how many units, when somebody names SKUs and quantities."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from orders.errors import InvalidFact
from orders.models import OrderItem

SkuUnits = Sequence[tuple[str, int]]


def allot(lines: Sequence[OrderItem], items: SkuUnits, what: str) -> Mapping[OrderItem, int]:
    """Open units of `lines` for (SKU, units); no items means all that is left. `what` happens to them, for the error.

    Raises InvalidFact on an unknown SKU, on more units than are left, and when nothing is left.
    """
    if not items:
        rest = {line: line.open_quantity for line in lines if line.open_quantity}
        if not rest:
            raise InvalidFact(_("No unit of the order is left."), field="items", code="nothing_left")
        return rest
    units: dict[OrderItem, int] = {}
    for sku, wanted in units_by_sku(items).items():
        units |= _allot_sku([line for line in lines if line.sku == sku], sku, wanted, what)
    return units


def _allot_sku(lines: Sequence[OrderItem], sku: str, wanted: int, what: str) -> Mapping[OrderItem, int]:
    if not lines:
        raise InvalidFact(
            _("The order has no item with SKU %(sku)s.") % {"sku": sku}, field="items", code="unknown_sku"
        )
    left = sum(line.open_quantity for line in lines)
    if not 0 < wanted <= left:
        sentence = _("%(wanted)s units of SKU %(sku)s cannot be %(what)s: %(left)s are left.")
        raise InvalidFact(
            sentence % {"wanted": wanted, "sku": sku, "what": what, "left": left}, field="items", code="quantity"
        )
    units = {}
    for line in lines:
        if take := min(wanted, line.open_quantity):
            units[line] = take
            wanted -= take
    return units


def units_by_sku(items: SkuUnits) -> dict[str, int]:
    units: dict[str, int] = {}
    for sku, quantity in items:
        units[sku] = units.get(sku, 0) + quantity
    return units
