"""The bound of storing: the same rows, ready as Python values, COPYed into the same tables, one transaction a batch."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
from django.db import connection, transaction

from orders import merge
from orders.columns import JSON
from orders.intake_statements import EVENT_COPY, ITEM_COPY, ORDER_COPY
from orders.models import Channel
from orders.snapshot import OrderSnapshot

STOCK = "bench_stock"  #: a copy of the table of stock: rows of SKUs that nobody sells would only be in the way there
FAR = 10**12  #: ids beyond what the sequences will reach
Rows = list[tuple[Any, ...]]
Batch = dict[tuple[str, tuple[str, ...]], Rows]


def ready(channel: Channel, snapshots: list[OrderSnapshot], numbers: Iterator[int]) -> Batch:
    """Table and columns → rows: the orders, their items, their first events, and one row per SKU for stock."""
    orders: Rows = []
    items: Rows = []
    events: Rows = []
    for snapshot in snapshots:
        change = merge.create(snapshot, merge.digest(snapshot))
        order_id = FAR + next(numbers)
        row = {**(change.row or {}), "id": order_id, "channel_id": channel.pk}
        row |= {name: msgspec.json.encode(row[name]).decode() for name in JSON}
        orders.append(tuple(row[name] for name in ORDER_COPY))
        items += [tuple({**item, "order_id": order_id}[name] for name in ITEM_COPY) for item in change.items]
        for event in change.events:
            told = {**event, "order_id": order_id, "by_kind": "CHANNEL", "by_name": channel.code}
            told["data"] = json.dumps(told["data"])
            events.append(tuple(told[name] for name in EVENT_COPY))
    # receive() changes the rows of these SKUs; COPY can only add rows, so here they are new.
    skus = Counter(item[ITEM_COPY.index("sku")] for item in items)
    stock: Rows = [(f"{sku}-{FAR + next(numbers)}", units) for sku, units in skus.items()]
    return {
        ("orders_order", ORDER_COPY): orders,
        ("orders_orderitem", ITEM_COPY): items,
        ("orders_orderevent", EVENT_COPY): events,
        (STOCK, ("sku", "reserved")): stock,
    }


@transaction.atomic
def copy(batch: Batch) -> int:
    """Send one batch; returns how many orders it had."""
    with connection.cursor() as cursor:
        for (table, columns), rows in batch.items():
            with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as stream:
                for row in rows:
                    stream.write_row(row)
    return len(batch["orders_order", ORDER_COPY])
