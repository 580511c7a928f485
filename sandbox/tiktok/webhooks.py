"""Webhooks on their way: registered per shop and kind, tried five times, then dropped (protocol §7)."""

import json
from dataclasses import asdict, dataclass
from typing import Any

Json = dict[str, Any]
WAITS = (120, 1800, 10_800, 43_200)  # before the second to fifth attempt; then a webhook is dropped
TYPES = {
    "ORDER_STATUS_CHANGE": 1,
    "RECIPIENT_ADDRESS_UPDATE": 3,
    "PACKAGE_UPDATE": 4,
    "SELLER_DEAUTHORIZATION": 6,
    "UPCOMING_AUTHORIZATION_EXPIRATION": 7,
    "CANCELLATION_STATUS_CHANGE": 11,
    "RETURN_STATUS_CHANGE": 12,
    "INVOICE_STATUS_CHANGE": 36,
}
NAMES = {number: name for name, number in TYPES.items()}
#: As the page calls them.
WORDS = {
    1: "situação do pedido", 3: "endereço", 4: "pacote", 6: "loja retirou a autorização", 7: "autorização expira",
    11: "cancelamento", 12: "devolução", 36: "nota fiscal",
}  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Hook:
    """`body` is sent as it is, every time, with one number: what is signed must not be written anew."""

    number: int
    type: int
    shop: str
    order: str
    address: str
    body: str
    due: float
    attempts: int = 0
    sending: bool = False
    problem: str = ""


class Webhooks:
    """Of all shops of the app, on their way to the addresses that each shop has."""

    def __init__(self) -> None:
        self.waiting: list[Hook] = []
        self.delivered = 0
        self.dropped = 0
        self._number = 0

    def add(
        self, kind: int, data: Json, *, address: str, shop: str, shop_id: str, order: str, now: float, copies: int
    ) -> None:
        """Take one on; copies carry the same notification id."""
        self._number += 1
        envelope: Json = {
            "type": kind,
            "tts_notification_id": f"73800662840100{self._number:05d}",
            "shop_id": shop_id,
            "timestamp": int(now),
            "data": data,
        }
        body = json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))
        for _ in range(max(1, copies)):
            self.waiting.append(
                Hook(number=self._number, type=kind, shop=shop, order=order, address=address, body=body, due=now)
            )

    def take_due(self, *, now: float, newest_first: bool) -> list[Hook]:
        due = [hook for hook in self.waiting if hook.due <= now and not hook.sending]
        for hook in due:
            hook.sending = True
        return due[::-1] if newest_first else due

    def report(self, hook: Hook, *, problem: str, now: float) -> None:
        """An empty problem means that it was taken."""
        hook.sending, hook.problem = False, problem
        hook.attempts += 1
        if hook not in self.waiting:
            return  # the sandbox was reset meanwhile
        if not problem:
            self.delivered += 1
            self.waiting.remove(hook)
        elif hook.attempts > len(WAITS):
            self.dropped += 1
            self.waiting.remove(hook)
        else:
            hook.due = now + WAITS[hook.attempts - 1]

    def dump(self) -> Json:
        return {
            "waiting": [{**asdict(hook), "sending": False} for hook in self.waiting],
            "delivered": self.delivered,
            "dropped": self.dropped,
            "number": self._number,
        }

    def load(self, state: Json) -> None:
        self._number = state["number"]
        self.delivered, self.dropped = state["delivered"], state["dropped"]
        self.waiting = [Hook(**hook) for hook in state["waiting"]]
