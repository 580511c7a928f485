"""The door of the API: path and verb, common parameters, signature, token, limits, in that order (protocol §1, §7)."""

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sandbox.call import Call
from sandbox.form import content_type
from sandbox.shopee.app import App
from sandbox.shopee.reply import Refused, Reply, required, wrong
from sandbox.shopee.shop import Shop
from sandbox.shopee.sign import same, signature

PREFIX = "/api/v2"
WINDOW = 300  # seconds a timestamp may be away from a clock
DAY = 86_400
QUOTA_OFFSET = 8 * 3600  # daily quotas end at 00:00 UTC+08:00

ShopHandler = Callable[[Shop, Call], Reply]
AppHandler = Callable[[App, Call], Reply | Awaitable[Reply]]


@dataclass(frozen=True)
class Endpoint:
    """Exactly one of the handlers is set: shop calls carry a token, public ones the app's signature only."""

    method: str
    path: str  # behind /api/v2
    shop: ShopHandler | None = None
    app: AppHandler | None = None
    placeholder: bool = False  # documents show "-" where success should be empty


def offline() -> Refused:
    return Refused("error_param", "Permission denied. This API is currently offline or the request path is incorrect.")


def check_common(app: App, call: Call) -> None:
    """partner_id, timestamp and sign of a public call. Raises Refused."""
    _check_signature(app, call, shop=False)
    if app.switches.ip_undeclared:
        raise _undeclared()


def admit(app: App, call: Call) -> Shop:
    """The shop that may make this call now. Raises Refused."""
    for name in ("access_token", "shop_id"):
        if not arg(call, name):
            raise Refused("error_param", f"There is no {name} in query.")
    number = arg(call, "shop_id")
    if not number.isdecimal() or int(number) > 2**32 - 1:
        raise Refused("error_param", "shop_id is invalid, should be an integer between 0 and 4294967295.")
    _check_signature(app, call, shop=True)
    shop = app.by_id.get(int(number))
    if shop is None:
        raise Refused("error_auth", "Invalid partner_id or shopid.")
    if shop.switches.ip_undeclared:
        raise _undeclared()
    _check_token(app, shop, call)
    _check_limits(shop)
    return shop


def read_body(call: Call) -> None:
    """Leave the JSON body in `call.document`; a form stays as it is. Raises Refused."""
    if call.method != "POST" or "multipart/form-data" in content_type(call):
        return
    try:
        document = json.loads(call.body or b"{}")
    except ValueError as error:
        raise Refused("error_data", "parse data failed") from error
    if not isinstance(document, dict):
        raise Refused("error_data", "parse data failed")
    call.document = document


def arg(call: Call, name: str) -> str:
    return call.query.get(name, [""])[-1]


def words(call: Call, name: str) -> list[str]:
    """A list in a query: comma-joined."""
    return [word.strip() for word in arg(call, name).split(",") if word.strip()]


def number_arg(call: Call, name: str) -> int:
    text = arg(call, name)
    if not text:
        raise required(name)
    if not text.isdecimal():
        raise wrong(f"field {name} type error.")
    return int(text)


def page_size(call: Call) -> int:
    size = number_arg(call, "page_size")
    if size > 100:
        raise wrong("page_size must be 100 or less.")
    if size < 1:
        raise wrong("page_size must be 1 or greater.")
    return size


def cursor(call: Call) -> int:
    """An offset; absent, empty and a pair of quotes all mean the first page (§2.1)."""
    text = arg(call, "cursor").strip('"')
    if text and not text.isdecimal():
        raise wrong("cursor is invalid.")
    return int(text or 0)


def body_list(call: Call, name: str, *, most: int) -> list[dict[str, Any]]:
    found = call.document.get(name)
    if not isinstance(found, list) or not found or not all(isinstance(row, dict) for row in found):
        raise required(name)
    if len(found) > most:
        raise Refused("logistics.error_limit", f"The batch request reach limit {most}.")
    return found


def _check_signature(app: App, call: Call, *, shop: bool) -> None:
    partner = arg(call, "partner_id")
    if not partner:
        raise Refused("error_param", "There is no partner_id in query.")
    if not partner.isdecimal() or int(partner) > 2**32 - 1:
        raise Refused("error_param", "Partner_id is invalid, should be an integer between 0 and 4294967295.")
    timestamp = _timestamp(app, call)
    if not arg(call, "sign"):
        raise Refused("error_param", "There is no sign in query.")
    if int(partner) != app.partner_id:
        raise Refused("invalid_partner_id", "Invalid partner_id, please have a check.")
    parts = (partner, call.path, timestamp, *((arg(call, "access_token"), arg(call, "shop_id")) if shop else ()))
    if not same(arg(call, "sign"), signature(app.partner_key, *parts)):
        raise Refused("error_sign", "Wrong sign.")


def _timestamp(app: App, call: Call) -> str:
    """Near the sandbox's clock or the real one: callers have only real ones."""
    text = arg(call, "timestamp")
    if not text:
        raise Refused("error_param", "no timestamp.")
    if not text.isdecimal() or int(text) > 2**32 - 1:
        raise Refused("error_param", "Timestamp is invalid, should be an integer between 0 and 4294967295.")
    if min(abs(int(text) - now) for now in (app.clock.timestamp(), time.time())) > WINDOW:
        raise Refused("error_param", "Timestamp is expired.")
    return text


def _check_token(app: App, shop: Shop, call: Call) -> None:
    try:
        app.tokens.check(arg(call, "access_token"), shop=shop.shop_id, now=shop.moment)
    except Refused as refused:
        if refused.error == "invalid_acceess_token" and shop.switches.bad_token != refused.error:
            raise Refused("error_auth", "Invalid access_token.") from refused
        raise


def _check_limits(shop: Shop) -> None:
    switches = shop.switches
    if not switches.limits_on:
        return
    if not shop.limits.allow((str(shop.shop_id),), per_second=switches.per_second, ticks=shop.clock.ticks()):
        raise Refused("error_rate_limit", "Too many requests. You have reached the rate limit. Please try again later.")
    today = int(shop.moment + QUOTA_OFFSET) // DAY
    count = shop.calls_today[1] + 1 if shop.calls_today[0] == today else 1
    shop.calls_today = (today, count)
    if switches.daily_limit and count > switches.daily_limit:
        raise Refused(
            "error_limit",
            "The total API call number made by your APP has reached the daily API call limit, "
            "please try again after 00: 00 (UTC+08:00)",
        )


def _undeclared() -> Refused:
    return Refused(
        "source_ip_undeclared",
        "Request Source IP (127.0.0.1) is undeclared. Please declare all your IP addresses in the Shopee Open "
        "Platform Console > App list > IP Address Whitelist",
    )
