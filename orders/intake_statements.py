"""The SQL of intake.py. New rows are COPYed, changed ones travel as one JSON parameter per table.

Psycopg would spend several times PostgreSQL's own work on dumping the same values as arrays.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, islice
from operator import itemgetter
from typing import Any

import msgspec
from django.db import connection

from orders.columns import BOOKED, BUYER, DATA, JSON, Row
from orders.statements import Statement, array, names

NewRows = tuple[str, Sequence[str], Iterable[Row]]  #: table, columns, rows

COLUMNS = ("code", "status", *DATA, *BUYER, "version", "status_version", "buyer_version", "digest")
ITEM_TYPES = {
    "order_id": "bigint",
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
    "reserved": "int",
    "consumed": "int",
}
COUNTED = ("quantity_shipped", "quantity_canceled", "quantity_returned")
#: How a JSON parameter's values are read; the rest is text.
TYPES = {
    "id": "bigint",
    "channel_id": "bigint",
    **{name: "timestamptz" for name in COLUMNS if name.endswith(("_at", "_by", "_until"))},
    **dict.fromkeys(("total", "shipping_cost", "discount", "interest"), "numeric"),
    **dict.fromkeys((*JSON, "data"), "jsonb"),
    **dict.fromkeys(("tags", "buyer_phones"), "text[]"),
    **dict.fromkeys(("masked", "needs_arranging", "pickup_failed"), "boolean"),
}

ORDER_COPY = ("id", "channel_id", *COLUMNS)
ITEM_COPY = tuple(ITEM_TYPES)
EVENT_COPY = ("order_id", "kind", "before", "after", "by_kind", "by_name", "data", "message_id")


# One look into the unique index per code, whatever the planner's statistics say (on a young table: nothing).
_THESE = "unnest(%(codes)s::text[]) AS told(code), LATERAL (SELECT * FROM orders_order AS o WHERE {}) AS held"
DIGESTS = f"""
SELECT held.code, digest FROM {_THESE.format("o.channel_id = %(channel)s AND o.code = told.code OFFSET 0")}
"""

# One writer per channel (two integers: a lock space of our own, and the channel), and ids for orders that are new.
LOCK_CHANNEL = """
SELECT nextval('orders_order_id_seq')
  FROM (SELECT pg_advisory_xact_lock(20261121, %(channel)s)) AS locked, generate_series(1, %(count)s)
"""
# Codes come sorted, and verbs lock one order at a time: nobody waits for each other.
LOCK_ORDERS = f"""
SELECT held.id, {names(COLUMNS, "held.{}")}, EXISTS (
       SELECT 1 FROM orders_attention AS a WHERE a.order_id = held.id AND a.cleared_at IS NULL)
  FROM {_THESE.format("o.channel_id = %(channel)s AND o.code = told.code FOR UPDATE")}
"""
_LINES = f"json_to_recordset(%(rows)s) AS told({', '.join(f'{name} {kind}' for name, kind in ITEM_TYPES.items())})"
_TOLD = tuple(name for name in ITEM_TYPES if name not in ("order_id", "line", "quantity", *COUNTED, *BOOKED))
# Units that we shipped or canceled ourselves are not forgotten because the channel counts fewer.
UPSERT_ITEMS = f"""
INSERT INTO orders_orderitem AS i ({names(ITEM_TYPES)}) SELECT {names(ITEM_TYPES)} FROM {_LINES}
    ON CONFLICT (order_id, line) DO UPDATE
   SET {names(_TOLD, "{0} = excluded.{0}")}, {names(COUNTED, "{0} = greatest(i.{0}, excluded.{0})")},
       quantity = greatest(i.quantity_shipped + i.quantity_canceled, excluded.quantity)
"""
# A line that the channel took back loses the units that have not moved; it goes once their stock is released.
EMPTY_LINES = f"""
WITH told AS (SELECT * FROM {_LINES})
UPDATE orders_orderitem AS i SET quantity = quantity_shipped + quantity_canceled
 WHERE i.order_id IN (SELECT order_id FROM told)
   AND NOT EXISTS (SELECT 1 FROM told WHERE told.order_id = i.order_id AND told.line = i.line)
RETURNING i.order_id
"""
DROP_EMPTY_LINES = "DELETE FROM orders_orderitem WHERE order_id = ANY(%(orders)s) AND quantity = 0"
CANCEL_UNITS = """
UPDATE orders_orderitem SET quantity_canceled = quantity - quantity_shipped WHERE order_id = ANY(%(orders)s)
"""
SHIP_UNITS = """
UPDATE orders_orderitem SET quantity_shipped = quantity - quantity_canceled WHERE order_id = ANY(%(orders)s)
"""
# What is open already, or was settled by a person, is not raised again for the same fact.
RAISE_ATTENTIONS = """
WITH raised AS (
    INSERT INTO orders_attention AS a (order_id, reason, detail, cleared_by)
    SELECT order_id, reason, detail, ''
      FROM json_to_recordset(%(rows)s) AS told(order_id bigint, reason text, detail text)
     WHERE NOT EXISTS (
           SELECT 1 FROM orders_attention AS seen
            WHERE seen.order_id = told.order_id AND seen.reason = told.reason AND seen.detail = told.detail
              AND (seen.cleared_at IS NULL OR seen.cleared_by <> ''))
        ON CONFLICT (order_id, reason) WHERE cleared_at IS NULL DO UPDATE SET detail = excluded.detail
    RETURNING order_id, reason)
