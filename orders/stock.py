"""The reservation ledger: what open orders hold of each SKU, and what the warehouse counted.

Each item remembers how many units it has in the ledger (`reserved`) and how many it has taken out (`consumed`).
`settle` compares that with what the order's status and quantities demand and books the difference: it may be called
after any change, any number of times, and the rebuild is the same comparison over all orders.

Locks are always taken in the same order: orders, their items, then SKUs in alphabetical order.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from orders import rows
from orders.attention import demand, relieve
from orders.errors import InvalidFact
from orders.models import Actor, Attention, StockItem
from orders.snapshot import Fulfillment
from orders.statements import Statement, array, execute, together
from orders.status import RESERVING

#: Of one SKU; more is a mistake, and beyond what the column holds.
MOST_UNITS = 1_000_000_000

# What the marketplace keeps in its own warehouse is never in ours.
_WANTED = """
SELECT i.id, i.sku, i.order_id, i.reserved, i.consumed,
       CASE WHEN o.fulfillment = %(elsewhere)s OR o.status <> ALL(%(reserving)s) THEN 0
            ELSE i.quantity - i.quantity_shipped - i.quantity_canceled END AS wants,
       CASE WHEN o.fulfillment = %(elsewhere)s THEN 0 ELSE i.quantity_shipped END AS took
  FROM orders_orderitem AS i JOIN orders_order AS o ON o.id = i.order_id
"""
_SETTLE = f"""
WITH wanted AS ({_WANTED} WHERE o.id = ANY(%(orders)s))
UPDATE orders_orderitem AS i SET reserved = wants, consumed = took FROM wanted AS w
 WHERE i.id = w.id AND (w.reserved, w.consumed) IS DISTINCT FROM (w.wants, w.took)
RETURNING i.order_id, i.sku, w.wants - w.reserved, w.took - w.consumed
"""
_KNOW = """
INSERT INTO orders_stockitem (sku, reserved) SELECT sku, 0 FROM unnest(%(skus)s::text[]) AS u(sku) ORDER BY sku
    ON CONFLICT DO NOTHING
"""
# The subquery locks in the order of SKUs; an UPDATE by itself locks in whatever order it finds them. Arrays, because
# the planner takes them for short and looks each SKU up; JSON it takes for 100 rows, and may read the whole table.
_BOOK = """
UPDATE orders_stockitem AS s SET reserved = reserved + more, on_hand = on_hand - gone, changed_at = now()
  FROM (SELECT m.* FROM unnest(%(skus)s::text[], %(more)s::int[], %(gone)s::int[]) AS m(sku, more, gone)
          JOIN orders_stockitem USING (sku) ORDER BY sku FOR UPDATE OF orders_stockitem) AS moved
 WHERE s.sku = moved.sku
RETURNING s.sku, s.reserved, s.on_hand, reserved > on_hand OR reserved - more > on_hand + gone
"""
_COUNT = """
WITH told AS (SELECT * FROM unnest(%(sku)s::text[], %(before)s::int[], %(after)s::int[]) AS t(sku, before, after)),
     noted AS (INSERT INTO orders_stockcount (sku, before, after, reason, by_name)
               SELECT sku, before, after, %(reason)s, %(by_name)s FROM told)
UPDATE orders_stockitem AS s SET on_hand = told.after, counted_at = %(now)s, changed_at = %(now)s
  FROM told WHERE s.sku = told.sku
"""
_THESE = "sku = ANY(%(skus)s) ORDER BY sku"
# Of the orders that once reserved more than there was: those which now have enough of everything.
_RELIEVED = """
SELECT a.order_id FROM orders_attention AS a
 WHERE a.reason = %(reason)s AND a.cleared_at IS NULL
   AND a.order_id IN (SELECT order_id FROM orders_orderitem WHERE sku = ANY(%(skus)s))
   AND NOT EXISTS (
       SELECT 1 FROM orders_orderitem AS i JOIN orders_stockitem AS s USING (sku)
        WHERE i.order_id = a.order_id AND i.reserved > 0 AND s.reserved > s.on_hand)
"""
_UNSETTLED = f"SELECT order_id FROM ({_WANTED}) AS w WHERE (reserved, consumed) IS DISTINCT FROM (wants, took)"
_MISCOUNTED = """
SELECT sku, coalesce(s.reserved, 0), coalesce(i.reserved, 0)
  FROM orders_stockitem AS s
  FULL JOIN (SELECT sku, sum(reserved)::int AS reserved FROM orders_orderitem WHERE reserved > 0 GROUP BY sku) AS i
 USING (sku) WHERE coalesce(s.reserved, 0) <> coalesce(i.reserved, 0) ORDER BY sku
