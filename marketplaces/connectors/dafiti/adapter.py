"""Dafiti: one account is one OAuth application of a seller in Seller Center (GFG)."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime

import httpx
from django.utils.translation import gettext_noop

from marketplaces.adapter import Adapter, Connection, Fetched, Option, Outgoing
from marketplaces.advice import CancelsPackages, TakesReasons
from marketplaces.arranging import ArrangesShipping, Rule, Way
from marketplaces.capabilities import FetchesLabels, KeepsPushes, Subscription, TellsStock
from marketplaces.connectors.dafiti import (
    arranging,
    canceling,
    handing_over,
    labels,
    polling,
    reasons,
    stock,
    tokens,
    webhooks,
)
from marketplaces.connectors.dafiti.client import LIMITS, Client
from marketplaces.connectors.dafiti.credentials import CLASSIC, SIGNING, V2
from marketplaces.connectors.dafiti.lists import lists_of
from marketplaces.connectors.dafiti.live import Desk
from marketplaces.connectors.dafiti.telling import TELLINGS
from marketplaces.crossing import Grant, Listed, Reached, Ring, Webhook
from marketplaces.limits import Limiter
from orders.verbs import LabelFile

KINDS = {"CANCELED": reasons.CANCELED, "DELIVERY_FAILED": reasons.FAILED}


class Dafiti(Adapter, TellsStock, FetchesLabels, ArrangesShipping, KeepsPushes, TakesReasons, CancelsPackages):
    label = "Dafiti"
    base_url = "https://api.sellercenter.com.br"
    webhook_ends_with = "webhook_key"
    credential_fields = {
        "client_id": gettext_noop("Client ID (Seller Center, Integration Management, OAuth Applications)"),
        "client_secret": gettext_noop("Client secret of the same application"),
        "webhook_key": gettext_noop("Secret word for the webhook address: long, random, your own"),
        "classic_user": gettext_noop("User ID (e-mail) for the classic signature"),
        "classic_key": gettext_noop("API key for the classic signature"),
    }
    optional_credentials = ("webhook_key", "classic_user", "classic_key")
    options = (
        Option(
            name=SIGNING,
            label=gettext_noop("Signature of calls"),
            choices=(
                ("", gettext_noop("None")),
                (V2, gettext_noop("v2 (with the client secret)")),
                (CLASSIC, gettext_noop("Classic (with user ID and API key)")),
            ),
            hint=gettext_noop("Only where Dafiti asks for one."),
        ),
    )
    limits = LIMITS
    pull_name = "Dafiti polling"
    pull_seconds = 60.0  # what Dafiti recommends
    tells = tuple(TELLINGS)

    def __init__(self, connection: Connection, http: httpx.AsyncClient, limiter: Limiter) -> None:
        super().__init__(connection, http, limiter)
        self.client = Client(connection, http, limiter)
        lists = lists_of(connection.account_id, connection.base_url)
        self.desk = Desk(client=self.client, lists=lists, rule=connection.arranging)

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
        return await (telling.send(self.desk, update) if telling else super().push(update))

    async def is_applied(self, update: Outgoing) -> bool:
        return update.kind in TELLINGS and await TELLINGS[update.kind].is_known(self.desk, update)

    async def check(self) -> None:
        await self.client.one_order()

    def listed(self, since: datetime, until: datetime) -> AsyncGenerator[Listed, None]:
        return polling.placed(self.client, since, until)

    @classmethod
    def verify(cls, connection: Connection, webhook: Webhook) -> Ring:
        return webhooks.verify(connection, webhook)

    async def refresh(self, refresh_token: str) -> Grant:
        return await tokens.new(self.client)

    async def labels(self, update: Outgoing) -> Sequence[LabelFile]:
        return await labels.labels(self.desk, update)

    async def tell_stock(self, *, sku: str, quantity: int) -> bool:
        return await stock.tell(self.client, self.desk.lists.products, sku=sku, quantity=quantity)

    async def reasons(self, *, kind: str, code: str) -> Sequence[str]:
        return await reasons.offered(self.desk, KINDS[kind]) if kind in KINDS else ()

    async def canceled_together(self, code: str) -> Sequence[Mapping[str, int]]:
        return await canceling.together(self.desk, code)

    async def shipping_ways(self, code: str) -> Sequence[Way]:
        return await arranging.offered(self.desk, code)

    async def arranging_rules(self) -> Sequence[Rule]:
        return handing_over.rules()

    async def subscription(self) -> Subscription:
        return await webhooks.subscription(self.client, self.connection)

    async def subscribe(self, url: str) -> None:
        await webhooks.subscribe(self.client, self.connection, url)
