"""The other end of the wire: a SkyHub without faults, raw asyncio in a process of its own, never to be the limit."""

import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from config.running.ports import free_port
from config.running.processes import Process, says

PAGE = 50  #: orders in one answer to a poller
CODE = b"Lojas Americanas-1530000000303"
SAMPLE = Path(__file__).parent.parent / "marketplaces/connectors/skyhub/samples/two_items_discount.json"
STATUSES = [
    {"code": f"order_{type.lower()}", "label": type, "type": type}
    for type in ("NEW", "APPROVED", "INVOICED", "SHIPPED", "DELIVERED", "CANCELED")
]


@dataclass
class Shop:
    """What one account has: orders still to be given out, calls so far, and its one-second windows."""

    left: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    first_at: float = 0.0
    last_at: float = 0.0
    window: dict[str, tuple[float, int]] = field(default_factory=dict)

    def admits(self, bucket: str, per_second: int) -> bool:
        """SkyHub's windows: one opens with the first call after the last one ended."""
        now = time.monotonic()
        opened, count = self.window.get(bucket, (now, 0))
        if now - opened >= 1:
            opened, count = now, 0
        self.window[bucket] = (opened, count + 1)
        return not per_second or count < per_second


class Market:
    """Answers of all accounts, told apart by their key."""

    def __init__(self) -> None:
        self.body = json.dumps(json.loads(SAMPLE.read_text())).encode()
        self.number = 0
        self.reset({})

    def reset(self, told: dict[str, Any]) -> None:
        """`latency` seconds, `orders` for each account, `limit` calls a second and bucket (0: none)."""
        self.latency: float = told.get("latency", 0.0)
        self.orders: int = told.get("orders", 0)
        self.limit: int = told.get("limit", 0)
        self.shops: dict[str, Shop] = {}
        self.arrivals: dict[str, float] = {}

    def shop(self, key: str) -> Shop:
        return self.shops.setdefault(key, Shop(left=self.orders))

    def answer(self, method: str, path: str, key: str) -> tuple[int, bytes]:
        shop, bucket = self.shop(key), f"{method} {path.split('/')[1]}"
        if not shop.admits(bucket, self.limit):
            shop.calls["refused"] += 1
            return 429, b"{}"
        now = time.monotonic()
        shop.first_at = shop.first_at or now
        return self.apply(shop, method, path, now)

    def apply(self, shop: Shop, method: str, path: str, now: float) -> tuple[int, bytes]:
        match method, path.split("/")[1]:
            case "GET", "queues":
                given = self.sell(shop, 1)
                return (200, given[0]) if given else (204, b"")
            case "GET", "pages":
                return 200, b"[" + b",".join(self.sell(shop, PAGE)) + b"]"
            case "DELETE", _:
                shop.calls["acknowledged"] += 1
                shop.last_at = now
                return 204, b""
            case "POST", _:
                shop.calls["told"] += 1
                self.arrivals[path.split("/")[2]] = now
                return 201, b"{}"
        return 200, json.dumps(STATUSES).encode()

    def sell(self, shop: Shop, count: int) -> list[bytes]:
        count = min(count, shop.left)
        shop.left -= count
        shop.calls["fetched"] += count
        self.number += count
        return [self.body.replace(CODE, b"Bench-%013d" % (self.number - n)) for n in range(count)]

    def seen(self) -> dict[str, Any]:
        shops = {key: {**shop.calls, "seconds": shop.last_at - shop.first_at} for key, shop in self.shops.items()}
        return {"shops": shops, "arrivals": self.arrivals}


class Wire(asyncio.Protocol):
    """As much of HTTP/1.1 as our own clients speak."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].decode("latin-1").split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
            size = end + 4 + int(headers.get("content-length", 0))
            if len(self.buffer) < size:
                return
            body, self.buffer = self.buffer[end + 4 : size], self.buffer[size:]
            method, path, _ = head[0].split(" ")
            self.serve(method, path, headers.get("x-api-key", ""), body)

    def serve(self, method: str, path: str, key: str, body: bytes) -> None:
        if path == "/control":
            if method == "PUT":
                self.market.reset(json.loads(body))
            self.send(200, json.dumps(self.market.seen()).encode())
            return
        status, answer = self.market.answer(method, path, key)
        if self.market.latency:
            asyncio.get_running_loop().call_later(self.market.latency, self.send, status, answer)
        else:
            self.send(status, answer)

    def send(self, status: int, body: bytes) -> None:
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n"
        length = "" if status == 204 else f"Content-Length: {len(body)}\r\n"
        self.transport.write(f"{head}{length}\r\n".encode() + body)


class Stub:
    """The stub as its driver sees it."""

    def __init__(self, logs: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.process = Process(
            "stub", [sys.executable, "-m", "benchmarks.stub", str(port)], logs / "stub.log", says("listening")
        )
        self.process.start()
        self.process.wait_ready()
        self.http = httpx.Client(base_url=self.url, timeout=10)

    def reset(self, **told: float) -> None:
        self.http.put("/control", json=told)

    def seen(self) -> dict[str, Any]:
        return dict(self.http.get("/control").json())

    def shop(self, key: str) -> dict[str, float]:
        return dict(self.seen()["shops"][key])


async def serve(port: int) -> None:
    market = Market()
    server = await asyncio.get_running_loop().create_server(lambda: Wire(market), "127.0.0.1", port, backlog=1024)
    print("listening", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
