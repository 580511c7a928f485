"""Every call the marketplaces received, in order: in memory, and as JSON lines in a state directory."""

import base64
import json
import re
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from sandbox.call import Call
from sandbox.errors import Invalid

KEPT = 50_000  # older calls leave memory, and the file at the next start


class Line(NamedTuple):
    """What filters look at, beside the full entry as JSON text."""

    number: int
    face: str
    store: str | None
    method: str
    code: str | None
    effect: str
    status: int | None
    text: str


class Ledger:
    """Append-only. `number` grows by one per call and survives restarts, so `after=` never misses a call."""

    def __init__(self, *, path: Path | None = None) -> None:
        self._path = path
        self._lines: deque[Line] = deque(maxlen=KEPT)
        self._file: TextIO | None = None
        self.number = 0
        if path:
            self._reload(path)

    def append(self, call: Call) -> None:
        self.number += 1
        text = json.dumps(_entry(self.number, call), ensure_ascii=False)
        self._lines.append(
            Line(self.number, call.face, call.store, call.method, call.code, call.effect, call.status, text)
        )
        if self._file:
            self._file.write(text + "\n")
            self._file.flush()

    def read(self, filters: dict[str, str]) -> list[dict[str, Any]]:
        """Oldest first. Filters: face store method code effect status path after, limit (the newest n).

        An empty store, code or status finds the calls that have none.
        """
        limit = _number(filters, "limit", 1000)
        newest = deque(self._matching(filters), maxlen=limit)
        return [json.loads(line.text) for line in newest]

    def summary(self, filters: dict[str, str]) -> dict[str, Any]:
        """Calls counted by method and status, effects in total and per order code."""
        calls: Counter[str] = Counter()
        effects: Counter[str] = Counter()
        orders: dict[str, Counter[str]] = {}
        for line in self._matching(filters):
            calls[f"{line.method} {line.status}"] += 1
            for effect in line.effect.split("+"):
                effects[effect] += 1
                if line.code is not None and effect != "none":
                    orders.setdefault(line.code, Counter())[effect] += 1
        return {
            "calls": dict(calls),
            "effects": dict(effects),
            "orders": {k: dict(v) for k, v in orders.items()},
        }

    def clear(self) -> None:
        self._lines.clear()
        self.number = 0
        if self._file:
            self._file.truncate(0)

    def close(self) -> None:
        if self._file:
            self._file.close()

    def _matching(self, filters: dict[str, str]) -> Iterator[Line]:
        known = {"face", "store", "method", "code", "effect", "status", "path", "after", "limit"}
        if unknown := sorted(set(filters) - known):
            raise Invalid(f"unknown ledger filter {unknown[0]!r}; known: {', '.join(sorted(known))}")
        after = _number(filters, "after", 0)
        path = _pattern(filters.get("path"))
        exact = {name: filters[name] for name in ("face", "store", "code", "status") if name in filters}
        method, effect = filters.get("method", "").upper(), filters.get("effect")
        for line in self._lines:
            if line.number <= after or (method and line.method != method):
                continue
            if any(str(getattr(line, name) or "") != value for name, value in exact.items()):
                continue
            if effect and effect not in line.effect.split("+"):
                continue
            if path and not path.search(json.loads(line.text)["path"]):
                continue
            yield line

    def _reload(self, path: Path) -> None:
        if path.exists():
            self._lines.extend(_lines_of(path))
            self.number = self._lines[-1].number if self._lines else 0
            kept = "".join(line.text + "\n" for line in self._lines)
            path.write_text(kept, encoding="utf-8")
        self._file = path.open("a", encoding="utf-8")


def _lines_of(path: Path) -> Iterator[Line]:
    for text in path.read_text(encoding="utf-8").splitlines():
        try:
            entry = json.loads(text)
        except ValueError:
            continue  # the last line of a process killed while writing
        yield Line(text=text, **{name: entry[name] for name in Line._fields if name != "text"})


def _entry(number: int, call: Call) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "number": number,
        "at": call.at.isoformat(timespec="milliseconds"),
        "sandbox_at": call.sandbox_at.isoformat(timespec="milliseconds"),
        "face": call.face,
        "store": call.store,
        "method": call.method,
        "path": call.path,
        "target": call.redacted_target(),
        "code": call.code,
        "query": call.redacted_query(),
        "headers": call.redacted_headers(),
        "status": call.status,
        "answer": call.answer,
        "effect": call.effect,
        "fault": call.fault,
    }
    body = call.redacted_body()
    try:
        entry["body"] = body.decode()
    except UnicodeDecodeError:
        entry["body"] = None
        entry["body_base64"] = base64.b64encode(body).decode()
    return entry


def _number(filters: dict[str, str], name: str, default: int) -> int:
    text = filters.get(name, str(default))
    if not text.isdecimal():
        raise Invalid(f"{name} must be a whole number, not {text!r}")
    return int(text)


def _pattern(text: str | None) -> re.Pattern[str] | None:
    try:
        return re.compile(text) if text else None
    except re.error as error:
        raise Invalid(f"path is not a regular expression: {error}") from error
