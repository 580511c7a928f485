"""Tokens, which are unsigned GETs with every secret in the address, and the shops that one opens (protocol §1)."""

from typing import Any

from sandbox.call import Call
from sandbox.tiktok.app import App
from sandbox.tiktok.gate import TOKEN, Endpoint, arg, header
from sandbox.tiktok.reply import Refused, Reply, wrong
from sandbox.tiktok.shop import Shop

Json = dict[str, Any]


def get_token(app: App, call: Call) -> Reply:
    _check_app(app, call)
    if arg(call, "grant_type") != "authorized_code":
        raise wrong("grant_type must be authorized_code.")
    code = arg(call, "auth_code")
    found = app.tokens.exchange(code, now=app.clock.timestamp(), days=app.switches.access_days)
    call.effects.append("token_given")
    return _pair(app, call, *found)


def refresh_token(app: App, call: Call) -> Reply:
    _check_app(app, call)
    if arg(call, "grant_type") != "refresh_token":
        raise wrong("grant_type must be refresh_token.")
    token = arg(call, "refresh_token")
    found = app.tokens.refresh(token, now=app.clock.timestamp(), days=app.switches.access_days)
    call.effects.append("refreshed")
    return _pair(app, call, *found)


def shops(app: App, call: Call) -> Reply:
    """Here alone stands the cipher."""
    shop = app.of_token(header(call, TOKEN))
    return Reply({"shops": [_shop_row(shop)] if shop else []})


def active_shops(app: App, call: Call) -> Reply:
    """The other list of shops has no cipher."""
    shop = app.of_token(header(call, TOKEN))
    return Reply({"shops": [{"id": shop.shop_id, "region": "BR"}] if shop else []})


def _shop_row(shop: Shop) -> Json:
    return {
        "id": shop.shop_id,
        "name": f"Loja de exemplo {shop.name}",
        "region": "BR",
        "seller_type": "LOCAL",
        "cipher": shop.cipher,
        "code": f"BRLC{shop.shop_id[-6:]}",
    }


def _pair(app: App, call: Call, shop_id: str, access: str, refresh: str) -> Reply:
    """What is called expire_in are instants."""
    shop = app.by_id(shop_id)
    call.store = shop.name if shop else None
    return Reply(
        {
            "access_token": access,
            "access_token_expire_in": app.tokens.ends(access),
            "refresh_token": refresh,
            "refresh_token_expire_in": int(app.tokens.authorized[shop_id]),
            "open_id": f"open-{shop_id}",
            "seller_name": f"Loja de exemplo {call.store}",
            "seller_base_region": "BR",
            "user_type": 0,
            "granted_scopes": ["seller.authorization.info", "seller.order.info", "seller.fulfillment.basic"],
        }
    )


def _check_app(app: App, call: Call) -> None:
    if arg(call, "app_key") != app.app_key or arg(call, "app_secret") != app.app_secret:
        raise Refused(36004001, "Invalid app key or app secret.")


ENDPOINTS = (
    Endpoint("GET", "/api/v2/token/get", open=get_token),
    Endpoint("GET", "/api/v2/token/refresh", open=refresh_token),
    Endpoint("GET", "/authorization/202309/shops", app=shops),
    Endpoint("GET", "/seller/202309/shops", app=active_shops),
)
