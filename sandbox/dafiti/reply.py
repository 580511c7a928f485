"""What an endpoint answers, and refusals in Dafiti's shapes (protocol §6)."""

import json
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """A JSON document, a file, or nothing at all (None)."""

    document: Any = None
    status: int = 200
    file: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


class Refused(Exception):
    """Nothing has changed. `unit` is the order item that is to blame; `code` the classic engine's."""

    def __init__(self, detail: str, *, title: str = "", code: str = "", unit: int = 0) -> None:
        super().__init__(detail)
        self.detail = f"{code}: {detail}" if code else detail
        self.title = title or "Status Transition is not allowed"
        self.code = code
        self.unit = unit


class Answered(Exception):
    """Refused at the door or for its form: the whole answer."""

    def __init__(self, status: int, document: Any = None, headers: dict[str, str] | None = None) -> None:
        super().__init__(status)
        self.reply = Reply(document, status, headers=headers or {})


def problem(refused: Refused, *, shape: str, status: int) -> Reply:
    """The SPEC's own example says 400 inside a 422."""
    if shape == "errors":
        return Reply({"errors": [{"orderItemId": refused.unit, "detail": refused.detail}]}, status)
    if shape == "message":
        return Reply({"message": refused.detail}, status)
    if shape == "classic-200":
        head = {"RequestAction": "", "ErrorType": "Sender", "ErrorCode": refused.code[1:] or "6"}
        return Reply({"ErrorResponse": {"Head": {**head, "ErrorMessage": refused.detail}, "Body": ""}}, 200)
    return Reply({"type": "about:blank", "title": refused.title, "status": 400, "detail": refused.detail}, status)


def violation(path: str, title: str) -> Answered:
    """A parameter or a field that is missing or of the wrong type."""
    row = {"propertyPath": path, "title": title, "parameters": {}, "type": ""}
    detail = f"{path}: {title}"
    return Answered(
        400, {"type": "", "title": "Validation Failed", "status": 400, "detail": detail, "violations": [row]}
    )


def encoded(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
