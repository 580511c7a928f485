"""The door of the API: token or credentials, rights, limits, signature (protocol §2, §7)."""

import base64
import binascii
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox.call import Call
from sandbox.dafiti import sign
from sandbox.dafiti.reply import Answered, Reply, violation
from sandbox.dafiti.seller import Seller
from sandbox.form import content_type, form_of

WINDOW = 300  # seconds that a signature may be away from a clock
LONGEST_NONCE = 40
CLASSIC = ("UserID", "Timestamp", "Version", "Signature")
MAINTENANCE = {"message": "Service is unavailable due to maintenance mode", "caused_by": "maintenance_mode"}

Handler = Callable[[Seller, Call, dict[str, str]], Reply]


@dataclass(frozen=True)
class Endpoint:
    """`path` is a regular expression; its groups reach the handler by name. `query` are the names that exist."""

    method: str
    path: str
    handler: Handler
    query: tuple[str, ...] = ()


def bearer(headers: dict[str, str]) -> str:
    kind, _, token = header(headers, "Authorization").partition(" ")
    return token.strip() if kind.casefold() == "bearer" else ""


def header(headers: dict[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.casefold() == name.casefold()), "")


def basic(headers: dict[str, str]) -> tuple[str, str]:
    kind, _, text = header(headers, "Authorization").partition(" ")
    if kind.casefold() != "basic":
        return "", ""
    try:
        client, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client, secret


def give_token(sellers: dict[str, Seller], call: Call) -> Reply:
    """POST /oauth/client-credentials: Basic or in the body, urlencoded or multipart."""
    if "multipart/form-data" in content_type(call):
        form = {name: value.decode(errors="replace").strip() for name, value in form_of(call).items()}
    else:
        form = dict(parse_qsl(call.body.decode(errors="replace")))
    client, secret = basic(call.headers)
    client, secret = client or form.get("client_id", ""), secret or form.get("client_secret", "")
    if form.get("grant_type") != "client_credentials":
        raise Answered(400, {"error": "unsupported_grant_type"})
    for seller in sellers.values():
        if seller.client_id == client and sign.same(seller.client_secret, secret):
            call.store = seller.name
            call.effects.append("token_given")
            lifetime = int(seller.switches.token_seconds)
            return Reply({"access_token": seller.new_token(), "expires_in": lifetime, "token_type": "Bearer"})
    raise Answered(401)


def admit(sellers: dict[str, Seller], call: Call) -> Seller:
    """The seller that may make this call now."""
    token = bearer(call.headers)
    seller = next((seller for seller in sellers.values() if token in seller.tokens), None)
    if seller is None or seller.tokens[token] <= seller.moment:
        raise Answered(401)
    if seller.switches.maintenance:
        raise Answered(503, MAINTENANCE, {"Retry-After": "60"})
    if seller.switches.forbidden:
        raise Answered(403)
    _check_limit(seller)
    _check_signature(seller, call)
    return seller


def read_query(call: Call, known: tuple[str, ...]) -> None:
    """Names that do not exist are refused: those of the classic API are silently no filter elsewhere."""
    for name in call.query:
        if name not in known and name not in CLASSIC:
            raise violation(name, "This parameter does not exist.")


def read_body(call: Call) -> None:
    """Leave the JSON body in `call.document`; a bare list under the empty name."""
    if call.method not in ("POST", "PUT") or "multipart/form-data" in content_type(call):
        return
    try:
        told: Any = json.loads(call.body or b"{}")
    except ValueError:
        raise Answered(400, {"type": "", "title": "Bad Request", "status": 400, "detail": "Syntax error"}) from None
    if not isinstance(told, dict | list):
        raise violation("", "This value should be of type object.")
    call.document = told if isinstance(told, dict) else {"": told}


def _check_limit(seller: Seller) -> None:
    switches = seller.switches
    if not switches.limits_on:
        return
    if not seller.limits.allow((seller.name,), per_second=switches.per_second, ticks=seller.clock.ticks()):
        raise Answered(429, {"message": "Too many requests"}, {"Retry-After": "1"} if switches.retry_after else None)


def _check_signature(seller: Seller, call: Call) -> None:
    wanted = seller.switches.signature
    if wanted == "ignored":
        return
    if "Signature" in call.query or wanted == "classic":
        _check_classic(seller, call)
    if header(call.headers, "X-Signature") or wanted == "v2":
        _check_v2(seller, call)


def _check_v2(seller: Seller, call: Call) -> None:
    told = {name: header(call.headers, f"X-{name}") for name in ("Timestamp", "Nonce", "Signature-Algorithm")}
    right = told["Signature-Algorithm"] == "HMAC-SHA256" and 0 < len(told["Nonce"]) <= LONGEST_NONCE
    if not right or not _is_now(seller, told["Timestamp"]):
        raise Answered(401)
    # What was signed is the address as the caller wrote it, with the sandbox's own prefix.
    parts = urlsplit(f"/{call.face}{call.target}")
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    expected = sign.v2(seller.client_secret, call.method, target, told["Timestamp"], told["Nonce"], call.body)
    if not sign.same(header(call.headers, "X-Signature"), expected):
        raise Answered(401)


def _check_classic(seller: Seller, call: Call) -> None:
    pairs = [(name, value) for name, values in call.query.items() for value in values if name != "Signature"]
    given = call.query.get("Signature", [""])[-1]
    user = call.query.get("UserID", [""])[-1]
    if user != seller.user_id or not sign.same(given, sign.classic(seller.api_key, pairs)):
        head = {"RequestAction": "", "ErrorType": "Sender", "ErrorCode": "7"}
        message = "E007: Login failed. Signature mismatching"
        raise Answered(200, {"ErrorResponse": {"Head": {**head, "ErrorMessage": message}, "Body": ""}})


def _is_now(seller: Seller, text: str) -> bool:
    """Near the sandbox's clock or the real one: callers have only real ones."""
    return text.isdecimal() and min(abs(int(text) - now) for now in (seller.moment, time.time())) <= WINDOW
