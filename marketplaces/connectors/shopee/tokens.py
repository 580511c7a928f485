"""The seller's consent and the tokens it gives: four hours, then thirty days, each refresh token for one more pair."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from marketplaces.adapter import Connection, Option
from marketplaces.connectors.shopee import signing
from marketplaces.connectors.shopee.client import Client
from marketplaces.connectors.shopee.credentials import Credentials
from marketplaces.connectors.shopee.reading import instant
from marketplaces.crossing import Grant
from marketplaces.errors import Malformed, MarketplaceError, Rejected, Unauthorized
from marketplaces.values import number

PRODUCTION = frozenset(
    {"https://partner.shopeemobile.com", "https://openplatform.shopee.com.br", "https://openplatform.shopee.cn"}
)
CONSENT = "https://open.shopee.com.br/auth"
SANDBOX_WORD = ".test-stable."
SANDBOX_CONSENT = "https://open.sandbox.test-stable.shopee.com.br/auth"
#: expire_in is documented in seconds; one of Shopee's samples is an instant.
INSTANTS_FROM = 10**9
PAGES = 50
SIGNED = "signed"
#: The older one is what Shopee's own examples still use.
LINK = Option(
    name="authorization_link",
    label=gettext_noop("Page on which the seller authorizes"),
    choices=(
        ("page", gettext_noop("Shopee's page of consent")),
        (SIGNED, gettext_noop("The signed link (shop/auth_partner)")),
    ),
    hint=gettext_noop("The second one only where the first one is not found."),
)


def authorization_url(connection: Connection, *, state: str, return_url: str) -> str:
    credentials = Credentials.of(connection.credentials)
    if connection.options.get(LINK.name) == SIGNED:
        return _signed_url(connection.base_url, credentials, _with(return_url, state=state))
    query = {
        "partner_id": credentials.partner_id,
        "auth_type": "seller",
        "redirect_uri": return_url,
        "response_type": "code",
        "state": state,
    }
    return f"{_consent_page(connection.base_url)}?{urlencode(query)}"


def _signed_url(base_url: str, credentials: Credentials, redirect: str) -> str:
    """It has no state of its own, and dies five minutes after it was made."""
    now, path = int(time.time()), f"{signing.PREFIX}/shop/auth_partner"
    sign = signing.public(credentials.partner_key, partner_id=credentials.partner_id, path=path, timestamp=now)
    query = {"partner_id": credentials.partner_id, "timestamp": now, "sign": sign, "redirect": redirect}
    return f"{base_url}{path}?{urlencode(query)}"


def _with(url: str, **query: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


async def exchange(client: Client, connection: Connection, answer: Mapping[str, str]) -> Grant:
    """The browser came back with a code and a shop; or with a main account, which has several."""
    partner_id = int(Credentials.of(connection.credentials).partner_id)
    code, shop_id, main = answer.get("code", ""), answer.get("shop_id", ""), answer.get("main_account_id", "")
    if not code or not (shop_id or main).isdigit():
        raise Rejected(_("Shopee sent the browser back without code and shop: authorize again."))
    who = {"shop_id": int(shop_id)} if shop_id else {"main_account_id": int(main)}
    told = await client.get_token({"code": code, "partner_id": partner_id, **who})
    if not shop_id:
        shop_id = _only_shop(told, connection)
        # This first refresh token is good once for every shop, and gives each a pair of its own.
        told = await client.refresh_token(_refreshing(str(told.get("refresh_token", "")), shop_id, partner_id))
    return _grant(told, shop_id, authorized_until=await _authorized_until(client, shop_id))


async def refresh(client: Client, connection: Connection, refresh_token: str) -> Grant:
    if not (refresh_token and connection.shop_id):
        raise Unauthorized(_("The account is not connected yet: authorize it at the marketplace."))
    partner_id = int(Credentials.of(connection.credentials).partner_id)
    told = await client.refresh_token(_refreshing(refresh_token, connection.shop_id, partner_id))
    return _grant(told, connection.shop_id, authorized_until=await _authorized_until(client, connection.shop_id))


def _refreshing(refresh_token: str, shop_id: str, partner_id: int) -> dict[str, Any]:
    return {"refresh_token": refresh_token, "partner_id": partner_id, "shop_id": int(shop_id)}


def _only_shop(told: Mapping[str, Any], connection: Connection) -> str:
    shops = [str(shop) for shop in told.get("shop_id_list") or []]
    if connection.shop_id in shops:
        return connection.shop_id
    if len(shops) != 1:
        raise Rejected(_("This main account has several shops: authorize with the account of the shop itself."))
    return shops[0]


def _grant(told: Mapping[str, Any], shop_id: str, *, authorized_until: datetime | None) -> Grant:
    access, following, lifetime = told.get("access_token"), told.get("refresh_token"), number(told.get("expire_in"))
    if not (isinstance(access, str) and access and isinstance(following, str) and following and lifetime):
        raise Malformed(_("Shopee's answer holds no tokens."))
    until = lifetime if lifetime > INSTANTS_FROM else int(time.time()) + lifetime
    return Grant(
        access_token=access,
        expires_at=datetime.fromtimestamp(until, UTC),
        refresh_token=following,
        authorized_until=authorized_until,
        shop_id=shop_id,
    )


async def _authorized_until(client: Client, shop_id: str) -> datetime | None:
    """The seller chose 7 to 365 days. A pair that we hold is not lost because this could not be asked."""
    try:
        for page in range(1, PAGES + 1):
            told = await client.shops_by_partner(page=page)
            rows = told.get("authed_shop_list") or []
            for row in rows:
                if str(row.get("shop_id")) == shop_id:
                    return instant(row.get("expire_time"))
            if told.get("more") is not True:
                break
    except MarketplaceError:
        return None
    return None


def _consent_page(base_url: str) -> str:
    """Any other address is a simulator's, which has the page beside its API."""
    if base_url in PRODUCTION:
        return CONSENT
    return SANDBOX_CONSENT if SANDBOX_WORD in base_url else f"{base_url}/auth"
