"""Webhooks: who subscribed to what, what is on its way, and when it is tried again (protocol §8)."""

import json
from dataclasses import asdict, dataclass
from typing import Any

Json = dict[str, Any]
MINUTES = (1, 5, 10, 30, 60, 120, 300, 600)  # before the next attempts; then daily
DAY = 1440
KEPT = 30 * DAY * 60
EVENTS = (
    "onOrderCreated", "onOrderItemsStatusChanged", "onReturnStatusChanged", "onFeedCreated", "onFeedCompleted",
    "onProductCreated", "onProductUpdated", "onProductQcStatusChanged", "onStatisticsUpdated",
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Callback:
    """One message to one address; the same bytes every time."""

    id: int
    url: str
    order: str
    body: str
    born: float
    due: float
    attempts: int = 0
    sending: bool = False
    problem: str = ""


class Hooks:
    """Of one seller. Nothing is signed, nothing has an id."""

    def __init__(self) -> None:
        self.webhooks: list[Json] = []
        self.waiting: list[Callback] = []
        self.delivered = 0
        self._number = 0

    def tell(self, event: str, payload: Json, *, order: str, now: float, copies: int) -> None:
        body = json.dumps({"event": event, "payload": payload}, separators=(",", ":"))
        for webhook in self.webhooks:
            if event in webhook["events"] and webhook["isEnabled"]:
                for _ in range(max(1, copies)):
                    self._number += 1
                    url = webhook["callbackUrl"]
                    self.waiting.append(Callback(id=self._number, url=url, order=order, body=body, born=now, due=now))

    def take_due(self, *, now: float) -> list[Callback]:
        due = [callback for callback in self.waiting if callback.due <= now and not callback.sending]
        for callback in due:
            callback.sending = True
        return due

    def report(self, callback: Callback, *, problem: str, now: float) -> None:
        """An empty problem means that it was answered 200."""
        callback.sending, callback.problem = False, problem
        callback.attempts += 1
        if callback not in self.waiting:
            return  # the sandbox was reset meanwhile
        if not problem:
            self.delivered += 1
        if not problem or now - callback.born > KEPT:
            self.waiting.remove(callback)
            return
        minutes = MINUTES[callback.attempts - 1] if callback.attempts <= len(MINUTES) else DAY
        callback.due = now + minutes * 60

    def dump(self) -> Json:
        waiting = [{**asdict(callback), "sending": False} for callback in self.waiting]
        return {
            "webhooks": self.webhooks,
            "waiting": waiting,
            "delivered": self.delivered,
            "number": self._number,
        }

    def load(self, state: Json) -> None:
        self.webhooks, self.delivered, self._number = state["webhooks"], state["delivered"], state["number"]
        self.waiting = [Callback(**callback) for callback in state["waiting"]]
