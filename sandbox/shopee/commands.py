"""What can happen to a whole shop or to the app: consent given and taken back, tokens that end, lost pushes."""

from collections.abc import Callable
from typing import Any

from sandbox.errors import Invalid
from sandbox.shopee.app import App
from sandbox.shopee.rows import described_shop
from sandbox.shopee.shop import Shop

Json = dict[str, Any]


def authorize(app: App, shop: Shop, arguments: Json) -> Json:
    """As if the seller had pressed the button: the code to exchange. All earlier tokens die."""
    days = _number(arguments, "days", shop.switches.authorization_days)
    return {"code": app.authorize([shop], days=days), "shop_id": shop.shop_id}


def connect(app: App, shop: Shop, _arguments: Json) -> Json:
    """A fresh pair without the detour over a code."""
    app.tokens.pair([shop.shop_id], now=app.clock.timestamp())
    credentials: Json = described_shop(app, shop)["credentials"]
    return credentials


def revoke(app: App, shop: Shop, arguments: Json) -> Json:
    app.revoke(shop, why=str(arguments.get("why", "user cancel shop authorization")))
    return {}


def expire_token(app: App, shop: Shop, _arguments: Json) -> Json:
    """The access token dies at once; the refresh token stays good."""
    app.tokens.expire_access(shop.shop_id, now=app.clock.timestamp())
    return {}


def expire_soon(app: App, shop: Shop, arguments: Json) -> Json:
    """The authorization ends in `days` (7), and the app is warned."""
    app.warn_of_expiry(shop, days=_number(arguments, "days", 7))
    return {}


def lose_pushes(app: App, _shop: Shop, arguments: Json) -> Json:
    """The next `count` (1) pushes of any shop go straight to the lost ones."""
    app.pushes.lose_next = int(_number(arguments, "count", 1))
    return {}


def redirect_domain(app: App, _shop: Shop, arguments: Json) -> Json:
    """The console's Redirect URL Domain: host names other than this one are refused; an empty one lets all in."""
    app.redirect_domain = str(arguments.get("domain", ""))
    return {}


def subscribe(app: App, _shop: Shop, arguments: Json) -> Json:
    """Set the callback URL and its codes in the console, without the test push."""
    codes = arguments.get("codes", [1, 2, 3, 4, 12, 15, 29, 30, 47])
    if not isinstance(codes, list) or not all(isinstance(code, int) for code in codes):
        raise Invalid("codes must be a list of push codes")
    app.pushes.callback_url = str(arguments.get("callback_url", ""))
    app.pushes.on = set(codes)
    app.pushes.resume()
    return {"callback_url": app.pushes.callback_url, "codes": sorted(codes)}


COMMANDS: dict[str, Callable[[App, Shop, Json], Json]] = {
    command.__name__: command
    for command in (
        authorize, connect, revoke, expire_token, expire_soon, lose_pushes, redirect_domain, subscribe,
    )
}  # fmt: skip


def run(app: App, shop: Shop, verb: str, arguments: Json) -> Json:
    if verb not in COMMANDS:
        raise Invalid(f"nothing called {verb!r} can happen to a shop; known: {', '.join(COMMANDS)}")
    return COMMANDS[verb](app, shop, arguments)


def _number(arguments: Json, name: str, default: float) -> float:
    value = arguments.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise Invalid(f"{name} must be a number from 0; not {value!r}")
    return value
