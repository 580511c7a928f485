"""Tokens, and what the app may ask about its shops without one (protocol §1.5, §1.6)."""

from typing import Any

from sandbox.call import Call
from sandbox.shopee.app import App
from sandbox.shopee.gate import Endpoint, number_arg, page_size
from sandbox.shopee.reply import Refused, Reply, required, wrong
from sandbox.shopee.shop import Shop
from sandbox.shopee.tokens import ACCESS_LIFE

Json = dict[str, Any]


def get_token(app: App, call: Call) -> Reply:
    """Exactly one of shop_id and main_account_id; all numbers as JSON integers."""
    _check_partner(app, call)
    code = call.document.get("code")
    if not isinstance(code, str) or not code:
        raise required("code")
    shop_id, main = _whole(call, "shop_id"), _whole(call, "main_account_id")
    if (shop_id is None) == (main is None):
        raise wrong("exactly one of shop_id and main_account_id is required.")
    access, refresh, shops = app.tokens.exchange(code, now=app.clock.timestamp(), shop=shop_id, main_account=main)
    call.effects.append("token_given")
    fields: Json = {"access_token": access, "refresh_token": refresh, "expire_in": _expire_in(app, shops[0])}
    if main is not None:
        fields |= {"shop_id_list": shops, "merchant_id_list": []}
    return Reply(fields)


def refresh_token(app: App, call: Call) -> Reply:
    _check_partner(app, call)
    token = call.document.get("refresh_token")
    if not isinstance(token, str) or not token:
        raise required("refresh_token")
    shop_id = _whole(call, "shop_id")
    if shop_id is None:
        raise required("shop_id")
    shop = app.by_id.get(shop_id)
    reuse = shop is not None and shop.switches.refresh_reuse == "four-hours"
    access, refresh = app.tokens.refresh(token, shop=shop_id, now=app.clock.timestamp(), reuse=reuse)
    call.store = shop.name if shop else None
    call.effects.append("refreshed")
    return Reply(
        {
            "partner_id": app.partner_id,
            "shop_id": shop_id,
            "access_token": access,
            "refresh_token": refresh,
            "expire_in": _expire_in(app, shop_id),
        }
    )


def shops_by_partner(app: App, call: Call) -> Reply:
    size, page = page_size(call), number_arg(call, "page_no")
    if page < 1:
        raise wrong("page_no must be 1 or greater.")
    rows = [{"shop_id": shop, "region": "BR", "sip_affi_shops": [], **t} for shop, t in app.tokens.authorized.items()]
    first = (page - 1) * size
    return Reply({"authed_shop_list": rows[first : first + size], "more": len(rows) > first + size})


def merchants_by_partner(_app: App, _call: Call) -> Reply:
    return Reply({"authed_merchant_list": [], "more": False})


def ip_ranges(_app: App, _call: Call) -> Reply:
    return Reply({"ip_list": ["127.0.0.1/32"]})


def shop_info(shop: Shop, _call: Call) -> Reply:
    """Without a `response` around it."""
    facts = {
        "shop_name": f"Loja de exemplo {shop.name}",
        "region": "BR",
        "status": "NORMAL",
        "is_cb": False,
        "is_sip": False,
        "sip_affi_shops": [],
        "is_upgraded_cbsc": False,
        "merchant_id": None,
        "shop_fulfillment_flag": "Others",
        "is_main_shop": False,
        "is_direct_shop": False,
        "linked_main_shop_id": 0,
        "linked_direct_shop_list": [],
        **shop.authorization(),
    }
    return Reply(facts)


def _check_partner(app: App, call: Call) -> None:
    """partner_id stands in the query and again, as a number, in the body."""
    if "partner_id" not in call.document:
        raise required("partner_id")
    if _whole(call, "partner_id") != app.partner_id:
        raise Refused("error_auth", "Invalid partner_id or shopid.")


def _whole(call: Call, name: str) -> int | None:
    value = call.document.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise wrong(f"field {name} type error.")
    return value


def _expire_in(app: App, shop_id: int) -> int:
    """Seconds; one published sample is an instant instead (§1.6)."""
    shop = app.by_id.get(shop_id)
    as_instant = shop is not None and shop.switches.expire_in == "epoch"
    return app.now() + ACCESS_LIFE if as_instant else ACCESS_LIFE


ENDPOINTS = (
    Endpoint("POST", "/auth/token/get", app=get_token),
    Endpoint("POST", "/auth/access_token/get", app=refresh_token),
    Endpoint("GET", "/public/get_shops_by_partner", app=shops_by_partner),
    Endpoint("GET", "/public/get_merchants_by_partner", app=merchants_by_partner),
    Endpoint("GET", "/public/get_shopee_ip_ranges", app=ip_ranges, placeholder=True),
    Endpoint("GET", "/shop/get_shop_info", shop=shop_info),
)
