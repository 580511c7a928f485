"""A storm over everything at once. MINUTES and ORDERS make it longer, SEED the same again."""

import os
import random
import time
from pathlib import Path

import pytest

from tests.faults.people import Buyers, Warehouse
from tests.faults.verdict import Ledger, Verdict
from tests.faults.weather import Weather
from tests.hub import SKYHUB_LEASE, Hub, running_hub, until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(6 * 3600)]

SHORT = "MINUTES" not in os.environ
SECONDS = 60 * float(os.environ.get("MINUTES", "0.15"))
ORDERS = int(os.environ.get("ORDERS", "90"))
SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
#: Seconds that calm may take on a machine with much else to do.
PATIENCE = max(240, 10 * SECONDS)
#: SkyHub takes nine calls a second of each store.
STORES = 1 + int(ORDERS / SECONDS / 4)
#: Two workers and two beats, whose clocks are off by so many seconds; web and the servers have the right time.
CLOCKS = (-20, 20)
#: Seconds: the lease of a killed worker's updates, a sweep, and the time that processes need to start again.
RECOVERY = 90 + 2 + 30


#: An order to which a person is called waits for that person.
WAITING = """
    SELECT u.id, u.kind, u.attempts, u.last_error FROM orders_channelupdate AS u
     WHERE u.state = 'PENDING' AND NOT EXISTS (
         SELECT 1 FROM orders_attention AS a WHERE a.order_id = u.order_id AND a.cleared_at IS NULL)"""
FAILED = "SELECT kind, failure, last_error, count(*) FROM orders_channelupdate WHERE state = 'FAILED' GROUP BY 1, 2, 3"


def test_a_storm_loses_no_order_repeats_no_effect_and_ends_with_both_sides_equal(tmp_path: Path) -> None:
    print(f"\n  SEED={SEED}: {SECONDS:.0f} s, {ORDERS} orders in {STORES} stores")
    tmp_path.chmod(0o755)
    with (
        running_hub(tmp_path, durable=True, clocks=CLOCKS, stores=STORES) as hub,
        Ledger(hub) as ledger,
        Warehouse(hub, seed=SEED) as warehouse,
        Buyers(hub, seed=SEED, orders=ORDERS, seconds=SECONDS) as buyers,
    ):
        if SHORT:
            let_orders_be_read_quickly(hub)
        weather, begun_at = Weather(hub, seed=SEED), time.time()
        warehouse.open()
        buyers.begin(buyers.buy)
        weather.blow(SECONDS, pause=(0.3, 1) if SHORT else (1, 4))
        ended_at = time.time()
        wait_for_calm(hub, ledger, buyers, warehouse)
        ledger.end()
        verdict = Verdict.of(hub, ledger)
        report(weather, ledger, buyers, warehouse, verdict)
        silence = [ledger.longest_silence(method, since=begun_at, until=ended_at) for method in ("POST", "DELETE")]
        print(
            f"  longest silence: {silence[0]:.0f} s without an update told, {silence[1]:.0f} s without one acknowledged"
        )
        print(f"  calm {time.time() - ended_at:.0f} s after the last fault")

    assert (verdict.lost, verdict.twice, verdict.out_of_order, verdict.unequal) == ([], [], [], [])
    assert max(silence) < RECOVERY


def let_orders_be_read_quickly(hub: Hub) -> None:
    """SkyHub lets one order a second be read back, for which a run of seconds has no time."""
    for store in hub.stores:
        store.lift_limits()
    hub.query("""UPDATE marketplaces_account SET limits = '{"orders:get:one": 100}'""")


def wait_for_calm(hub: Hub, ledger: Ledger, buyers: Buyers, warehouse: Warehouse) -> None:
    """Until both sides have told each other everything."""
    until(lambda: buyers.bought == ORDERS, within=PATIENCE)
    buyers.end()
    until_settled(hub, ledger, warehouse, within=PATIENCE)
    warehouse.end()


def until_settled(hub: Hub, ledger: Ledger, warehouse: Warehouse, *, within: float) -> None:
    """The marketplace's leases end by its own clock, of which we have no five minutes to wait for; in a short run
    whatever of ours rests after a failure does not rest long either.
    """
    deadline = time.monotonic() + within
    while left := what_is_left(hub, ledger, warehouse):
        assert time.monotonic() < deadline, f"after {within:.0f} s there is still: {left}"
        print(f"  {deadline - time.monotonic():.0f} s left for {left[:300]}")
        if SHORT:
            hub.let_rests_end()
        else:
            hub.sandbox.advance(SKYHUB_LEASE)
        time.sleep(2 if SHORT else 15)


def what_is_left(hub: Hub, ledger: Ledger, warehouse: Warehouse) -> str:
    if warehouse.errors:
        warehouse.end()
    if not warehouse.is_idle:
        return "work for the warehouse"
    if queued := [entry for store in hub.stores for entry in store.queue()]:
        return f"{len(queued)} in the queue: {queued[:3]}"
    if waiting := hub.query(WAITING):
        return f"{len(waiting)} updates: {waiting[:3]}"
    verdict = Verdict.of(hub, ledger)
    return "" if verdict.is_settled else f"lost {verdict.lost[:5]}, unequal {verdict.unequal[:5]}; {hub.query(FAILED)}"


def report(weather: Weather, ledger: Ledger, buyers: Buyers, warehouse: Warehouse, verdict: Verdict) -> None:
    print(f"  faults: {sum(weather.met.values())}")
    for name, times in sorted(weather.met.items()):
        print(f"    {times:>4} × {name}")
    print("  calls at the marketplace: " + ", ".join(f"{call} {n}" for call, n in sorted(ledger.calls.items())))
    print(f"  the warehouse's slowest answer {warehouse.slowest:.1f} s; {warehouse.unanswered} requests repeated")
    print(f"  orders: {buyers.bought} " + ", ".join(f"{status} {n}" for status, n in sorted(verdict.statuses.items())))
    print(
        f"  lost {len(verdict.lost)}, twice {len(verdict.twice)}, out of order {len(verdict.out_of_order)}, "
        f"unequal {len(verdict.unequal)}; canceled there after they left here {len(verdict.conflicts)}"
    )
