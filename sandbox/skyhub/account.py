"""A seller's account at SkyHub: who may call, what it calls its statuses, how it is switched."""

from typing import Any

from sandbox.errors import Invalid
from sandbox.skyhub import statuses as st
from sandbox.skyhub.reply import SHAPES
from sandbox.skyhub.statuses import Status
from sandbox.skyhub.switches import LIMITS, SkyHubSwitches
from sandbox.switches import switched

Json = dict[str, Any]
KINDS = ("homologation", "production")
SETTINGS = ("name", "kind", "email", "api_key", "accountmanager_key", "sells")


class Account:
    """`kind` decides whether the API takes test orders and approvals, `sells` whether buyers come."""

    def __init__(self, spec: Json) -> None:
        if unknown := sorted(set(spec) - set(SETTINGS)):
            raise Invalid(f"unknown field {unknown[0]!r} of a store; known: {', '.join(SETTINGS)}")
        self.name = str(spec.get("name", ""))
        self.kind = str(spec.get("kind", KINDS[0]))
        self.email = str(spec.get("email", f"{self.name}@example.com"))
        self.api_key = str(spec.get("api_key", f"{self.name}-skyhub-key"))
        self.accountmanager_key = str(spec.get("accountmanager_key", f"{self.name}-accountmanager"))
        self.sells = bool(spec.get("sells", False))
        if not self.name:
            raise Invalid("a store needs a name")
        if self.kind not in KINDS:
            raise Invalid(f"kind must be one of {', '.join(KINDS)}; not {self.kind!r}")
        self.switches = SkyHubSwitches()
        self.statuses: list[Status] = list(st.DEFAULT)
        self._errors = 0

    def settings(self) -> Json:
        return {name: getattr(self, name) for name in SETTINGS}

    def switch(self, changes: Json) -> None:
        """Change switches; `limits` may name just some of its limits. Raises Invalid."""
        if "limits" in changes:
            changes = {**changes, "limits": _limits(self.switches.limits, changes["limits"])}
        self.switches = switched(self.switches, changes)
        if "status_set" in changes:
            self.statuses = list(st.SETS[self.switches.status_set])

    def error_shape(self, *, newer: bool) -> str:
        """The shape of the next error; `newer` endpoints have one of their own in the documented mix."""
        shape = self.switches.error_shape
        if shape == "rotate":
            self._errors += 1
            return SHAPES[(self._errors - 1) % len(SHAPES)]
        if shape == "documented":
            return "errors" if newer else "error"
        return shape

    def status_with(self, code: object) -> Status | None:
        return next((status for status in self.statuses if status.code == code), None)

    def status_for(self, type: str) -> Status:
        """The account's status of a type: SkyHub's default code when the account has it, else the first."""
        of_type = [status for status in self.statuses if status.type == type]
        usual = next((status for status in of_type if status.code in st.DEFAULT_CODES), None)
        return usual or next(iter(of_type), Status(type.lower(), type, type))

    def shown_type(self, type: str) -> str:
        return self.switches.type_alias.get(type, type)


def _limits(current: Any, changes: Any) -> dict[str, float]:
    if not isinstance(changes, dict) or set(changes) - set(LIMITS):
        raise Invalid(f"switch limits takes an object with some of {', '.join(LIMITS)}; not {changes!r}")
    for name, value in changes.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise Invalid(f"limit {name} must be calls per second, 0 for none; not {value!r}")
    return {**current, **changes}
