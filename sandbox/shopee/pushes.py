"""Pushes on their way, their retries, and the queue of those that got lost (protocol §8)."""

import json
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

Json = dict[str, Any]
WAITS = (300, 1800, 10_800)  # before the second, third and fourth attempt; then a push is lost
LOST_KEPT = 3 * 86_400
PAGE = 100
CODES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 22, 23, 24, 25, 28, 29, 30, 37, 47)
HEALTH_WINDOW = 6 * 3600
HEALTH_FROM = 600  # pushes in the window before health is judged


@dataclass(slots=True, kw_only=True)
class Push:
    """`body` is sent as it is, every time: what is signed must not be written anew."""

    number: int
    code: int
    shop: str
    order: str
    body: str
    due: float
    attempts: int = 0
    sending: bool = False
    problem: str = ""


class Pushes:
    """One per app: all its shops tell one callback URL."""

    def __init__(self) -> None:
        self.callback_url = ""
        self.on: set[int] = set()
        self.blocked: set[int] = set()
        self.suspended: float = 0
        self.lose_next = 0
        self.delivered = 0
        self.waiting: list[Push] = []
        self.lost: list[Json] = []
        self._number = 0
        self._results: deque[tuple[float, bool]] = deque(maxlen=10_000)

    def add(self, code: int, data: Json, sender: Json, *, shop: str, order: str, now: float, copies: int) -> None:
        """Take a push on, unless nobody subscribed. `sender` says shop_id, or partner_id when it is about the app."""
        if not self.callback_url or code not in self.on or sender.get("shop_id") in self.blocked or self.suspended:
            return
        envelope: Json = {"data": data, **sender, "code": code, "timestamp": int(now)}
        body = json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))
        for _ in range(max(1, copies)):
            self._number += 1
            push = Push(number=self._number, code=code, shop=shop, order=order, body=body, due=now)
            if self.lose_next:
                self.lose_next -= 1
                self._lose(push, now)
            else:
                self.waiting.append(push)

    def take_due(self, *, now: float, newest_first: bool) -> list[Push]:
        """Everything to be sent now, marked as being sent; its result must be reported."""
        due = [push for push in self.waiting if push.due <= now and not push.sending]
        for push in due:
            push.sending = True
        return due[::-1] if newest_first else due

    def report(self, push: Push, *, problem: str, now: float) -> None:
        """An empty problem means that the callback took it."""
        push.sending, push.problem = False, problem
        push.attempts += 1
        self._results.append((now, not problem))
        if push not in self.waiting:
            return  # the sandbox was reset meanwhile
        if not problem:
            self.delivered += 1
            self.waiting.remove(push)
        elif push.attempts > len(WAITS):
            self.waiting.remove(push)
            self._lose(push, now)
        else:
            push.due = now + WAITS[push.attempts - 1]
        if self.health(now=now) == "Suspended":
            self.suspended = now

    def health(self, *, now: float) -> str:
        if self.suspended:
            return "Suspended"
        recent = [taken for moment, taken in self._results if now - moment <= HEALTH_WINDOW]
        share = sum(recent) / len(recent) if len(recent) > HEALTH_FROM else 1
        return "Suspended" if share < 0.3 else "Warning" if share < 0.7 else "Normal"

    def lost_page(self, *, now: float) -> tuple[list[Json], bool]:
        """The earliest 100 that nobody confirmed and that were lost within three days."""
        self.lost = [found for found in self.lost if now - found["timestamp"] <= LOST_KEPT]
        return self.lost[:PAGE], len(self.lost) > PAGE

    def confirm(self, last: int) -> int:
        """Forget all up to and including that one; how many."""
        kept = [found for found in self.lost if found["id"] > last]
        gone = len(self.lost) - len(kept)
        self.lost = kept
        return gone

    def resume(self) -> None:
        """The developer saved the configuration again: a suspended subscription starts afresh."""
        self.suspended = 0
        self._results.clear()

    def _lose(self, push: Push, now: float) -> None:
        envelope = json.loads(push.body)
        row = {"id": push.number, "code": push.code, "timestamp": int(now), "data": push.body, "order": push.order}
        if "shop_id" in envelope:
            row["shop_id"] = envelope["shop_id"]
        self.lost.append(row)
        self.lost.sort(key=lambda found: found["id"])

    # -- kept over a restart ---------------------------------------------------------------------------

    def dump(self) -> Json:
        return {
            "callback_url": self.callback_url,
            "on": sorted(self.on),
            "blocked": sorted(self.blocked),
            "suspended": self.suspended,
            "lose_next": self.lose_next,
            "delivered": self.delivered,
            "number": self._number,
            "waiting": [{**asdict(push), "sending": False} for push in self.waiting],
            "lost": self.lost,
        }

    def load(self, state: Json) -> None:
        self.callback_url, self._number = state["callback_url"], state["number"]
        self.on, self.blocked = set(state["on"]), set(state["blocked"])
        self.suspended, self.lose_next, self.delivered = state["suspended"], state["lose_next"], state["delivered"]
        self.waiting = [Push(**push) for push in state["waiting"]]
        self.lost = state["lost"]