INSERT INTO orders_orderevent (order_id, kind, before, after, by_kind, by_name, data, message_id)
SELECT order_id, 'ATTENTION', '', '', %(by_kind)s, %(by_name)s, jsonb_build_object('reason', reason), '' FROM raised
"""
CLEAR_ATTENTIONS = """
UPDATE orders_attention AS a SET cleared_at = now()
  FROM json_to_recordset(%(rows)s) AS told(order_id bigint, reason text)
 WHERE a.order_id = told.order_id AND a.reason = told.reason AND a.cleared_at IS NULL
"""


def update_orders(rows: Sequence[Row], differing: Collection[str]) -> Statement:
    """Only columns that differ in some of them: most of the cost is that PostgreSQL reads the values out of JSON."""
    told = [name for name in COLUMNS if name in differing]
    types = names(f"{name} {TYPES.get(name, 'text')}" for name in ("id", *told))
    statement = f"""
        UPDATE orders_order AS o SET changed_at = now(), {names(told, "{0} = told.{0}")}
          FROM json_to_recordset(%(rows)s) AS told({types}) WHERE o.id = told.id
    """
    return statement, {"rows": as_json([{name: row[name] for name in ("id", *told)} for row in rows])}


def as_json(rows: Sequence[Row]) -> str:
    return msgspec.json.encode(rows).decode()


def as_held(values: Sequence[Any]) -> tuple[str, Row]:
    """A row of LOCK_ORDERS: the order's code, and what merge.py compares."""
    row = dict(zip(("id", *COLUMNS, "attention"), values, strict=True))
    return row["code"], row | {name: msgspec.json.decode(row[name]) for name in JSON}


#: Up to so many rows one INSERT is quicker than COPYs: it is planned already, and goes along with the next statement.
FEW = 20
#: Lines that are sent while the next ones are made, so that PostgreSQL and we work at the same time.
CHUNK = 20


def insert(*tables: NewRows, count: int) -> list[Statement]:
    """Insert new rows, about `count` in all. Each has a value for every column, and none of them is there yet.

    Where they are few this is left to the statement that comes back: send it together with what follows. Rows are read
    table by table, and may be made only then.
    """
    if count <= FEW:
        statement = _insert(*((table, columns) for table, columns, _rows in tables))
        return [(statement, {table: as_json(list(rows)) for table, _columns, rows in tables})]
    copies = [(f"COPY {table} ({names(columns)}) {_FROM}", _chunks(columns, rows)) for table, columns, rows in tables]
    ready: list[str] = []
    for number, (statement, chunks) in enumerate(copies, start=1):
        with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as stream:
            for chunk in chain(ready, chunks):
                stream.write(chunk)
            # While PostgreSQL still works on these, the next table's are made.
            ready = [chunk for _statement, following in copies[number : number + 1] for chunk in following]
    return []


@cache
def _insert(*tables: tuple[str, Sequence[str]]) -> str:
    parts = (
        f"""
{table}_new AS (
    INSERT INTO {table} ({names(columns)}) SELECT {names(columns)} FROM json_to_recordset(%({table})s) AS told(
        {", ".join(f"{name} {TYPES.get(name) or ITEM_TYPES.get(name) or 'text'}" for name in columns)}))"""
        for table, columns in tables
    )
    return f"WITH {','.join(parts)} SELECT"


def _chunks(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    formats = [_FORMATS.get(TYPES.get(name, ""), str) for name in columns]
    values = itemgetter(*columns)
    lines = (_line(formats, values(row)) for row in rows)
    while chunk := "".join(islice(lines, CHUNK)):
        yield chunk


_FORMATS: dict[str, Callable[[Any], str]] = {
    "jsonb": lambda value: msgspec.json.encode(value).decode(),
    "text[]": array,
}
#: A character that no text of a marketplace consists of, so that a line without anything to escape stays as it is.
_NULL = "\x01"
_FROM = r"FROM STDIN WITH (NULL E'\x01')"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def _line(formats: Sequence[Callable[[Any], str]], values: Sequence[Any]) -> str:
    """A row as COPY reads it. Hardly any needs escaping: one look at the whole is cheaper than one at each value."""
    texts = [_NULL if value is None else form(value) for form, value in zip(formats, values, strict=True)]
    line = "\t".join(texts)
    if "\\" in line or "\n" in line or "\r" in line or line.count("\t") >= len(texts):
        line = "\t".join(text.translate(_ESCAPES) for text in texts)
    return line + "\n"
