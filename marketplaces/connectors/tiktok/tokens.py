"""The seller's consent and the tokens it gives: seven days, then the next pair, as long as the authorization lasts."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from marketplaces.adapter import Connection
from marketplaces.connectors.tiktok.calls import the_shop
from marketplaces.connectors.tiktok.client import PRODUCTION, Client
from marketplaces.connectors.tiktok.credentials import Credentials
from marketplaces.connectors.tiktok.reading import instant
from marketplaces.crossing import Grant
from marketplaces.errors import Malformed, Rejected, Unauthorized

#: Of all countries but the United States.
CONSENT = "https://services.tiktokshop.com"
SELLER = 0


def authorization_url(connection: Connection, *, state: str) -> str:
    """Asked for by the service's id; where the browser comes back to is entered in Partner Center."""
    base = CONSENT if connection.base_url == PRODUCTION else connection.base_url
    query = {"service_id": Credentials.of(connection.credentials).service_id, "state": state}
    return f"{base}/open/authorize?{urlencode(query)}"


async def exchange(client: Client, connection: Connection, answer: Mapping[str, str]) -> Grant:
    """The browser came back with a code, good for half an hour and once; the shop is asked for with the new token."""
    if not (code := answer.get("code", "")):
        raise Rejected(_("TikTok Shop sent the browser back without a code: authorize again."))
    told = await client.first_tokens(code)
    if told.get("user_type", SELLER) != SELLER:
        raise Rejected(_("This was authorized by somebody who is no seller: authorize with the shop's own account."))
    shop = the_shop(await client.shops_of(_text(told, "access_token")), connection.shop_id)
    return _grant(told, str(shop["id"]))


async def refresh(client: Client, connection: Connection, refresh_token: str) -> Grant:
    """Both tokens are new; the old refresh token may have been used up."""
    if not refresh_token:
        raise Unauthorized(_("The account is not connected yet: authorize it at the marketplace."))
    try:
        told = await client.next_tokens(refresh_token)
    except Rejected as error:
        raise Unauthorized(error.detail) from error
    return _grant(told, connection.shop_id)


def _grant(told: Mapping[str, Any], shop_id: str) -> Grant:
    """The times that TikTok Shop calls expire_in are instants, not seconds that are left."""
    expires_at = instant(told.get("access_token_expire_in"))
    if expires_at is None:
        raise Malformed(_("TikTok Shop's answer holds no tokens."))
    return Grant(
        access_token=_text(told, "access_token"),
        expires_at=expires_at,
        refresh_token=_text(told, "refresh_token"),
        authorized_until=instant(told.get("refresh_token_expire_in")),
        shop_id=shop_id,
    )


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not value:
        raise Malformed(_("TikTok Shop's answer holds no tokens."))
    return value
