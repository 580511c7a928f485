"""Storing orders the usual way: update_or_create per row, one order per transaction."""

import msgspec
from django.db import transaction
from django.db.models import F

from orders.columns import JSON, columns
from orders.merge import digest, version
from orders.models import Actor, Channel, Order, OrderEvent, OrderItem, StockItem
from orders.snapshot import OrderSnapshot
from orders.status import RESERVING, Status


def receive(channel: Channel, snapshots: list[OrderSnapshot]) -> None:
    for snapshot in snapshots:
        receive_one(channel, snapshot)


@transaction.atomic
def receive_one(channel: Channel, snapshot: OrderSnapshot) -> None:
    row, status = columns(snapshot), snapshot.status or Status.NEW
    before = Order.objects.filter(channel=channel, code=snapshot.code).first()
    order, created = Order.objects.update_or_create(
        channel=channel,
        code=snapshot.code,
        defaults={
            **row,
            **{name: msgspec.to_builtins(row[name]) for name in JSON},
            "status": status,
            "version": version(snapshot),
            "digest": digest(snapshot),
        },
    )
    for item in snapshot.items:
        line, _ = OrderItem.objects.update_or_create(
            order=order,
            line=item.line,
            defaults={
                "sku": item.sku,
                "name": item.name,
                "quantity": item.quantity,
                "unit_price": item.unit_price,
                "list_price": item.list_price,
            },
        )
        reserve(line, line.quantity if status in RESERVING else 0)
    if created or before.status != status:
        OrderEvent.objects.create(
            order=order,
            kind=OrderEvent.Kind.RECEIVED if created else OrderEvent.Kind.STATUS,
            before="" if created else before.status,
            after=status,
            by_kind=OrderEvent.By.CHANNEL,
            by_name=Actor.channel(channel.code).name,
        )


def reserve(item: OrderItem, wanted: int) -> None:
    if item.reserved == wanted:
        return
    StockItem.objects.get_or_create(sku=item.sku, defaults={"reserved": 0})
    StockItem.objects.filter(sku=item.sku).update(reserved=F("reserved") + wanted - item.reserved)
    item.reserved = wanted
    item.save(update_fields=["reserved"])
