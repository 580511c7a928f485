"""One HTTP call a marketplace received, from its first byte to what was answered."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

#: Names of headers and parameters that open a shop, whatever a marketplace puts before them.
_SECRET_HEADER = re.compile(r"(?:^|-)(?:authorization|cookie|key|token)$", re.IGNORECASE)
_SECRETS = r"(?:(?:access|refresh)_token|\w+_secret|auth_code|sign)"
_SECRET_FIELD = re.compile(_SECRETS)
_IN_TARGET = re.compile(rf"([?&]{_SECRETS}=)[^&]*")
_IN_BODY = re.compile(rb'("(?:access_token|refresh_token|\w+_secret)"\s*:\s*)"[^"]*"')


@dataclass(slots=True, kw_only=True)
class Call:
    """Filled in on its way: recording sets the first half, the marketplace's face the second."""

    face: str
    method: str
    path: str  # inside the face, percent-decoded
    target: str  # inside the face, path and query exactly as sent
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    at: datetime
    sandbox_at: datetime

    store: str | None = None
    code: str | None = None  # what the path or the answer is about: an order, a status, a SKU
    document: dict[str, Any] = field(default_factory=dict)
    effects: list[str] = field(default_factory=list)
    status: int | None = None
    answer: str | None = None  # the body, when the call was refused
    fault: str | None = None
    duplicate: bool = False

    @property
    def effect(self) -> str:
        """What changed at the marketplace, in words joined by `+`; `none` when nothing did."""
        return "+".join(self.effects) or "none"

    def speaks_of(self, code: str) -> bool:
        """Whether path, query or body name an order, a status or a SKU."""
        named = [word for values in self.query.values() for value in values for word in value.split(",")]
        return code in (*self.path.split("/"), *named) or f'"{code}"'.encode() in self.body

    def redacted_headers(self) -> dict[str, str]:
        return {n: "[redacted]" if _SECRET_HEADER.search(n) else value for n, value in self.headers.items()}

    def redacted_query(self) -> dict[str, list[str]]:
        return {n: ["[redacted]"] if _SECRET_FIELD.fullmatch(n) else values for n, values in self.query.items()}

    def redacted_target(self) -> str:
        return _IN_TARGET.sub(r"\1[redacted]", self.target)

    def redacted_body(self) -> bytes:
        return _IN_BODY.sub(rb'\1"[redacted]"', self.body)


CALL = web.RequestKey("call", Call)  # where the recorder leaves it for the face
