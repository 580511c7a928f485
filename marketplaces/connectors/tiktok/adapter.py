"""TikTok Shop: one account is one shop that authorized the app."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime

import httpx
from django.utils.translation import gettext_noop

from marketplaces.adapter import Adapter, Connection, Fetched, Outgoing
from marketplaces.advice import TakesReasons
from marketplaces.arranging import ArrangesShipping, Rule, Way
from marketplaces.capabilities import FetchesLabels, KeepsPushes, LabelFile, Subscription
from marketplaces.connectors.tiktok import (
    canceling,
    labeling,
    offering,
    polling,
    reasons,
    subscribing,
    tokens,
    webhooks,
)
from marketplaces.connectors.tiktok.calls import the_shop
from marketplaces.connectors.tiktok.client import LIMITS, PRODUCTION, Client
from marketplaces.connectors.tiktok.live import look
from marketplaces.connectors.tiktok.telling import TELLINGS
from marketplaces.crossing import Grant, Listed, Reached, Ring, Webhook
from marketplaces.limits import Limiter


class TikTokShop(Adapter, ArrangesShipping, FetchesLabels, TakesReasons, KeepsPushes):
    label = "TikTok Shop"
    base_url = PRODUCTION
    credential_fields = {
        "service_id": gettext_noop("Service ID of the app (Partner Center, the app's page); it is not the app key"),
        "app_key": gettext_noop("App key (Partner Center, the app's page)"),
        "app_secret": gettext_noop("App secret (Partner Center, the app's page); it signs calls and webhooks"),
    }
    limits = LIMITS
    begins_elsewhere = True
    pull_name = "TikTok Shop polling"
    pull_seconds = 60.0
    tells = tuple(TELLINGS)
    print_window = gettext_noop("TikTok Shop's labels are printed until the carrier has collected the parcel.")

    def __init__(self, connection: Connection, http: httpx.AsyncClient, limiter: Limiter) -> None:
        super().__init__(connection, http, limiter)
        self.client = Client(connection, http, limiter)

    async def fetch(self, cursor: str) -> AsyncIterator[Fetched | Reached]:
        async with aclosing(polling.orders(self.client, cursor)) as orders:
            async for fetched in orders:
                yield fetched

    def parse(self, raw: str, *, seen_at: datetime) -> Fetched:
        return polling.read(raw.encode(errors="replace"), seen_at)

    async def read(self, code: str) -> Fetched:
        return await polling.order(self.client, code)

    async def push(self, update: Outgoing) -> str:
        telling = TELLINGS.get(update.kind)
        return await (telling.send(self.client, update) if telling else super().push(update))

    async def is_applied(self, update: Outgoing) -> bool:
        return update.kind in TELLINGS and await TELLINGS[update.kind].is_known(self.client, update)

    async def labels(self, update: Outgoing) -> Sequence[LabelFile]:
        return await labeling.labels(self.client, update)

    async def shipping_ways(self, code: str) -> Sequence[Way]:
        return await offering.ways(self.client, code)

    async def arranging_rules(self) -> Sequence[Rule]:
        return offering.rules()

    async def subscription(self) -> Subscription:
        return await subscribing.subscription(self.client)

    async def subscribe(self, url: str) -> None:
        await subscribing.subscribe(self.client, url)

    async def reasons(self, *, kind: str, code: str) -> Sequence[str]:
        if kind != "CANCELED":
            return ()
        return [reasons.label(name) for name in await canceling.eligible(self.client, await look(self.client, code))]

    async def check(self) -> None:
        the_shop(await self.client.shops(), self.connection.shop_id)

    def listed(self, since: datetime, until: datetime) -> AsyncGenerator[Listed, None]:
        return polling.placed(self.client, since, until)

    @classmethod
    def verify(cls, connection: Connection, webhook: Webhook) -> Ring:
        return webhooks.verify(connection, webhook)

    @classmethod
    def authorization_url(cls, connection: Connection, *, state: str, return_url: str) -> str:
        """`return_url` is entered in Partner Center; the address has no place for it."""
        return tokens.authorization_url(connection, state=state)

    async def exchange(self, answer: Mapping[str, str]) -> Grant:
        return await tokens.exchange(self.client, self.connection, answer)

    async def refresh(self, refresh_token: str) -> Grant:
        return await tokens.refresh(self.client, self.connection, refresh_token)
