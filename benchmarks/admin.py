"""The order list at 10k, 100k and 1M orders against a stock ModelAdmin over the same tables, in server time."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping

from benchmarks import hub
from benchmarks.rounds import QUICK, result
from benchmarks.visits import Visit, visits

SIZES = (2_000, 20_000) if QUICK else (10_000, 100_000, 1_000_000)
TIMES = 4 if QUICK else 40  # besides two of each that warm up; in the server's process, by the server's clock
LIST = "/admin/orders/order/"
PAGES = {
    "first page": f"{LIST}?tab=all",
    "tab: to invoice": f"{LIST}?tab=to_invoice",
    "tab: to arrange": f"{LIST}?tab=to_arrange",
    "tab: to ship": f"{LIST}?tab=to_ship",
    "tab: in transit": f"{LIST}?tab=in_transit",
    "tab: problems": f"{LIST}?tab=problems",
    "tab: asks to cancel": f"{LIST}?tab=cancel_requested",
    "status: delivered": f"{LIST}?status__exact=DELIVERED",
    "status: two of them": f"{LIST}?status__exact=RETURNED&status__exact=DELIVERY_FAILED",
    "channel": f"{LIST}?channel__id__exact={{channel}}",
    "channel and status": f"{LIST}?channel__id__exact={{channel}}&status__exact=RETURNED",
    "carrier": f"{LIST}?carrier=Jadlog",
    "carrier, status, channel": f"{LIST}?carrier=Loggi&status__exact=CANCELED&channel__id__exact={{channel}}",
    "deadline: late": f"{LIST}?deadline=late",
    "deadline: tomorrow": f"{LIST}?deadline=tomorrow",
    "most urgent first": f"{LIST}?tab=to_ship&sort=urgent",
    "attention": f"{LIST}?attention=OVERSOLD",
    "SKU": f"{LIST}?sku=SKU-21",
    "SKU of every tenth": f"{LIST}?sku=SKU-BEST",
    "SKU and status": f"{LIST}?sku=SKU-21&status__exact=CANCELED",
    "a week a year ago": f"{LIST}?placed_at_from={{from}}&placed_at_to={{to}}",
    "that week, returned": f"{LIST}?placed_at_from={{from}}&placed_at_to={{to}}&status__exact=RETURNED",
    "the oldest page": f"{LIST}?tab=all&sort=oldest",
    "far down": f"{LIST}?tab=all&after={{cursor}}",
    "all columns": f"{LIST}?tab=all&cols=buyer,status,total,placed,ship_by,items,carrier,tracking,invoice,destination",
}
SEARCHES = {
    "order code": f"{LIST}?q={{code}}",
    "marketplace number": f"{LIST}?q={{remote}}",
    "CPF": f"{LIST}?q={{document}}",
    "tracking": f"{LIST}?q={{tracking}}",
    "access key": f"{LIST}?q={{key}}",
}
OVERVIEW = {"overview": "/admin/"}
#: The worst of its kind: of all pages and filters, of all searches.
GOALS = {
    "list_ms_p95": 100,
    "search_ms_p95": 30,
    "overview_ms_p95": 150,
    "growth_ratio": 1.5,
    "queries": 20,
    "kilobytes": 40,
}
STOCK = {
    "first page": f"{LIST}",
    "status: delivered": f"{LIST}?status__exact=DELIVERED",
    "channel": f"{LIST}?channel__id__exact={{channel}}",
    "order code": f"{LIST}?q={{code}}",
}


def main() -> None:
    from benchmarks.filling import fill

    ours: dict[int, dict[str, Visit]] = {}
    stock: dict[int, dict[str, Visit]] = {}
    for size in SIZES:
        fill(size)
        facts = example(size)
        ours[size] = visits(addressed(PAGES | SEARCHES | OVERVIEW, facts), times=TIMES)
        stock[size] = elsewhere(addressed(STOCK, facts), times=3 if QUICK or size > 100_000 else 8)
        show(size, ours[size], stock[size])
    least, most = ours[SIZES[0]], ours[SIZES[-1]]
    figures = {
        "list_vs_stock": stock[SIZES[-1]]["first page"].p50_ms / most["first page"].p50_ms,
        "list_ms_p95": max(most[name].p95_ms for name in PAGES),
        "search_ms_p95": max(most[name].p95_ms for name in SEARCHES),
        "overview_ms_p95": most["overview"].p95_ms,
        "growth_ratio": most["first page"].p50_ms / least["first page"].p50_ms,
        "list_cpu_ms": max(most[name].cpu_ms for name in PAGES),
        "queries": max(visit.queries for visit in most.values()),
        "kilobytes": max(visit.kilobytes for visit in most.values()),
    }
    judge(figures)
    result(**figures)


def judge(figures: Mapping[str, float]) -> None:
    """Beside the goals, which are for a million orders."""
    print(f"\n{f'At {SIZES[-1]:,} orders':<28}{'measured':>9}{'goal':>9}")
    for name, goal in GOALS.items():
        print(f"  {name:<26}{figures[name]:>9.1f}{f'≤ {goal:g}':>9}  {'met' if figures[name] <= goal else 'MISSED'}")


def example(size: int) -> Mapping[str, str]:
    """What is looked for: an order from the middle of the table."""
    from django.utils.http import urlencode

    from orders.models import Order

    order = Order.objects.filter(shipped_at__isnull=False, invoice__isnull=False).order_by("pk")[size // 3]
    day = order.placed_at.strftime("%d/%m/%Y")
    return {
        "channel": str(order.channel_id),
        "code": urlencode({"": order.code})[1:],
        "remote": order.remote_code,
        "document": order.buyer_document,
        "tracking": order.shipments.get().tracking_code,
        "key": order.invoice.access_key,
        "cursor": urlencode({"": f"{order.placed_at.isoformat()}_{order.pk}"})[1:],
        "from": day,
        "to": day,
    }


def addressed(pages: Mapping[str, str], facts: Mapping[str, str]) -> dict[str, str]:
    return {name: address.format(**facts) for name, address in pages.items()}


def elsewhere(addresses: Mapping[str, str], *, times: int) -> dict[str, Visit]:
    """In a process with the stock admin's settings, over the same tables."""
    settings = {**os.environ, "DJANGO_SETTINGS_MODULE": "benchmarks.naive.admin_settings"}
    asked = json.dumps({"addresses": addresses, "times": times})
    command = [sys.executable, "-m", "benchmarks.visits"]
    answer = subprocess.run(command, input=asked, env=settings, stdout=subprocess.PIPE, text=True, check=True).stdout
    return {name: Visit(**facts) for name, facts in json.loads(answer).items()}


def show(size: int, ours: Mapping[str, Visit], stock: Mapping[str, Visit]) -> None:
    print(f"\n{f'{size:,} orders':<28}{'p50 ms':>9}{'p95 ms':>9}{'CPU ms':>9}{'queries':>9}{'kB':>7}{'stock p50':>11}")
    for name, visit in ours.items():
        beside = f"{stock[name].p50_ms:>11,.0f}" if name in stock else ""
        figures = (
            f"{visit.p50_ms:>9.1f}{visit.p95_ms:>9.1f}{visit.cpu_ms:>9.1f}{visit.queries:>9}{visit.kilobytes:>7.1f}"
        )
        print(f"  {name:<26}{figures}{beside}", flush=True)


if __name__ == "__main__":
    hub.run(main)
