"""Rules that make the next calls go wrong, the way a real marketplace goes wrong."""

import random
import re
from dataclasses import asdict, dataclass, fields
from typing import Any

from sandbox.call import Call
from sandbox.errors import Invalid, Missing

ACTIONS = {
    "status": "answer `status` (500 unless given); nothing is applied",
    "slow": "wait `seconds`, then answer as usual",
    "hang": "never answer; nothing is applied; the connection closes after `seconds`",
    "drop": "close the connection before anything is applied",
    "apply-then-timeout": "apply the call, then never answer",
    "apply-then-500": "apply the call, then answer `status` (500 unless given)",
    "garbage": "apply the call, then answer an HTML page with the status it would have had",
    "truncated": "apply the call, then close the connection in the middle of the body",
    "malformed": "apply the call, then answer JSON cut in half, as if complete",
    "duplicate": "deliver the leased queue entry once more",
}


@dataclass(kw_only=True)
class Rule:
    """When a call matches, the action happens with `probability`, at most `count` times (None: for ever)."""

    id: int = 0
    action: str
    face: str = ""
    store: str | None = None
    method: str = ""
    path: str = ""
    code: str | None = None
    probability: float = 1.0
    count: int | None = None
    status: int = 500
    seconds: float = 3600.0
    body: str | None = None
    hits: int = 0

    def matches(self, call: Call) -> bool:
        if self.count is not None and self.hits >= self.count:
            return False
        if self.store is not None and self.store != call.store:
            return False
        if self.code is not None and not call.speaks_of(self.code):
            return False
        return bool(
            re.search(self.face, call.face)
            and re.fullmatch(self.method or ".*", call.method, re.IGNORECASE)
            and re.search(self.path, call.path)
        )


class Faults:
    """The rules in force, oldest first; the first that matches and whose dice fall wins."""

    def __init__(self, *, seed: int) -> None:
        self._seed = seed
        self.clear()

    def clear(self) -> None:
        self.rules: dict[int, Rule] = {}
        self._last_id = 0
        self._random = random.Random(f"{self._seed} faults")

    def add(self, spec: dict[str, Any]) -> Rule:
        """Raises Invalid, naming the field, unless the spec is a sound rule."""
        _check(spec)
        self._last_id += 1
        rule = Rule(**{**spec, "id": self._last_id})
        self.rules[rule.id] = rule
        return rule

    def remove(self, rule_id: int) -> None:
        if self.rules.pop(rule_id, None) is None:
            raise Missing(f"no fault rule {rule_id}")

    def listed(self) -> list[dict[str, Any]]:
        return [asdict(rule) for rule in self.rules.values()]

    def pick(self, call: Call) -> Rule | None:
        for rule in self.rules.values():
            if rule.matches(call) and self._random.random() < rule.probability:
                rule.hits += 1
                return rule
        return None


def _check(spec: dict[str, Any]) -> None:
    known = {field.name for field in fields(Rule)} - {"id", "hits"}
    if unknown := sorted(set(spec) - known):
        raise Invalid(f"unknown field {unknown[0]!r} in a fault rule; known: {', '.join(sorted(known))}")
    if spec.get("action") not in ACTIONS:
        raise Invalid(f"action must be one of {', '.join(ACTIONS)}, not {spec.get('action')!r}")
    for name in ("face", "method", "path"):
        _check_pattern(name, spec.get(name, ""))
    _check_number("probability", spec.get("probability", 1), 0, 1)
    _check_number("seconds", spec.get("seconds", 0), 0, 86_400)
    _check_number("status", spec.get("status", 500), 100, 599, whole=True)
    if spec.get("count") is not None:
        _check_number("count", spec["count"], 1, 10**9, whole=True)


def _check_pattern(name: str, text: Any) -> None:
    try:
        re.compile(text)
    except (re.error, TypeError) as error:
        raise Invalid(f"{name} must be a regular expression: {error}") from error


def _check_number(name: str, value: Any, low: float, high: float, *, whole: bool = False) -> None:
    kind = int if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kind) or not low <= value <= high:
        raise Invalid(f"{name} must be a number from {low} to {high}, not {value!r}")
