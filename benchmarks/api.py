"""The warehouse's API over HTTP, against ModelSerializer + PageNumber with prefetch over the same tables."""

import json
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks import hub
from benchmarks.requests import Caller, Web, by_turns, p50, p95, times, together, web
from benchmarks.rounds import QUICK, result
from benchmarks.usage import measuring, postgres_pid, redis_pid

SIZES = (5_000, 50_000) if QUICK else (10_000, 100_000, 1_000_000)
REPEATED = 30 if QUICK else 100
SECONDS = 8  #: of mixed traffic
LIST, FEED = "/api/v1/orders", "/api/v1/changes"
#: As the feed of years looks: an event of every order, a hundred to a transaction.
EVENTS = """
INSERT INTO orders_orderevent (order_id, kind, before, after, by_kind, by_name, data, message_id, xid)
SELECT id, 'RECEIVED', '', status, 'CHANNEL', 'loja', '{}', '', 3 + row_number() OVER (ORDER BY id) * 500 / %s
  FROM orders_order ORDER BY id
"""
READY = "UPDATE orders_order SET status = 'INVOICED', fulfillment = 'SELLER' WHERE id = ANY(%s)"


def main() -> None:
    key = prepare()
    figures: dict[int, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        logs = Path(name)
        with web(logs) as ours, web(logs, settings="benchmarks.naive.api_settings", ready="/orders") as stock:
            for size in SIZES:
                fill(size)
                # Afresh: while the tables were filled, the servers gave the kept connections up.
                call, plain = Caller(ours.port, Authorization=f"Bearer {key}"), Caller(stock.port)
                figures[size] = reading(call, plain)
                show(f"{size:,} orders, 100 a page", figures[size])
            shipping = times(shipper(call, 2 * REPEATED + 2), count=2 * REPEATED)
            show("POST shipment", {"p50": p50(shipping), "p95": p95(shipping)})
        with web(logs, workers=2) as ours:
            rate, cpu = mixed_traffic(ours, key)
    least, most = figures[SIZES[0]], figures[SIZES[-1]]
    deep = [name for name in most if name.startswith(("list,", "feed,"))]
    result(
        list_vs_stock=least["stock list"] / least["list, first page"],
        feed_vs_stock=least["stock feed"] / least["feed, first page"],
        list_vs_stock_at_most=most["stock list"] / most["list, first page"],
        depth_ratio=max(most[name] / least[f"{name[:4]}, first page"] for name in deep),
        shipment_p95_ms=p95(shipping),
        mixed_rps=rate,
        mixed_cpu_ms=sum(cpu.values()),
    )


def prepare() -> str:
    from orders.models import ApiKey

    secret = ApiKey.new_secret()
    key = ApiKey(name="bench")
    key.set_secret(secret)
    key.save()
    return secret


def fill(size: int) -> None:
    from django.db import connection

    from benchmarks import filling

    filling.fill(size)
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, [size])
        cursor.execute("VACUUM ANALYZE orders_orderevent")


def reading(call: Caller, plain: Caller) -> dict[str, float]:
    """Milliseconds (median) of a page at the beginning, in the middle and at the end; and of stock's first pages."""
    middle, last = cursors()
    positions = {"middle": position(half=True), "last page": position()}
    asked = {
        "list, first page": f"{LIST}?limit=100",
        "list, middle": f"{LIST}?limit=100&cursor={middle}",
        "list, last page": f"{LIST}?limit=100&cursor={last}",
        "feed, first page": f"{FEED}?limit=100",
        **{f"feed, {place}": f"{FEED}?limit=100&after={after}" for place, after in positions.items()},
    }
    for address in asked.values():
        page = json.loads(call("GET", address))
        assert len(page.get("orders", page.get("changes"))) == 100, address
    calls: dict[str, Callable[[], object]] = {name: partial(call, "GET", address) for name, address in asked.items()}
    calls |= {"stock list": partial(plain, "GET", "/orders"), "stock feed": partial(plain, "GET", "/changes")}
    return by_turns(calls, count=REPEATED)


