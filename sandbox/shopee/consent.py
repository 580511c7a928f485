"""The pages a seller sees in the browser: consent, and taking it back (protocol §1.5)."""

import html
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from aiohttp import web

from sandbox.call import CALL
from sandbox.shopee.app import MAIN_ACCOUNT, App
from sandbox.shopee.gate import WINDOW
from sandbox.shopee.sign import same, signature

DOMAIN = "The domain of redirect_uri is not consistent with the Redirect URL Domain declared in console."
_STYLE = "body{font:16px/1.5 system-ui;max-width:34rem;margin:3rem auto;padding:0 1rem}"


class Refusal(Exception):
    """Answered as JSON: on these pages the text is in `msg`."""


def consent_page(app: App, request: web.Request) -> web.Response:
    """Form A, unsigned: partner_id, auth_type, redirect_uri, response_type, state."""
    try:
        _check_form_a(app, request)
    except Refusal as refusal:
        return _error(str(refusal))
    return _page(app, request, goal=request.query["redirect_uri"], cancel="cancel" in request.path)


def signed_link(app: App, request: web.Request) -> web.Response:
    """Form B, legacy: signed, with `redirect`; it dies with its timestamp."""
    try:
        _check_form_b(app, request)
    except Refusal as refusal:
        return _error(str(refusal))
    return _page(app, request, goal=request.query["redirect"], cancel="cancel" in request.path)


async def decide(app: App, request: web.Request) -> web.Response:
    """The seller pressed the button: authorize or revoke, and send the browser back."""
    form: Any = await request.post()
    goal, days = str(form.get("goal", "")), str(form.get("days", "365"))
    if not days.isdecimal() or not 1 <= int(days) <= 365:
        return _error("Invalid authorization period.")
    try:
        _check_goal(app, goal)
    except Refusal as refusal:
        return _error(str(refusal))
    call = request[CALL]
    main = MAIN_ACCOUNT if form.get("shop") == "main" else None
    names = list(app.shops) if main else [str(form.get("shop"))]
    shops = [app.shops[name] for name in names if name in app.shops]
    if not shops:
        return _error("Unknown shop.")
    call.store = shops[0].name
    if form.get("cancel"):
        for shop in shops:
            app.revoke(shop)
        call.effects.append("revoked")
        return _back(goal, {"shop_id": str(shops[0].shop_id)})
    code = app.authorize(shops, days=int(days), main_account=main)
    call.effects.append("authorized")
    account = {"main_account_id": str(main)} if main else {"shop_id": str(shops[0].shop_id)}
    state = {"state": str(form["state"])} if form.get("state") else {}
    return _back(goal, {"code": code, **account, **state})


def _check_form_a(app: App, request: web.Request) -> None:
    query = request.query
    if query.get("partner_id") != str(app.partner_id):
        raise Refusal("partner_id is invalid.")
    if query.get("auth_type") != "seller" or query.get("response_type") != "code":
        raise Refusal("auth_type must be seller and response_type must be code.")
    _check_goal(app, query.get("redirect_uri", ""))


def _check_form_b(app: App, request: web.Request) -> None:
    query = request.query
    timestamp = query.get("timestamp", "")
    path = request.path.removeprefix("/shopee")
    if query.get("partner_id") != str(app.partner_id):
        raise Refusal("partner_id is invalid.")
    if not timestamp.isdecimal() or min(abs(int(timestamp) - now) for now in (app.now(), time.time())) > WINDOW:
        raise Refusal("Timestamp is expired.")
    if not same(query.get("sign", ""), signature(app.partner_key, app.partner_id, path, timestamp)):
        raise Refusal("Wrong sign.")
    _check_goal(app, query.get("redirect", ""))


def _check_goal(app: App, goal: str) -> None:
    parts = urlsplit(goal)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refusal("redirect_uri is invalid.")
    if app.redirect_domain and parts.hostname != app.redirect_domain:
        raise Refusal(DOMAIN)


def _page(app: App, request: web.Request, *, goal: str, cancel: bool) -> web.Response:
    options = "".join(
        f'<option value="{html.escape(shop.name)}">{html.escape(shop.name)} (loja {shop.shop_id})</option>'
        for shop in app.shops.values()
    )
    main = "" if cancel else f'<option value="main">conta principal {MAIN_ACCOUNT}: todas as lojas</option>'
    periods = "".join(f"<option{' selected' if days == 365 else ''}>{days}</option>" for days in (7, 30, 90, 180, 365))
    title, button = (
        ("Cancelar autorização", "Cancelar autorização") if cancel else ("Autorizar o aplicativo", "Autorizar")
    )
    period = "" if cancel else f'<p><label>Por <select name="days">{periods}</select> dias</label></p>'
    text = (
        f'<!doctype html><html lang="pt-BR"><meta charset="utf-8"><title>{title} · Shopee simulada</title>'
        f"<style>{_STYLE}</style><h1>{title}</h1>"
        "<p>Shopee simulada: aqui ninguém digita senha. Escolha em nome de qual loja responder.</p>"
        '<form method="post" action="/shopee/auth">'
        f'<p><label>Loja <select name="shop">{options}{main}</select></label></p>'
        f'{period}<input type="hidden" name="goal" value="{html.escape(goal)}">'
        f'<input type="hidden" name="state" value="{html.escape(request.query.get("state", ""))}">'
        f'<input type="hidden" name="cancel" value="{"1" if cancel else ""}"><button>{button}</button></form></html>'
    )
    return web.Response(text=text, content_type="text/html")


def _back(goal: str, more: dict[str, str]) -> web.Response:
    parts = urlsplit(goal)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *more.items()])
    return web.Response(status=302, headers={"Location": urlunsplit(parts._replace(query=query))})


def _error(text: str) -> web.Response:
    return web.json_response({"code": 1, "error": "error_param", "msg": text, "debug_message": ""})
