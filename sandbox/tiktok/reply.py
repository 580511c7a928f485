"""What an endpoint answers: `data` of an envelope, or a file; and refusals in TikTok Shop's codes (§2, §6, §8)."""

import json
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
#: Those whose HTTP status is documented or was seen; all others are business errors (switch business_status).
STATUSES = {
    105002: 401, 105005: 403, 106001: 401, 36009002: 429, 36009003: 500, 36009007: 504, 36009009: 404, 36009010: 405,
    36009014: 400, 36009037: 429, 36009043: 401, 36009044: 401, 36009004: 400, 106013: 400, 101000: 401,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reply:
    data: Json = field(default_factory=dict)
    file: bytes | None = None


class Refused(Exception):
    """The call is answered with this code and message; nothing has changed."""

    def __init__(self, code: int, message: str, *, retry_after: int = 0) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.retry_after = retry_after

    def status(self, business: str) -> int:
        return STATUSES.get(self.code, int(business))


def multiplexed(message: str) -> Refused:
    """36009004 is one code for everything that is wrong with the common parameters."""
    return Refused(36009004, message)


def no_path() -> Refused:
    return Refused(36009009, "Invalid path. The path of the request does not exist.")


def wrong(message: str) -> Refused:
    return Refused(36009001, f"Invalid parameter. {message}")


def unknown_order() -> Refused:
    return Refused(10002014, "Order not found.")


def encoded(document: Json) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