def cursors() -> tuple[str, str]:
    """In the middle of the list, and a hundred orders before its end."""
    from orders.api.positions import Cursor
    from orders.models import Order

    oldest = Order.objects.order_by("placed_at", "id").values_list("placed_at", "id")
    half = Order.objects.count() // 2
    return str(Cursor(*oldest[half])), str(Cursor(*oldest[100]))


def position(*, half: bool = False) -> str:
    """In the middle of the feed, or a hundred changes before its end."""
    from orders.models import OrderEvent

    newest = OrderEvent.objects.order_by("-xid", "-id").values_list("xid", "id")
    return "{}-{}".format(*newest[OrderEvent.objects.count() // 2 if half else 100])


def shipper(call: Caller, size: int) -> Callable[[int], Any]:
    """Ships another order at each call, with the key that its repetition would need."""
    from django.db import connection

    from orders.models import Order

    orders = list(Order.objects.filter(status="DELIVERED").order_by("-id").values_list("pk", flat=True)[:size])
    with connection.cursor() as cursor:
        cursor.execute(READY, [orders])
        cursor.execute("DELETE FROM orders_shipment WHERE order_id = ANY(%s)", [orders])
    body = {"tracking_code": "BR1", "carrier": "Correios"}

    def ship(number: int) -> None:
        call("POST", f"{LIST}/{orders[number]}/shipments", body, **{"Idempotency-Key": f"ship-{orders[number]}"})

    return ship


def mixed_traffic(ours: Web, key: str) -> tuple[float, dict[str, float]]:
    """Requests a second without an error, and milliseconds of processor time that each takes, by who takes them."""
    servers = {"web": ours.pid, "PostgreSQL": postgres_pid(), "Valkey": redis_pid(os.environ["REDIS_URL"])}
    turns = [mixed(Caller(ours.port, Authorization=f"Bearer {key}"), number) for number in range(8)]
    together(turns, seconds=1)
    mine = time.process_time()
    with measuring(servers) as used:
        rate = together(turns, seconds=SECONDS)
    seconds = used.cpu | {"load generator": time.process_time() - mine}
    cpu = {name: each * 1000 / (rate * SECONDS) for name, each in seconds.items()}
    cores, whole = os.cpu_count() or 1, sum(cpu.values())
    print(f"\nMixed traffic, two workers, eight callers: {rate:,.0f} requests/s without an error")
    print(
        f"  processor, ms a request: {', '.join(f'{name} {ms:.2f}' for name, ms in cpu.items())}, together {whole:.2f}"
    )
    print(f"  so {cores} cores bound it to {cores * 1000 / whole:,.0f} requests/s", end="")
    print(f", and to {cores * 1000 / (whole - cpu['load generator']):,.0f} where the callers are elsewhere", flush=True)
    return rate, cpu


def mixed(call: Caller, number: int) -> Callable[[int], Any]:
    """What a warehouse does all day: mostly one order, sometimes a page, the news, a count."""
    from orders.models import Order

    orders = list(Order.objects.order_by("-id").values_list("pk", flat=True)[:500])
    serial, news = count(number), position()

    def turn(turn: int) -> None:
        if turn % 20 == 0:
            call("GET", f"{LIST}?limit=20&status=APPROVED")
        elif turn % 5 == 0:
            call("GET", f"{FEED}?limit=20&after={news}")
        elif turn % 5 == 1:
            call("PUT", f"/api/v1/stock/SKU-{number}", {"on_hand": next(serial)})
        else:
            call("GET", f"{LIST}/{orders[turn % len(orders)]}")

    return turn


def show(title: str, taken: dict[str, float]) -> None:
    print(f"\n{title:<36}{'ms':>12}{'requests/s':>14}")
    for name, ms in taken.items():
        print(f"  {name:<34}{ms:>12.2f}{1000 / ms:>14,.0f}", flush=True)


if __name__ == "__main__":
    hub.run(main)
