"""A small synchronous client of the control API: with it, tests play buyer, marketplace and bad luck."""

from types import TracebackType
from typing import Any
from urllib.parse import quote

import httpx

Json = dict[str, Any]


class SandboxError(Exception):
    """The control API refused; the text is its own."""


class SandboxClient:
    """One store of one marketplace. `url` is a connector's base URL, `credentials` what it logs in with."""

    def __init__(self, base: str, *, face: str = "skyhub", store: str = "demo", timeout: float = 10) -> None:
        self.base = base.rstrip("/")
        self.face = face
        self.store = store
        self._http = httpx.Client(base_url=f"{self.base}/control", timeout=timeout)

    @property
    def url(self) -> str:
        return f"{self.base}/{self.face}"

    @property
    def credentials(self) -> dict[str, str]:
        stores = self._call("GET", f"/{self.face}/stores")
        found: dict[str, str] = next(s["credentials"] for s in stores if s["name"] == self.store)
        return found

    def for_store(self, name: str, **spec: Any) -> "SandboxClient":
        """A client of another store, created now; `spec`: what a marketplace's stores are told apart by."""
        self._call("POST", f"/{self.face}/stores", {"name": name, **spec})
        return SandboxClient(self.base, face=self.face, store=name)

    # -- buyer and marketplace -------------------------------------------------------------------------

    def create_order(self, **spec: Any) -> Json:
        """One order as the marketplace holds it; its README lists what `spec` may say."""
        return self.create_orders(**spec)[0]

    def create_orders(self, count: int = 1, **spec: Any) -> list[Json]:
        orders: list[Json] = self._call("POST", f"/{self.face}/orders", {**spec, "count": count})
        return orders

    def pay(self, code: str) -> Json:
        return self.act(code, "pay")

    def overdue(self, code: str) -> Json:
        return self.act(code, "overdue")

    def cancel(self, code: str) -> Json:
        return self.act(code, "cancel")

    def ship(self, code: str) -> Json:
        return self.act(code, "ship")

    def deliver(self, code: str) -> Json:
        return self.act(code, "deliver")

    def patch(self, code: str, /, **changes: Any) -> Json:
        return self.act(code, "patch", **changes)

    def set_status(self, code: str, /, **status: Any) -> Json:
        """Any `type`, or `code`, `label` and `type` that nobody knows."""
        return self.act(code, "status", **status)

    def act(self, code: str, verb: str, /, **arguments: Any) -> Json:
        order: Json = self._call("POST", f"/{self.face}/orders/{quote(code, safe='')}/{verb}", arguments)
        return order

    def command(self, verb: str, /, **arguments: Any) -> Json:
        """Something that happens to the whole store; a marketplace's README lists what can."""
        answer: Json = self._call("POST", f"/{self.face}/store/{verb}", arguments)
        return answer

    # -- what the marketplace sees ---------------------------------------------------------------------

    def order(self, code: str) -> Json:
        """As the marketplace answers it, plus `sandbox`: effects, queued entries, deadlines."""
        order: Json = self._call("GET", f"/{self.face}/orders/{quote(code, safe='')}")
        return order

    def orders(self, **filters: Any) -> list[Json]:
        rows: list[Json] = self._call("GET", f"/{self.face}/orders", **filters)
        return rows

    def queue(self) -> list[Json]:
        entries: list[Json] = self._call("GET", f"/{self.face}/queue")
        return entries

    def stock(self) -> dict[str, int]:
        """Per SKU: how much the marketplace believes is available."""
        quantities: dict[str, int] = self._call("GET", f"/{self.face}/stock")
        return quantities

    def effects(self, code: str) -> dict[str, int]:
        """How often each thing happened to the order, counted where the marketplace's state changed."""
        found: dict[str, int] = self.order(code)["sandbox"]["effects"]
        return found

    def ledger(self, **filters: Any) -> list[Json]:
        """Calls this store received, oldest first; filters: method code effect status path after limit.

        `store=None` finds the calls whose credentials belong to no store.
        """
        entries: list[Json] = self._call("GET", "/ledger", **filters)
        return entries

    def summary(self) -> Json:
        summary: Json = self._call("GET", "/ledger/summary")
        return summary

    def nfe_xml(self) -> bytes:
        """An NF-e to try with: a new key each time, of an invoice that does not exist."""
        return self._http.get("/nfe.xml").raise_for_status().content

    # -- clock, faults, switches -----------------------------------------------------------------------

    def advance(self, seconds: float) -> None:
        self._call("POST", "/clock", {"seconds": seconds})

    def freeze(self) -> None:
        self._call("POST", "/clock", {"freeze": True})

    def resume(self) -> None:
        self._call("POST", "/clock", {"freeze": False})

    def now(self) -> str:
        now: str = self._call("GET", "/clock")["now"]
        return now

    def fault(self, action: str, **rule: Any) -> int:
        """Make calls to this marketplace go wrong; the rule's number. sandbox/README.md lists the actions."""
        number: int = self._call("POST", "/faults", {"action": action, "face": self.face, **rule})["id"]
        return number

    def faults(self) -> list[Json]:
        rules: list[Json] = self._call("GET", "/faults")
        return rules

    def remove_fault(self, number: int) -> None:
        self._call("DELETE", f"/faults/{number}")

    def clear_faults(self) -> None:
        self._call("DELETE", "/faults")

    def switch(self, **changes: Any) -> Json:
        switches: Json = self._call("PATCH", f"/{self.face}/switches", changes)
        return switches

    def switches(self) -> Json:
        switches: Json = self._call("GET", f"/{self.face}/switches")
        return switches

    def lift_limits(self) -> None:
        self.switch(limits_on=False)

    def sell(self, *, pace: float) -> None:
        self._call("POST", "/selling", {"on": True, "pace": pace})

    def stop_selling(self) -> None:
        self._call("POST", "/selling", {"on": False})

    def reset(self) -> None:
        """Everything back to the first second, for all marketplaces and stores."""
        self._call("POST", "/reset")

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> "SandboxClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _call(self, method: str, path: str, body: Json | None = None, /, **query: Any) -> Any:
        scoped = path.startswith((f"/{self.face}/", "/ledger"))
        params = {**({"store": self.store} if scoped else {}), **query}
        response = self._http.request(method, path, json=body, params=params)
        if response.is_error:
            raise SandboxError(response.json()["error"])
        return response.json()
