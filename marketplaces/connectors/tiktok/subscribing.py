"""Webhooks are subscribed to for each shop and each kind of event."""

from collections import Counter

from django.utils.translation import gettext as _

from marketplaces.capabilities import Subscription
from marketplaces.connectors.tiktok.client import Client
from marketplaces.connectors.tiktok.webhooks import EVENTS


async def subscription(client: Client) -> Subscription:
    """Where most of what we heed is sent to; what is sent elsewhere or nowhere is missing."""
    told = await client.webhooks()
    addresses = Counter(told[event] for event in EVENTS if told.get(event))
    url = addresses.most_common(1)[0][0] if addresses else ""
    missing = tuple(event for event in EVENTS if not url or told.get(event) != url)
    state = _("TikTok Shop sends %(count)s of %(all)s kinds of webhooks.") % {
        "count": len(EVENTS) - len(missing),
        "all": len(EVENTS),
    }
    return Subscription(url=url, state=state, missing=missing)


async def subscribe(client: Client, url: str) -> None:
    for event in EVENTS:
        await client.set_webhook(event, url)
