"""A client for Despacho's API, in one file: it repeats safely, pages, follows the feed and checks webhooks."""

import base64
import hashlib
import hmac
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

import httpx

Json = dict[str, Any]

#: Answers after which the same request may be sent again.
AGAIN = frozenset({429, 500, 502, 503, 504})
RUNNING = "/api/problems/idempotency-key-running"
#: Seconds by which a webhook's clock may differ from ours.
TOLERANCE = 300


class Refused(Exception):
    """What the API refused: `type` says it for programs, `detail` for people; `problem` has all of it."""

    def __init__(self, problem: Json) -> None:
        super().__init__(problem.get("detail", ""))
        self.problem = problem
        self.status: int = problem["status"]
        self.type: str = problem["type"].rpartition("/")[2]


class Despacho:
    """Use it as a context manager. Every write carries a key, so that its repetitions count once."""

    def __init__(self, url: str, *, key: str, attempts: int = 5, timeout: float = 40.0) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self._http = httpx.Client(base_url=f"{url.rstrip('/')}/api/v1", headers=headers, timeout=timeout)
        self._attempts = attempts

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def orders(self, **filters: Any) -> Iterator[Json]:
        """Newest first, all pages. Filters as in the API: status, channel, sku, ship_by_before, view, …"""
        cursor: str | None = None
        while True:
            page = self._read("/orders", {**filters, **({"cursor": cursor} if cursor else {})})
            yield from page["orders"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def order(self, order_id: int) -> Json:
        return self._read(f"/orders/{order_id}")

    def changes(self, *, after: str = "0-0", wait: int = 0) -> Iterator[Json]:
        """Everything that happened after a position. Store each change's `position` with what you did about it.

        With `wait` (seconds, 30 at most) it goes on for ever; without, it ends where the feed ends.
        """
        while True:
            page = self._read("/changes", {"after": after, "wait": wait})
            yield from page["changes"]
            after = page["next"]
            if not (page["more"] or wait):
                return

    def invoice(self, order_id: int, *, access_key: str, **details: Any) -> Json:
        return self._write("PUT", f"/orders/{order_id}/invoice", {"access_key": access_key, **details})

    def shipping_options(self, order_id: int) -> list[Json]:
        """What the marketplace offers for the hand-over now: give the `choice` of one to `arrange`."""
        return list(self._read(f"/orders/{order_id}/shipping-options")["options"])

    def arrange(self, order_id: int, *, choice: Mapping[str, str] | None = None) -> Json:
        """Without a choice the rule of the account decides."""
        body = {} if choice is None else {"choice": dict(choice)}
        return self._write("PUT", f"/orders/{order_id}/arrange-shipping", body)

    def ship(self, order_id: int, *, tracking_code: str, carrier: str, **details: Any) -> Json:
        body = {"tracking_code": tracking_code, "carrier": carrier, **details}
        return self._write("POST", f"/orders/{order_id}/shipments", body)

    def deliver(self, order_id: int, **details: Any) -> Json:
        return self._write("PUT", f"/orders/{order_id}/delivery", details)

    def cancel(self, order_id: int, *, reason: str, **details: Any) -> Json:
        return self._write("PUT", f"/orders/{order_id}/cancellation", {"reason": reason, **details})

    def count(self, quantities: Mapping[str, int], *, reason: str = "") -> list[Json]:
        """On hand per SKU, whatever it was before."""
        body: Json = {"items": [{"sku": sku, "on_hand": units} for sku, units in quantities.items()]}
        return list(self._write("PUT", "/stock", body | ({"reason": reason} if reason else {}))["stock"])

    def adjust(self, deltas: Mapping[str, int], *, reason: str) -> list[Json]:
        """Units found (positive) or lost (negative)."""
        items = [{"sku": sku, "delta": delta} for sku, delta in deltas.items()]
        return list(self._write("POST", "/stock-adjustments", {"items": items, "reason": reason})["stock"])

    def _read(self, path: str, query: Json | None = None) -> Json:
        return self._send(self._http.build_request("GET", path, params=query))

    def _write(self, method: str, path: str, body: Json) -> Json:
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        return self._send(self._http.build_request(method, path, json=body, headers=headers))

    def _send(self, request: httpx.Request) -> Json:
        for attempt in range(1, self._attempts + 1):
            last = attempt == self._attempts
            try:
                answer = self._http.send(request)
            except httpx.TransportError:
                if last:
                    raise
                time.sleep(min(2**attempt * 0.1, 10))
                continue
            if answer.is_success:
                return dict(answer.json())
            problem = _problem(answer)
            if last or not (answer.status_code in AGAIN or problem["type"] == RUNNING):
                raise Refused(problem)
            time.sleep(float(answer.headers.get("Retry-After", 2**attempt * 0.1)))
        raise AssertionError("unreachable: the last attempt returns or raises")


def verified(secrets: Iterable[str], headers: Mapping[str, str], body: bytes) -> bool:
    """Is this webhook genuine and fresh? `headers` by their lower-case names, `body` as it came."""
    moment, message_id = headers["webhook-timestamp"], headers["webhook-id"]
    if not moment.isdigit() or abs(time.time() - int(moment)) > TOLERANCE:
        return False
    signed = f"{message_id}.{moment}.".encode() + body
    given = headers["webhook-signature"].split()
    for secret in secrets:
        digest = hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256)
        expected = f"v1,{base64.b64encode(digest).decode()}"
        if any(hmac.compare_digest(expected, signature) for signature in given):
            return True
    return False


def _problem(answer: httpx.Response) -> Json:
    if "json" in answer.headers.get("Content-Type", ""):
        return dict(answer.json())
    # A proxy in between spoke.
    return {"status": answer.status_code, "type": "about:blank", "detail": answer.text[:300]}
