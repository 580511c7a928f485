"""What a SkyHub endpoint answers, and the shapes its errors come in (protocol §4.11)."""

import json
from dataclasses import dataclass
from typing import Any

SHAPES = ("error", "errors", "message")


@dataclass(frozen=True, slots=True)
class Reply:
    """Status and body as bytes; no body, no content type."""

    status: int
    body: bytes = b""
    media: str = "application/json"


class Refused(Exception):
    """The call is answered with this status and text, in whatever shape the store uses."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


def ok(document: Any) -> Reply:
    return Reply(200, encoded(document))


def encoded(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def refusal(refused: Refused, *, shape: str) -> Reply:
    if shape == "empty":
        return Reply(refused.status)
    if shape == "errors":
        return Reply(refused.status, encoded({"errors": {"detail": refused.text}}))
    return Reply(refused.status, encoded({shape: refused.text}))
