"""The door of the API: path and method, common parameters, signature, token, cipher, limits (protocol §2, §3, §8)."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.call import Call
from sandbox.form import content_type
from sandbox.tiktok.app import App
from sandbox.tiktok.reply import Refused, Reply, multiplexed, wrong
from sandbox.tiktok.shop import Shop
from sandbox.tiktok.sign import same, signature

BEHIND, AHEAD = 300, 30  # seconds that a timestamp may be away from now
TOKEN = "x-tts-access-token"  # noqa: S105 - the name of a header

ShopHandler = Callable[[Shop, Call, dict[str, str]], Reply]
AppHandler = Callable[[App, Call], Reply]


@dataclass(frozen=True)
class Endpoint:
    """Exactly one handler is set: `shop` calls carry a cipher, `app` calls must not; `open` ones are unsigned.

    `path` is a pattern whose named groups are handed on.
    """

    method: str
    path: str
    shop: ShopHandler | None = None
    app: AppHandler | None = None
    open: AppHandler | None = None
    scope: str = ""

    def match(self, path: str) -> dict[str, str] | None:
        found = re.fullmatch(self.path, path)
        return found.groupdict() if found else None


def check_common(app: App, call: Call) -> None:
    """app_key, timestamp and sign. Raises Refused, most of it in one code."""
    if not arg(call, "sign"):
        raise multiplexed("Invalid credentials. The 'sign' query parameter is required.")
    if arg(call, "app_key") != app.app_key:
        raise multiplexed("Invalid credentials. The 'app_key' query parameter is invalid.")
    _check_timestamp(app, arg(call, "timestamp"))
    query = {name: values[-1] for name, values in call.query.items()}
    body = b"" if "multipart/form-data" in content_type(call) else call.body
    if not same(arg(call, "sign"), signature(app.app_secret, call.path, query, body)):
        raise Refused(106001, "Invalid credentials. The 'sign' query parameter is invalid.")


def check_token(app: App, call: Call) -> Shop:
    """The shop whose token the header carries."""
    if "access_token" in call.query:
        raise multiplexed("Invalid parameter. The access token belongs into the x-tts-access-token header.")
    token = header(call, TOKEN)
    if not token:
        raise multiplexed("Invalid credentials. The x-tts-access-token header is required.")
    shop = app.of_token(token)
    expired = shop.switches.expired_token if shop else app.switches.expired_token
    app.tokens.check(token, now=app.clock.timestamp(), expired=expired)
    assert shop is not None, "a token that is good belongs to a shop"
    return shop


def admit(app: App, call: Call, endpoint: Endpoint) -> Shop:
    """The shop that may make this call now. Raises Refused."""
    check_common(app, call)
    owner = check_token(app, call)
    cipher = arg(call, "shop_cipher")
    if endpoint.shop is None:
        if cipher:
            raise multiplexed("Invalid parameter. The 'shop_cipher' query parameter is not expected.")
        return owner
    if not cipher:
        raise Refused(106013, "Missing parameter. The 'shop_cipher' query parameter is required.")
    shop = app.by_cipher(cipher)
    if shop is None:
        raise multiplexed("Invalid parameter. The 'shop_cipher' query parameter is invalid.")
    if shop is not owner:
        raise Refused(101000, "The access token, the user type and the shop do not match.")
    if endpoint.scope == "returns" and not shop.switches.returns_scope:
        raise Refused(105005, "Access denied. The app does not have the scope seller.return_refund.basic.")
    check_limits(shop)
    return shop


def check_limits(shop: Shop) -> None:
    switches = shop.switches
    if not switches.limits_on:
        return
    if not shop.limits.allow((shop.shop_id,), per_second=switches.per_second, ticks=shop.clock.ticks()):
        raise Refused(36009002, "Too many requests. Please try again later.", retry_after=1)
    hour = int(shop.moment) // 3600
    count = shop.calls_this_hour[1] + 1 if shop.calls_this_hour[0] == hour else 1
    shop.calls_this_hour = (hour, count)
    if switches.hourly_limit and count > switches.hourly_limit:
        rest = 3600 - int(shop.moment) % 3600
        raise Refused(36009037, "The test shop has made too many requests.", retry_after=rest)


def read_body(call: Call) -> None:
    """Leave the JSON body in `call.document`. Raises Refused."""
    if call.method not in ("POST", "PUT", "DELETE") or not call.body:
        return
    if "application/json" not in content_type(call):
        raise Refused(36009022, "Invalid content type. Use application/json.")
    try:
        document = json.loads(call.body)
    except ValueError as error:
        raise wrong("The request body is not JSON.") from error
    if not isinstance(document, dict):
        raise wrong("The request body must be a JSON object.")
    call.document = document


def arg(call: Call, name: str) -> str:
    return call.query.get(name, [""])[-1]


def header(call: Call, name: str) -> str:
    return next((value for key, value in call.headers.items() if key.lower() == name), "")


def page_size(call: Call, *, most: int, default: int) -> int:
    """In the query, however often a guide says in the body (§4.1)."""
    text = arg(call, "page_size")
    if "page_size" in call.document:
        raise wrong("Unknown field page_size in the request body.")
    if not text:
        return default
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise wrong(f"page_size must be between 1 and {most}.")
    return int(text)


def _check_timestamp(app: App, text: str) -> None:
    """Near the sandbox's clock or the real one: callers have only real ones."""
    if not text.isdecimal() or len(text) != 10:
        raise multiplexed("Invalid timestamp. It must be greater than 0, in seconds.")
    off = [int(text) - now for now in (app.clock.timestamp(), time.time())]
    if any(-BEHIND <= seconds <= AHEAD for seconds in off):
        return
    word = "early" if min(off, key=abs) < 0 else "late"
    raise multiplexed(f"Invalid timestamp. The timestamp is too {word}.")
