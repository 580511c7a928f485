"""The SQL of intake.py: one statement writes a batch of orders with their items, events and attentions."""

from collections.abc import Sequence
from typing import Any

import msgspec

from orders.merge import BUYER, DATA, Row

#: Columns of an order that intake writes, and how they are read from JSON (everything else is text).
COLUMNS = ("code", "status", *DATA, *BUYER, "version", "status_version", "buyer_version", "digest")
TYPES = {
    **{name: "timestamptz" for name in COLUMNS if name.endswith(("_at", "_by", "_until"))},
    **dict.fromkeys(("total", "shipping_cost", "discount", "interest"), "numeric"),
    **dict.fromkeys(("payments", "trackings", "shipping_address", "billing_address"), "jsonb"),
    **dict.fromkeys(("tags", "buyer_phones"), "text[]"),
    "masked": "boolean",
}
ITEM_TYPES = {
    "line": "text",
    "sku": "text",
    "parent_sku": "text",
    "name": "text",
    "quantity": "int",
    "quantity_shipped": "int",
    "quantity_canceled": "int",
    "quantity_returned": "int",
    "unit_price": "numeric",
    "list_price": "numeric",
}
COUNTED = ("quantity_shipped", "quantity_canceled", "quantity_returned")
JSON = [name for name, kind in TYPES.items() if kind == "jsonb"]


def as_row(values: Sequence[Any]) -> Row:
    """A row of LOCK as the columns that merge.py compares."""
    row = dict(zip(COLUMNS, values, strict=True))
    return row | {name: msgspec.json.decode(row[name]) for name in JSON}


def _names(names: Sequence[str], prefix: str = "") -> str:
    return ", ".join(f"{prefix}{name}" for name in names)


_orders = _names([f"{name} {TYPES.get(name, 'text')}" for name in COLUMNS])
_items = _names([f"{name} {kind}" for name, kind in ITEM_TYPES.items()])
# Units that we shipped or canceled ourselves are not forgotten because the channel counts fewer.
_item_sets = ", ".join(
    f"{name} = greatest(i.{name}, excluded.{name})" if name in COUNTED else f"{name} = excluded.{name}"
    for name in ITEM_TYPES
    if name not in ("line", "quantity")
)

DIGESTS = "SELECT code, digest FROM orders_order WHERE channel_id = %(channel)s AND code = ANY(%(codes)s)"

#: Two integers: a lock space of our own, and the channel.
ONE_WRITER = "SELECT pg_advisory_xact_lock(20261121, %(channel)s)"

# Verbs lock one order at a time, so sorting is enough against them.
LOCK = f"""
SELECT {_names(COLUMNS)} FROM orders_order
 WHERE channel_id = %(channel)s AND code = ANY(%(codes)s) ORDER BY code FOR UPDATE
"""

_WRITE = """
WITH told AS (SELECT * FROM json_to_recordset(%(orders)s) AS t({orders})),
     lines AS (SELECT * FROM json_to_recordset(%(items)s) AS t(code text, {items})),
     written AS ({write} RETURNING o.id, o.code),
     {extra}
     written_items AS (
        INSERT INTO orders_orderitem AS i (order_id, {item_names})
        SELECT written.id, {line_names} FROM lines JOIN written USING (code) ORDER BY written.id, line
            ON CONFLICT (order_id, line) DO UPDATE SET {item_sets},
               quantity = greatest(i.quantity_shipped + i.quantity_canceled, excluded.quantity)),
     events AS (
        INSERT INTO orders_orderevent (order_id, kind, before, after, by_kind, by_name, data, message_id)
        SELECT o.id, kind, before, after, %(by_kind)s, %(by_name)s, data, message_id
          FROM json_to_recordset(%(events)s)
               AS t(code text, kind text, before text, after text, data jsonb, message_id text)
          JOIN {known} AS o USING (code)),
     raised AS (
        INSERT INTO orders_attention AS a (order_id, reason, detail, cleared_by)
        SELECT o.id, reason, t.detail, ''
          FROM json_to_recordset(%(attentions)s) AS t(code text, reason text, detail text)
          JOIN {known} AS o USING (code)
         -- What is open, or was settled by a person, is not raised again for the same fact.
         WHERE NOT EXISTS (
               SELECT 1 FROM orders_attention AS seen
                WHERE seen.order_id = o.id AND seen.reason = t.reason AND seen.detail = t.detail
                  AND (seen.cleared_at IS NULL OR seen.cleared_by <> ''))
            ON CONFLICT (order_id, reason) WHERE cleared_at IS NULL DO UPDATE SET detail = excluded.detail
        RETURNING order_id, reason),
     raised_events AS (
        INSERT INTO orders_orderevent (order_id, kind, before, after, by_kind, by_name, data, message_id)
        SELECT order_id, 'ATTENTION', '', '', %(by_kind)s, %(by_name)s, jsonb_build_object('reason', reason), ''
          FROM raised)
SELECT code, id, {emptied} FROM written
"""
_parts = {
    "orders": _orders,
    "items": _items,
    "item_names": _names(list(ITEM_TYPES)),
    "line_names": _names(list(ITEM_TYPES), "lines."),
    "item_sets": _item_sets,
}

INSERT = _WRITE.format(
    **_parts,
    write=f"""
        INSERT INTO orders_order AS o (channel_id, {_names(COLUMNS)})
        SELECT %(channel)s, {_names(COLUMNS, "told.")} FROM told""",
    extra="",
    emptied="false",
    known="written",
)
UPDATE = _WRITE.format(
    **_parts,
    write=f"""
        UPDATE orders_order AS o SET changed_at = now(), {", ".join(f"{name} = told.{name}" for name in COLUMNS)}
          FROM told WHERE o.channel_id = %(channel)s AND o.code = told.code""",
    emptied="id IN (SELECT order_id FROM emptied)",
    extra="""
     -- A line that the channel took back loses the units that have not moved; stock is released before it goes.
     emptied AS (
        UPDATE orders_orderitem AS i SET quantity = quantity_shipped + quantity_canceled FROM written
         WHERE i.order_id = written.id AND written.code IN (SELECT code FROM lines)
           AND NOT EXISTS (SELECT 1 FROM lines WHERE lines.code = written.code AND lines.line = i.line)
        RETURNING i.order_id),""",
    known="(SELECT id, code FROM orders_order WHERE channel_id = %(channel)s)",
)

CLEAR_ATTENTIONS = """
UPDATE orders_attention AS a SET cleared_at = now()
  FROM json_to_recordset(%(cleared)s) AS t(code text, reason text)
  JOIN orders_order AS o ON o.channel_id = %(channel)s AND o.code = t.code
 WHERE a.order_id = o.id AND a.reason = t.reason AND a.cleared_at IS NULL
"""
CANCEL_UNITS = """
UPDATE orders_orderitem SET quantity_canceled = quantity - quantity_shipped WHERE order_id = ANY(%(orders)s)
"""
SHIP_UNITS = """
UPDATE orders_orderitem SET quantity_shipped = quantity - quantity_canceled WHERE order_id = ANY(%(orders)s)
"""
DROP_EMPTY_LINES = """
DELETE FROM orders_orderitem WHERE order_id = ANY(%(orders)s) AND quantity = 0
"""
