"""What can happen to a whole shop or to the app: consent given and taken back, tokens that end, addresses."""

from collections.abc import Callable
from typing import Any

from sandbox.errors import Invalid
from sandbox.tiktok.app import App
from sandbox.tiktok.rows import described_shop
from sandbox.tiktok.shop import Shop
from sandbox.tiktok.webhooks import TYPES

Json = dict[str, Any]


def authorize(app: App, shop: Shop, arguments: Json) -> Json:
    """As if the seller had pressed the button: the code to exchange. All earlier tokens die."""
    days = _number(arguments, "days", shop.switches.authorization_days)
    return {"code": app.tokens.consent(shop.shop_id, now=shop.moment, days=days)}


def connect(app: App, shop: Shop, _arguments: Json) -> Json:
    """A fresh pair without the detour over a code."""
    app.tokens.pair(shop.shop_id, now=shop.moment, days=shop.switches.access_days)
    credentials: Json = described_shop(app, shop)["credentials"]
    return credentials


def revoke(app: App, shop: Shop, _arguments: Json) -> Json:
    app.tokens.revoke(shop.shop_id)
    app.tell(shop, 6, {"message": "The seller has cancelled the authorization."})
    return {}


def expire_token(app: App, shop: Shop, _arguments: Json) -> Json:
    """The access token ends at once; the refresh token stays good."""
    app.tokens.expire_access(shop.shop_id, now=shop.moment)
    return {}


def expire_soon(app: App, shop: Shop, arguments: Json) -> Json:
    """The authorization ends in `days` (30), and the app is warned."""
    ends = shop.moment + _number(arguments, "days", 30) * 86_400
    app.tokens.authorized[shop.shop_id] = ends
    app.tell(shop, 7, {"message": "The authorization is about to expire.", "expiration_time": int(ends)})
    return {}


def redirect_url(app: App, _shop: Shop, arguments: Json) -> Json:
    """Partner Center's redirect URL: where the consent page sends the browser back to."""
    app.redirect_url = str(arguments.get("url", ""))
    return {"url": app.redirect_url}


def subscribe(_app: App, shop: Shop, arguments: Json) -> Json:
    """One address for all kinds of webhooks."""
    address = str(arguments.get("address", ""))
    shop.addresses = dict.fromkeys(TYPES, address) if address else {}
    return {"address": address}


def new_cipher(_app: App, shop: Shop, arguments: Json) -> Json:
    """Another authorization may come with another cipher."""
    shop.cipher = str(arguments.get("cipher", f"{shop.cipher}2"))
    return {"cipher": shop.cipher}


COMMANDS: dict[str, Callable[[App, Shop, Json], Json]] = {
    command.__name__: command
    for command in (authorize, connect, revoke, expire_token, expire_soon, redirect_url, subscribe, new_cipher)
}


def run(app: App, shop: Shop, verb: str, arguments: Json) -> Json:
    if verb not in COMMANDS:
        raise Invalid(f"nothing called {verb!r} can happen to a shop; known: {', '.join(COMMANDS)}")
    return COMMANDS[verb](app, shop, arguments)


def _number(arguments: Json, name: str, default: float) -> float:
    value = arguments.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise Invalid(f"{name} must be a number from 0; not {value!r}")
    return value