"""


Booking = tuple[int, str, int, int]  #: order id, SKU, units more reserved, units more consumed


def settle(order_ids: Collection[int], bookings: Sequence[Booking] = (), *, unsent: Sequence[Statement] = ()) -> None:
    """Book what these orders' items reserve and have consumed. Their rows must be locked by this transaction.

    `bookings` are lines that this transaction wrote with their `reserved` and `consumed`. An order that reserves more
    than there is gets the attention OVERSOLD; it is never refused. `unsent` is to be run first: in the same round trip.
    """
    if order_ids:
        *_rows, settled = together(*unsent, (_SETTLE, {"orders": list(order_ids), **_rules()}))
        bookings, unsent = [*bookings, *settled], ()
    _book(bookings, unsent)


def _book(bookings: Sequence[Booking], unsent: Sequence[Statement]) -> None:
    moved: dict[str, list[int]] = {}
    for _order, sku, more, gone in bookings:
        total = moved.setdefault(sku, [0, 0])
        total[0] += more
        total[1] += gone
    moved = {sku: total for sku, total in moved.items() if any(total)}
    booked = _change(moved, unsent)
    new = moved.keys() - {sku for sku, *_ in booked}
    if new:  # SKUs never heard of before
        execute(_KNOW, skus=sorted(new))
        booked += _change({sku: moved[sku] for sku in new})
    # Only SKUs that are sold out, or were before this, concern anybody.
    _flag(bookings, {sku: (reserved, on_hand) for sku, reserved, on_hand, scarce in booked if scarce})


def _change(moved: Mapping[str, Sequence[int]], unsent: Sequence[Statement] = ()) -> list[Any]:
    if not moved:
        if unsent:
            together(*unsent)
        return []
    more, gone = zip(*moved.values(), strict=True)
    return together(
        *unsent, (_BOOK, {"skus": array(moved), "more": array(map(str, more)), "gone": array(map(str, gone))})
    )[-1]


def _flag(bookings: Sequence[Booking], scarce: Mapping[str, tuple[int, int]]) -> None:
    short: dict[int, list[str]] = {}
    for order_id, sku, more, _gone in sorted(bookings):
        reserved, on_hand = scarce.get(sku, (0, 0))
        if more > 0 and reserved > on_hand:
            sentence = _("SKU %(sku)s: %(reserved)s reserved, %(on_hand)s on hand.")
            short.setdefault(order_id, []).append(sentence % {"sku": sku, "reserved": reserved, "on_hand": on_hand})
    details = {order_id: " ".join(sentences) for order_id, sentences in short.items()}
    demand(Attention.Reason.OVERSOLD, details, by=Actor.system())
    _relieve({sku for _order, sku, more, _gone in bookings if more < 0 and sku in scarce})


@transaction.atomic
def count(quantities: Mapping[str, int], *, by: Actor, reason: str = "") -> list[StockItem]:
    """The warehouse counted: on-hand per SKU, whatever it was before. Raises InvalidFact on a negative quantity."""
    return _tell({sku: (quantity, False) for sku, quantity in quantities.items()}, by, reason)


@transaction.atomic
def adjust(deltas: Mapping[str, int], *, by: Actor, reason: str) -> list[StockItem]:
    """The warehouse found or lost units. Raises InvalidFact when fewer than none would be left."""
    return _tell({sku: (delta, True) for sku, delta in deltas.items()}, by, reason)


def unsettled() -> list[int]:
    """Orders whose items are not booked as their status and quantities demand. Empty, or there is a bug."""
    return sorted({order_id for (order_id,) in execute(_UNSETTLED, **_rules())})


def miscounted() -> list[tuple[str, int, int]]:
    """SKUs whose reserved units are not the sum of their items': (SKU, booked, sum). Empty, or there is a bug."""
    return [(sku, booked, summed) for sku, booked, summed in execute(_MISCOUNTED)]


@transaction.atomic
def rebuild() -> None:
    """Book everything anew from the orders. Writers wait meanwhile."""
    execute("LOCK TABLE orders_order, orders_orderitem, orders_stockitem IN SHARE ROW EXCLUSIVE MODE")
    settle(unsettled())
    for sku, _booked, summed in miscounted():
        StockItem.objects.update_or_create(sku=sku, defaults={"reserved": summed, "changed_at": timezone.now()})


def _tell(told: Mapping[str, tuple[int, bool]], by: Actor, reason: str) -> list[StockItem]:
    skus = sorted(told)
    execute(_KNOW, skus=skus)
    counts = []
    for item in rows.fetch(StockItem, f"{_THESE} FOR UPDATE", skus=skus):
        quantity, relative = told[item.sku]
        was, item.on_hand = item.on_hand, quantity + (item.on_hand or 0 if relative else 0)
        if not 0 <= item.on_hand <= MOST_UNITS:
            message = _("SKU %(sku)s would have %(on_hand)s units on hand.") % {
                "sku": item.sku,
                "on_hand": item.on_hand,
            }
            code = "negative_stock" if item.on_hand < 0 else "too_much_stock"
            raise InvalidFact(message, field="quantity", code=code)
        counts.append({"sku": item.sku, "before": was, "after": item.on_hand})
    columns: dict[str, Any] = {name: [count[name] for count in counts] for name in ("sku", "before", "after")}
    execute(_COUNT, **columns, now=timezone.now(), reason=reason, by_name=by.name)
    _relieve(skus)
    return rows.fetch(StockItem, _THESE, skus=skus)


def _relieve(skus: Collection[str]) -> None:
    if skus and (relieved := execute(_RELIEVED, skus=list(skus), reason=Attention.Reason.OVERSOLD)):
        relieve(Attention.Reason.OVERSOLD, [order_id for (order_id,) in relieved])


def _rules() -> dict[str, Any]:
    return {"elsewhere": Fulfillment.MARKETPLACE, "reserving": sorted(RESERVING)}
