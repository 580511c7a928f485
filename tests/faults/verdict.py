"""What became of every order, read from the marketplace's ledger and from the database."""

import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

import httpx

from tests.hub import Hub

#: The marketplace's word → ours.
STATUSES = {"OVERDUE": "PAYMENT_OVERDUE", "SHIPMENT_EXCEPTION": "DELIVERY_FAILED"}
#: What happens to an order because we told it, in the only order that makes sense.
OURS = ("invoiced", "shipped", "delivered")
Key = tuple[str, str]  # store, code


class Ledger:
    """Follows the marketplace's ledger, which forgets what is older than 50 000 calls, until `end`."""

    def __init__(self, hub: Hub) -> None:
        self.control = httpx.Client(base_url=f"{hub.sandbox.base}/control", timeout=30)
        self.calls: Counter[str] = Counter()
        self.told: defaultdict[Key, list[str]] = defaultdict(list)  #: effects of our calls, in their order
        self.done_at: defaultdict[str, list[float]] = defaultdict(list)  #: by method: when a call of ours succeeded
        self.number = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        self._thread.join(30)
        self._read()

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(30)
        self.control.close()

    def _follow(self) -> None:
        while not self._over.wait(1):
            self._read()

    def _read(self) -> None:
        for entry in self.control.get("/ledger", params={"after": self.number, "limit": 50_000}).json():
            self.number = entry["number"]
            self.calls[f"{entry['method']} {entry['status']}" + (" (fault)" if entry["fault"] else "")] += 1
            if entry["status"] in (200, 201, 204) and not entry["fault"]:
                self.done_at[entry["method"]].append(datetime.fromisoformat(entry["at"]).timestamp())
            effects = [effect for effect in entry["effect"].split("+") if effect in OURS]
            self.told[entry["store"], entry["code"]] += effects

    def longest_silence(self, method: str, *, since: float, until: float) -> float:
        """Seconds: how long it took us at most, while there was always work, to succeed again."""
        moments = [since, *(at for at in self.done_at[method] if since < at < until), until]
        return max(later - earlier for earlier, later in pairwise(moments))


@dataclass
class Verdict:
    """The lists must be empty; `conflicts` are canceled there after they had left here, and shown to a person."""

    lost: list[Key] = field(default_factory=list)
    twice: list[Key] = field(default_factory=list)
    out_of_order: list[Key] = field(default_factory=list)
    unequal: list[tuple[Key, str, str]] = field(default_factory=list)  #: ours, the marketplace's
    conflicts: list[Key] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, hub: Hub, ledger: Ledger) -> "Verdict":
        verdict, ours = cls(), statuses_here(hub)
        for store in hub.stores:
            effects = ledger.control.get("/skyhub/effects", params={"store": store.store}).json()
            for row in store.orders(limit=1_000_000):
                key = (store.store, row["code"])
                verdict._judge(key, ours.get(key), STATUSES.get(row["type"], row["type"]))
                verdict._count(key, effects[row["code"]], ledger.told[key])
        return verdict

    @property
    def is_settled(self) -> bool:
        return not self.lost and not self.unequal

    def _judge(self, key: Key, held: tuple[str, bool] | None, there: str) -> None:
        if held is None:
            self.lost.append(key)
            return
        here, attention = held
        self.statuses[here] += 1
        if here != there and there == "CANCELED" and attention:
            self.conflicts.append(key)
        elif here != there:
            self.unequal.append((key, here, there))

    def _count(self, key: Key, effects: dict[str, int], told: list[str]) -> None:
        if any(effects.get(effect, 0) > 1 for effect in OURS) or len(told) != len(set(told)):
            self.twice.append(key)
        if told != [effect for effect in OURS if effect in told]:
            self.out_of_order.append(key)


def statuses_here(hub: Hub) -> dict[Key, tuple[str, bool]]:
    """By order: its status, and whether a person is called to it."""
    rows = hub.query("""
        SELECT c.code, o.code, o.status,
               EXISTS (SELECT 1 FROM orders_attention AS a WHERE a.order_id = o.id AND a.cleared_at IS NULL)
          FROM orders_order AS o JOIN orders_channel AS c ON c.id = o.channel_id""")
    return {("demo" if channel == "skyhub-demo" else channel, code): (here, att) for channel, code, here, att in rows}
