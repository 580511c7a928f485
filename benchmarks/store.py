"""Storing orders: receive() against the naive ORM and against COPY of the same rows, on a durable PostgreSQL."""

import dataclasses
import random
import resource
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from time import perf_counter
from typing import Any

from benchmarks import hub
from benchmarks.rounds import QUICK, rates, result, table
from orders.snapshot import Address, Buyer, Item, OrderSnapshot, Payment
from orders.status import Status

BATCH = 100
NAIVE, ONE, SET, COPY = "naive ORM", "receive, one order at a time", "receive, batches of 100", "COPY of the same rows"
Receive = Callable[[Any, Sequence[OrderSnapshot]], object]


def main() -> None:
    store = Store()
    few, many = (30, 1_000) if QUICK else (100, 5_000)
    new = rates(
        {
            NAIVE: lambda: store.new(store.naive, few, 1),
            ONE: lambda: store.new(store.receive, many // 10, 1),
            SET: lambda: store.new(store.receive, many, BATCH),
            COPY: lambda: store.copy(many),
        }
    )
    table("New orders", new, unit="orders/s", base=NAIVE)
    changed = rates(
        {NAIVE: lambda: store.paid(store.naive, few, 1), SET: lambda: store.paid(store.receive, many, BATCH)}
    )
    table("Changed orders", changed, unit="orders/s", base=NAIVE)
    again = rates(
        {NAIVE: lambda: store.again(store.naive, few, 1), SET: lambda: store.again(store.receive, many, BATCH)}
    )
    table("Unchanged orders", again, unit="orders/s", base=NAIVE)
    cost, memory = store.growth(30_000 if QUICK else 1_000_000)
    result(
        new_vs_naive=new[SET] / new[NAIVE],
        new_vs_copy=new[SET] / new[COPY],
        update_vs_naive=changed[SET] / changed[NAIVE],
        duplicate_vs_naive=again[SET] / again[NAIVE],
        single_vs_naive=new[ONE] / new[NAIVE],
        cost_growth=cost,
        memory_growth=memory,
    )


class Store:
    """One channel that sells endlessly: orders of one to five items out of 500 SKUs."""

    def __init__(self) -> None:
        from django.db import connection

        from benchmarks.naive import store as naive
        from orders import intake
        from orders.models import Channel

        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS bench_stock (LIKE orders_stockitem INCLUDING ALL)")
        self.channel = Channel.objects.create(code="bench", name="Bench", marketplace="skyhub")
        self.naive: Receive = naive.receive
        self.receive: Receive = intake.receive
        self.numbers = count(1)
        self.chance = random.Random(7)

    def new(self, receive: Receive, size: int, batch: int) -> Callable[[], int]:
        orders = [self.sold() for _ in range(size)]
        return lambda: self.run(receive, orders, batch)

    def paid(self, receive: Receive, size: int, batch: int) -> Callable[[], int]:
        """The orders are known; now they are paid, and the address is released."""
        orders = [self.sold() for _ in range(size)]
        self.run(self.receive, orders, BATCH)
        changed = [paid(order) for order in orders]
        return lambda: self.run(receive, changed, batch)

    def again(self, receive: Receive, size: int, batch: int) -> Callable[[], int]:
        orders = [self.sold() for _ in range(size)]
        self.run(self.receive, orders, BATCH)
        return lambda: self.run(receive, orders, batch)

    def copy(self, size: int) -> Callable[[], int]:
        from benchmarks.copying import copy, ready

        batches = [ready(self.channel, [self.sold() for _ in range(BATCH)], self.numbers) for _ in range(size // BATCH)]
        return lambda: sum(copy(batch) for batch in batches)

    def growth(self, size: int) -> tuple[float, float]:
        """Cost per order and memory at the end, as multiples of those after the first tenth."""
        tenth, costs, memory = size // 10, [], []
        for _ in range(10):
            started = perf_counter()
            for _ in range(tenth // BATCH):
                self.receive(self.channel, [self.sold() for _ in range(BATCH)])
            costs.append((perf_counter() - started) / tenth)
            memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        print(f"\n{'Growth':<36}{'ms/order':>12}{'MB':>10}")
        for n, (cost, peak) in enumerate(zip(costs, memory, strict=True), start=1):
            print(f"  {f'{n * tenth:,} orders':<34}{cost * 1000:>12.3f}{peak:>10.0f}", flush=True)
        return costs[-1] / costs[0], memory[-1] / memory[0]

    def run(self, receive: Receive, orders: list[OrderSnapshot], batch: int) -> int:
        for start in range(0, len(orders), batch):
            receive(self.channel, orders[start : start + batch])
        return len(orders)

    def sold(self) -> OrderSnapshot:
        number = next(self.numbers)
        at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=number)
        skus = self.chance.sample(range(500), self.chance.randint(1, 5))
        items = tuple(
            Item(line=f"SKU-{sku}", sku=f"SKU-{sku}", name=f"Produto {sku}", quantity=1, unit_price=Decimal("19.90"))
            for sku in skus
        )
        return OrderSnapshot(
            code=f"Lojas Americanas-{number:012d}",
            remote_code=f"{number:012d}",
            storefront="Lojas Americanas",
            status=Status.NEW,
            channel_status="book_product",
            updated_at=at,
            seen_at=at,
            placed_at=at,
            total=Decimal("19.90") * len(items) + 12,
            shipping_cost=Decimal("12.00"),
            shipping_method="Correios PAC",
            buyer=Buyer(name=f"Comprador {number}", document=f"{number:011d}", phones=("11999990000",)),
            shipping_address=address(number),
            billing_address=address(number),
            items=items,
            payments=(Payment(method="CREDIT_CARD", amount=Decimal("100.00"), installments=3),),
        )


def address(number: int) -> Address:
    return Address(
        recipient=f"Comprador {number}",
        street="Rua das Laranjeiras",
        number=str(number % 1000),
        neighborhood="Centro",
        city="São Paulo",
        state="SP",
        postcode="01001000",
    )


def paid(order: OrderSnapshot) -> OrderSnapshot:
    at = order.updated_at + timedelta(minutes=5)
    released = dataclasses.replace(order.shipping_address, street="Avenida Paulista")
    return dataclasses.replace(
        order,
        status=Status.APPROVED,
        channel_status="payment_received",
        updated_at=at,
        seen_at=at,
        approved_at=at,
        shipping_address=released,
    )


if __name__ == "__main__":
    hub.run(main)
