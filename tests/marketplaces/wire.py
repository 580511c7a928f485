"""An adapter on a wire that a test holds the other end of: no sockets, no waiting."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx

from marketplaces import registry
from marketplaces.adapter import Adapter, Connection, InvoiceFact, Outgoing, ShipmentFact
from marketplaces.crossing import Access
from marketplaces.limits import Limiter
from tests.factories import make_access_key, make_nfe_xml

Answer = Callable[[httpx.Request], httpx.Response]
#: Adapters remember things per account, so no two tests share one.
_account_ids = count(1)


class Turns(Limiter):
    """Never waits; remembers whose turn it was."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.rests: list[tuple[str, float]] = []

    async def take(self, bucket: str) -> None:
        self.taken.append(bucket)

    async def rest(self, bucket: str, *, seconds: float) -> None:
        self.rests.append((bucket, seconds))


class Tokens(Access):
    """A first access token, and another one whenever one was refused."""

    def __init__(self) -> None:
        self.given = 1

    async def token(self) -> str:
        return f"access-token-{self.given}"

    async def renewed(self, refused: str) -> str:
        self.given += refused == await self.token()
        return await self.token()


def make_adapter(connector: str, answer: Answer, *, credentials: dict[str, str], turns: Turns | None = None) -> Adapter:
    connection = Connection(
        account_id=next(_account_ids),
        channel_code="channel",
        base_url="https://marketplace.example.com",
        credentials=credentials,
        production=False,
        shop_id="700001",
        access=Tokens(),
    )
    transport = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return registry.adapter_class(connector)(connection, transport, turns or Turns())


def make_update(kind: str, **fields: Any) -> Outgoing:
    """An update of a paid order of one unit, as the engine hands it to a connector."""
    now = datetime.now(UTC)
    key = make_access_key()
    invoice = InvoiceFact(
        access_key=key,
        number="1",
        series="1",
        issued_at=now - timedelta(hours=2),
        volumes=None,
        xml=make_nfe_xml(key).decode(),
    )
    return Outgoing(
        **{
            "update_id": 1,
            "kind": kind,
            "code": "Lojas Americanas-281000000101",
            "remote_code": "281000000101",
            "approved_at": now - timedelta(hours=3),
            "invoice": invoice,
            "shipment": make_shipment() if kind == "SHIPPED" else None,
            "delivered_at": now - timedelta(minutes=5) if kind == "DELIVERED" else None,
            "at": now - timedelta(minutes=1),
            "reason": "",
            "shipping_complete": kind == "SHIPPED",
            **fields,
        }
    )


def make_shipment(**fields: Any) -> ShipmentFact:
    return ShipmentFact(
        **{
            "tracking_code": "AA000000001BR",
            "carrier": "Correios",
            "method": "SEDEX",
            "tracking_url": "https://rastreio.example.com/AA000000001BR",
            "shipped_at": datetime.now(UTC) - timedelta(hours=1),
            "items": (("CAMISA-P-AZUL", 1),),
            **fields,
        }
    )
