"""The app's push configuration: one address for all its shops, what is sent to it, how Shopee judges the answers."""

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from marketplaces.adapter import Connection
from marketplaces.capabilities import LostPushes, Subscription
from marketplaces.connectors.shopee.client import Client
from marketplaces.connectors.shopee.reading import instant
from marketplaces.errors import MarketplaceError, Rejected
from marketplaces.values import listed, number, text

#: Codes that we heed.
WANTED = {
    1: gettext_noop("authorization given"),
    2: gettext_noop("authorization canceled"),
    3: gettext_noop("order status"),
    4: gettext_noop("tracking number"),
    12: gettext_noop("authorization that ends soon"),
    15: gettext_noop("label"),
    30: gettext_noop("package status"),
    47: gettext_noop("package changed"),
}
#: set_app_push_config is documented for codes up to this one; those beyond may have to be switched on in the Console.
DOCUMENTED = 13
STATES = {
    "normal": gettext_noop("Shopee sends webhooks as it should."),
    "warning": gettext_noop("Shopee warns: fewer than 70 % of its webhooks were answered."),
    "suspended": gettext_noop("Shopee has stopped sending webhooks: fewer than 30 % of them were answered."),
}
REMEDIES = {
    "warning": gettext_noop(
        "Look why this server does not answer within three seconds: below 30 % Shopee stops sending for good."
    ),
    "suspended": gettext_noop(
        "What happened meanwhile is never sent; orders are found by polling. Mend the cause, then set the webhooks up "
        "again."
    ),
}


async def look(client: Client, connection: Connection) -> Subscription:
    told = await client.push_config()
    url, word = text(told.get("callback_url"), most=500), text(told.get("live_push_status")).casefold()
    on = {number(code) for code in listed(told.get("push_config_on_list"))}
    if not url:
        return Subscription(
            url="", state=_("No address is set at Shopee: it sends no webhooks, orders come by polling.")
        )
    state = _(STATES[word]) if word in STATES else _("Shopee says: %(word)s") % {"word": word or "–"}
    if word == "suspended" and (since := instant(told.get("suspended_time"))):
        state = _("%(state)s (since %(at)s)") % {"state": state, "at": f"{localtime(since):%d/%m/%Y %H:%M}"}
    return Subscription(
        url=url,
        state=state,
        problem=_problem(word, state, blocked=connection.shop_id in _blocked(told)),
        missing=tuple(_(words) for code, words in WANTED.items() if code not in on),
    )


async def subscribe(client: Client, connection: Connection, url: str) -> None:
    """Shopee calls `url` before it answers. Codes beyond the documented ones are asked for where it offers them."""
    told = await client.push_config()
    blocked = _blocked(told)
    left = [int(shop) for shop in blocked if shop != connection.shop_id] if connection.shop_id in blocked else None
    documented = [code for code in WANTED if code <= DOCUMENTED]
    try:
        await client.set_push_config(callback_url=url, on=documented, blocked=left)
    except Rejected as error:
        raise _meaning(error, url) from error
    off = {number(code) for code in listed(told.get("push_config_off_list"))}
    if offered := [code for code in WANTED if code > DOCUMENTED and code in off]:
        with suppress(Rejected):
            await client.set_push_config(callback_url=url, on=offered)


async def lost(client: Client) -> LostPushes:
    """Each row's `data` is the whole message as text."""
    told = await client.lost_pushes()
    rows = [row for row in listed(told.get("push_message_list")) if isinstance(row, dict)]
    bodies = tuple(_message(row.get("data")) for row in rows)
    return LostPushes(
        bodies=bodies, receipt=str(number(told.get("last_message_id"))), more=told.get("has_next_page") is True
    )


def _message(data: object) -> bytes:
    """As it was sent; an object where it was not written as text."""
    return (data if isinstance(data, str) else json.dumps(data)).encode(errors="replace")


def _problem(word: str, state: str, *, blocked: bool) -> str:
    found = [f"{state} {_(REMEDIES[word])}"] if word in REMEDIES else []
    if blocked:
        found.append(_("Shopee sends nothing about this shop: it is blocked. Set the webhooks up again."))
    return " ".join(found)


def _blocked(told: dict[str, Any]) -> Sequence[str]:
    return [text(shop) for shop in listed(told.get("blocked_shop_id"))]


def _meaning(error: Rejected, url: str) -> MarketplaceError:
    """One code for all that can be wrong with an address."""
    words = error.detail.casefold()
    if "3 seconds" in words:
        sentence = _("Shopee called %(url)s and got no answer within three seconds: can it be reached from outside?")
    elif "not 2xx" in words:
        sentence = _(
            "Shopee called %(url)s and was turned away: compare address and push partner key with the Console."
        )
    else:
        return error
    return Rejected(f"{sentence % {'url': url}} ({error.detail})", code=error.code)
