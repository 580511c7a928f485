"""The bound of storing: COPY of ready-made text into the same tables with their indexes, one transaction a batch."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from orders import merge
from orders.models import Channel
from orders.snapshot import OrderSnapshot
from orders.statements import COLUMNS, ITEM_TYPES

FAR = 10**12  #: ids beyond what the sequences will reach
EVENT = ("order_id", "kind", "before", "after", "by_kind", "by_name", "data", "message_id")
Blocks = tuple[int, list[tuple[str, str]]]


def blocks(channel: Channel, snapshots: list[OrderSnapshot], numbers: Iterator[int]) -> Blocks:
    """The statements and texts that put these orders, their items and their first events into the database."""
    orders, items, events = [], [], []
    for snapshot in snapshots:
        change = merge.create(snapshot, merge.digest(snapshot))
        row, order_id = change.row or {}, FAR + next(numbers)
        orders.append([order_id, channel.pk, *(row[name] for name in COLUMNS)])
        items += [[order_id, *(item[name] for name in ITEM_TYPES)] for item in change.items]
        events += [
            [order_id, e["kind"], e["before"], e["after"], "CHANNEL", channel.code, e["data"], e["message_id"]]
            for e in change.events
        ]
    return len(snapshots), [
        (_statement("orders_order", ("id", "channel_id", *COLUMNS)), _text(orders)),
        (_statement("orders_orderitem", ("order_id", *ITEM_TYPES)), _text(items)),
        (_statement("orders_orderevent", EVENT), _text(events)),
    ]


@transaction.atomic
def copy(ready: Blocks) -> int:
    """Send one batch; returns how many orders it had."""
    size, texts = ready
    with connection.cursor() as cursor:
        for statement, text in texts:
            with cursor.copy(statement) as stream:
                stream.write(text)
    return size


def _statement(name: str, columns: tuple[str, ...]) -> str:
    return f"COPY {name} ({', '.join(columns)}) FROM STDIN"


def _text(rows: list[list[Any]]) -> str:
    return "".join("\t".join(_field(value) for value in row) + "\n" for row in rows)


def _field(value: Any) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, list) and all(isinstance(part, str) for part in value) and not isinstance(value, str):
        return "{" + ",".join(value) + "}" if value else "{}"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False).replace("\\", "\\\\")
    return value.isoformat() if isinstance(value, datetime) else str(value)
