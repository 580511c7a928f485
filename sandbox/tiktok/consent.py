"""The page on which a seller allows the app in (protocol §1). Where the browser goes back to, the app has entered."""

import html
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from aiohttp import web

from sandbox.call import CALL
from sandbox.tiktok.app import App

_STYLE = "body{font:16px/1.5 system-ui;max-width:34rem;margin:3rem auto;padding:0 1rem}"


def page(app: App, request: web.Request) -> web.Response:
    """By the service's id; the app's key is no service."""
    if request.query.get("service_id") != app.service_id:
        return web.Response(status=400, text="This service does not exist.")
    if not app.redirect_url:
        return web.Response(status=400, text="The app has no redirect URL (command redirect_url).")
    options = "".join(
        f'<option value="{html.escape(shop.name)}">{html.escape(shop.name)} (loja {shop.shop_id})</option>'
        for shop in app.shops.values()
    )
    text = (
        '<!doctype html><html lang="pt-BR"><meta charset="utf-8"><title>Autorizar · TikTok Shop simulada</title>'
        f"<style>{_STYLE}</style><h1>Autorizar o aplicativo</h1>"
        "<p>TikTok Shop simulada: aqui ninguém digita senha. Escolha em nome de qual loja responder.</p>"
        '<form method="post" action="/tiktok/open/authorize">'
        f'<p><label>Loja <select name="shop">{options}</select></label></p>'
        f'<input type="hidden" name="state" value="{html.escape(request.query.get("state", ""))}">'
        "<button>Autorizar</button></form></html>"
    )
    return web.Response(text=text, content_type="text/html")


async def decide(app: App, request: web.Request) -> web.Response:
    """The seller pressed the button; begun in Seller Center, the browser comes back without a state."""
    form: Any = await request.post()
    shop = app.shops.get(str(form.get("shop")))
    if shop is None or not app.redirect_url:
        return web.Response(status=400, text="Unknown shop, or no redirect URL.")
    call = request[CALL]
    call.store = shop.name
    call.effects.append("authorized")
    code = app.tokens.consent(shop.shop_id, now=shop.moment, days=shop.switches.authorization_days)
    state = {"state": str(form["state"])} if form.get("state") else {}
    parts = urlsplit(app.redirect_url)
    more = {"app_key": app.app_key, "code": code, "locale": "pt-BR", "shop_region": "BR", **state}
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *more.items()])
    return web.Response(status=302, headers={"Location": urlunsplit(parts._replace(query=query))})
