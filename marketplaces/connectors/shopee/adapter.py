"""Shopee: one account is one shop that authorized the app."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime

import httpx
from django.utils.translation import gettext_noop

from marketplaces.adapter import Adapter, Connection, Fetched, Outgoing
from marketplaces.arranging import ArrangesShipping, Rule, Way
from marketplaces.capabilities import (
    LABEL_FORMAT,
    FetchesLabels,
    KeepsPushes,
    LabelFile,
    LostPushes,
    RecoversPushes,
    Subscription,
)
from marketplaces.catalog import Product, TellsListedStock
from marketplaces.connectors.shopee import (
    documents,
    invoicing,
    labeling,
    offering,
    polling,
    pushes,
    stocking,
    subscription,
    tokens,
)
from marketplaces.connectors.shopee.client import LARGEST_BATCH, LIMITS, Client
from marketplaces.connectors.shopee.telling import TELLINGS
from marketplaces.crossing import Grant, Listed, Reached, Ring, Webhook
from marketplaces.errors import Rejected
from marketplaces.limits import Limiter


class Shopee(Adapter, FetchesLabels, KeepsPushes, RecoversPushes, ArrangesShipping, TellsListedStock):
    label = "Shopee"
    base_url = "https://openplatform.shopee.com.br"
    credential_fields = {
        "partner_id": gettext_noop("Partner ID of the app (Console, App Management)"),
        "partner_key": gettext_noop("Partner key of the app: live, or test for the sandbox"),
        "push_key": gettext_noop("Push partner key (Console, Push Mechanism); several with a comma between them"),
    }
    limits = LIMITS
    pull_name = "Shopee polling"
    pull_seconds = 60.0
    largest_batch = LARGEST_BATCH
    tells = tuple(TELLINGS)
    options = (invoicing.PATH, tokens.LINK)
    print_window = gettext_noop("Shopee's labels are printed until the carrier has collected the parcel.")
    label_formats = documents.FORMATS

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
        wanted = self.connection.options.get(LABEL_FORMAT, documents.NORMAL)
        return await labeling.labels(self.client, update, wanted=wanted)

    async def check(self) -> None:
        await self.client.shop_info()

    def listed(self, since: datetime, until: datetime) -> AsyncGenerator[Listed, None]:
        return polling.placed(self.client, since, until)

    async def subscription(self) -> Subscription:
        return await subscription.look(self.client, self.connection)

    async def subscribe(self, url: str) -> None:
        await subscription.subscribe(self.client, self.connection, url)

    async def lost_pushes(self) -> LostPushes:
        return await subscription.lost(self.client)

    async def confirm_lost_pushes(self, receipt: str) -> None:
        await self.client.confirm_lost_pushes(int(receipt))

    def read_push(self, body: bytes) -> Ring:
        return pushes.ring(body)

    @classmethod
    def verify(cls, connection: Connection, webhook: Webhook) -> Ring:
        return pushes.verify(connection, webhook)

    @classmethod
    def authorization_url(cls, connection: Connection, *, state: str, return_url: str) -> str:
        return tokens.authorization_url(connection, state=state, return_url=return_url)

    async def exchange(self, answer: Mapping[str, str]) -> Grant:
        return await tokens.exchange(self.client, self.connection, answer)

    async def refresh(self, refresh_token: str) -> Grant:
        return await tokens.refresh(self.client, self.connection, refresh_token)

    async def shipping_ways(self, code: str) -> Sequence[Way]:
        return await offering.ways(self.client, code)

    async def arranging_rules(self) -> Sequence[Rule]:
        return await offering.rules(self.client)

    def products(self, since: datetime | None) -> AsyncGenerator[Sequence[Product], None]:
        return stocking.products(self.client, since)

    async def tell_listed_stock(self, product: str, units: Mapping[str, int]) -> Mapping[str, Rejected]:
        return await stocking.tell(self.client, product, units)
