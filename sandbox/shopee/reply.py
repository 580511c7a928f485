"""What an endpoint answers: an envelope's fields or a file; and refusals in Shopee's codes (protocol §1.4, §7)."""

import json
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
# Statuses for those who see other ones than 200 (switch http_errors); everything else becomes 400.
STATUSES = {
    "error_auth": 403, "invalid_acceess_token": 403, "error_sign": 403, "invalid_partner_id": 403,
    "source_ip_undeclared": 403, "partner_shop_no_link": 403, "shop_no_linked": 403, "shop_banned": 403,
    "error_not_found": 404, "error_rate_limit": 429, "error_limit": 429, "error_server": 500, "error_network": 500,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reply:
    """`fields` join the envelope; a `file` goes out alone."""

    fields: Json = field(default_factory=dict)
    file: bytes | None = None
    media: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


class Refused(Exception):
    """The call is answered with this code and message; nothing has changed."""

    def __init__(self, error: str, message: str, *, fields: Json | None = None) -> None:
        super().__init__(f"{error}: {message}")
        self.error = error
        self.message = message
        self.fields = fields or {}

    @property
    def status(self) -> int:
        return STATUSES.get(self.error, 400)


def ok(response: Any) -> Reply:
    return Reply({"response": response})


def done() -> Reply:
    """The bare envelope of writes."""
    return Reply()


def wrong(detail: str) -> Refused:
    return Refused("error_param", f"Wrong parameters, detail: {detail}")


def required(name: str) -> Refused:
    return wrong(f"{name} is a required field.")


def unknown_order() -> Refused:
    return Refused("error_not_found", "Wrong parameters, detail: the order is not found.")


def encoded(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def batch(rows: list[Json], failed: list[Json], *, name: str = "result_list") -> Reply:
    """Rows in the order asked for; when every one failed the whole call is an error that keeps them."""
    if failed and len(failed) == len(rows):
        message = "Failed, please check result_list for more details."
        raise Refused("common.batch_api_all_failed", message, fields={"response": {name: rows}})
    warning = [{key: row[key] for key in ("order_sn", "package_number") if key in row} for row in failed]
    return Reply({"response": {name: rows}, "warning": warning or None})
