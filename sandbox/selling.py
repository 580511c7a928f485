"""Buyers: new orders at a pace a person can follow, most of them paid, some late, some canceled."""

import asyncio
import heapq
import random
import time
from collections.abc import Collection
from typing import Any

from sandbox.errors import ControlError, Invalid
from sandbox.face import Face
from sandbox.world import World

PACE = 10.0  # seconds between two sales, give or take a fifth
MOST_OPEN = 400
FINISHED_KEPT = 2000

Plan = tuple[float, int, str, str, str, str]  # due, tie-break, face, store, code, verb


class Seller:
    """Each round sells once at every marketplace (or only at those named), in a store marked `sells`.

    Same seed, same `run_due` calls: same buyers, same deeds.
    """

    def __init__(self, world: World, *, only: Collection[str] = ()) -> None:
        self._world = world
        self._only = only
        self._task: asyncio.Task[None] | None = None
        self.pace = PACE
        self._forget()

    @property
    def on(self) -> bool:
        return self._task is not None

    def state(self) -> dict[str, Any]:
        return {"on": self.on, "pace": self.pace, "planned": len(self._plans), "most_open": MOST_OPEN}

    def start(self, *, pace: float = PACE) -> None:
        if isinstance(pace, bool) or not isinstance(pace, int | float) or not 0.05 <= pace <= 3600:
            raise Invalid("pace must be the seconds between two sales, from 0.05 to 3600")
        self.stop()
        self.pace = pace
        self._resume_unpaid(time.monotonic())
        self._next_sale = time.monotonic()
        self._task = asyncio.get_running_loop().create_task(self._run())

    def stop(self) -> None:
        """Buyers stop buying and paying; planned payments are planned anew at the next start."""
        if self._task:
            self._task.cancel()
        self._task = None
        self._plans.clear()

    def reset(self) -> None:
        self.stop()
        self.pace = PACE
        self._forget()

    def run_due(self, now: float) -> float:
        """Do everything that is due at `now` (monotonic seconds); returns when the next thing is."""
        while self._plans and self._plans[0][0] <= now:
            self._carry_out(heapq.heappop(self._plans))
        if self._next_sale <= now:
            for face in self._faces():
                self._sell(face, now)
            self._next_sale = now + self.pace * self._dice.uniform(0.8, 1.2)
        return min(self._next_sale, self._plans[0][0]) if self._plans else self._next_sale

    async def _run(self) -> None:
        while True:
            now = time.monotonic()
            await asyncio.sleep(max(0.0, self.run_due(now) - now))

    def _faces(self) -> list[Face]:
        return [face for name, face in self._world.faces.items() if not self._only or name in self._only]

    def _forget(self) -> None:
        self._dice = random.Random(f"{self._world.seed} buyers")
        self._plans: list[Plan] = []
        self._planned = 0
        self._next_sale = 0.0

    def _sell(self, face: Face, now: float) -> None:
        stores = selling_stores(face)
        if not stores:
            return
        store = self._dice.choice(stores)
        if face.open_orders(store) >= MOST_OPEN:
            return
        face.forget_finished(store, FINISHED_KEPT)
        code = face.sell(store, self._dice)
        self._world.touch()
        for verb, wait in self._intentions():
            self._plan(now + wait, face, store, code, verb)

    def _intentions(self) -> list[tuple[str, float]]:
        """What this buyer will do, in seconds from now: 8 % cancel, 5 % are overdue (half pay after all)."""
        fate, wait = self._dice.random(), self._dice.uniform(5, 20)
        if fate < 0.04:
            return [("cancel", wait)]
        if fate < 0.08:
            return [("pay", wait), ("cancel", wait + self._dice.uniform(5, 30))]
        if fate < 0.105:
            return [("overdue", wait)]
        if fate < 0.13:
            return [("overdue", wait), ("pay", wait + self._dice.uniform(10, 40))]
        return [("pay", wait)]

    def _resume_unpaid(self, now: float) -> None:
        for face in self._faces():
            for store in selling_stores(face):
                for code in face.unpaid_orders(store):
                    self._plan(now + self._dice.uniform(5, 20), face, store, code, "pay")

    def _plan(self, due: float, face: Face, store: str, code: str, verb: str) -> None:
        self._planned += 1
        heapq.heappush(self._plans, (due, self._planned, face.name, store, code, verb))

    def _carry_out(self, plan: Plan) -> None:
        _, _, face, store, code, verb = plan
        try:
            self._world.face(face).act(store, code, verb, {})
        except ControlError:
            return  # somebody was first: canceled, paid by hand, shipped
        self._world.touch()


def selling_stores(face: Face) -> list[str]:
    return [store["name"] for store in face.stores() if store["sells"]]
