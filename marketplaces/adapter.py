"""The interface that every connector implements, and the plain data that crosses it. No ORM passes through."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, TypeVar

import httpx
from django.utils.translation import gettext as _

from marketplaces.crossing import Access, Grant, Listed, Reached, Ring, Webhook
from marketplaces.errors import Unauthorized, Unsupported
from marketplaces.limits import Limiter
from orders.snapshot import Fulfillment, OrderSnapshot

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """An account as a connector sees it."""

    account_id: int
    channel_code: str
    base_url: str  #: without a slash at the end
    credentials: dict[str, str] = field(repr=False)
    production: bool  #: False where test orders are allowed
    shop_id: str = ""  #: the marketplace's own number of the shop, once it told us
    options: Mapping[str, str] = field(default_factory=dict)  #: how the account differs, as a person chose
    access: Access = field(default_factory=Access, repr=False)
    arranging: Mapping[str, str] = field(default_factory=dict)  #: the account's rule (arranging.py); may be empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A choice that an account's form offers; labels and words are English, for gettext."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...]  #: value and words; the first one counts where nothing was chosen
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One order as it came in: read (`snapshot`) or unreadable (`problem`, which goes to quarantine)."""

    raw: str  #: the body as received
    external_id: str  #: the order's code as far as it could be made out; "" otherwise
    snapshot: OrderSnapshot | None = None
    problem: str = ""  #: why it could not be read: field and reason
    receipt: str = ""  #: what acknowledges it; "" where there is nothing to acknowledge


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFact:
    access_key: str
    number: str
    series: str
    issued_at: datetime | None
    volumes: int | None
    xml: str = field(default="", repr=False)  #: the NF-e itself, where we have it and the update is INVOICED


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentFact:
    tracking_code: str
    carrier: str
    method: str
    tracking_url: str
    shipped_at: datetime
    items: tuple[tuple[str, int], ...]  #: (SKU, units)
    hand_over: int = 1  #: 1 for the order's first shipment, 2 for its second


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One update to tell: everything a connector may need, read before the call."""

    update_id: int  #: one fact, for ever: sent as idempotency key where a marketplace takes one
    kind: str  #: ChannelUpdate.Kind
    code: str  #: the order's
    remote_code: str
    approved_at: datetime | None
    invoice: InvoiceFact | None = None
    shipment: ShipmentFact | None = None
    delivered_at: datetime | None = None
    at: datetime  #: when the fact was recorded
    reason: str = ""
    shipping_complete: bool = True  #: with this shipment every unit has left
    fulfillment: str = Fulfillment.SELLER
    tags: tuple[str, ...] = ()  #: the order's, as the connector's own mapping gave them
    choice: Mapping[str, str] = field(default_factory=dict)  #: how shipping is arranged; empty: by the account's rule
    partial: bool = False  #: a cancellation of some units, not of the order
    #: (SKU, units) that are not to be fulfilled, this cancellation and earlier ones of whoever together.
    canceled: tuple[tuple[str, int], ...] = ()
    taken: bool = False  #: the last answer was that it is taken, and decided later (errors.NotReady)
    parts: tuple[str, ...] = ()  #: those that the marketplace took in earlier attempts, in the connector's own words
    begun: bool = False  #: of a label: an earlier attempt was taken (NotReady.taken), or nobody knows whether it was


class Adapter(ABC):
    """One account at one marketplace. Everything raises only marketplaces.errors."""

    label: ClassVar[str]
    base_url: ClassVar[str]  #: production's
    credential_fields: ClassVar[dict[str, str]]  #: name → what to write there, as people are asked for it
    webhook_ends_with: ClassVar[str] = ""  #: the credential at the end of its webhook address
    optional_credentials: ClassVar[Collection[str]] = ()  #: as the second key while one replaces the other
    options: ClassVar[Collection["Option"]] = ()  #: what the seller decides for each account
    limits: ClassVar[dict[str, float]]  #: bucket → calls a second, as the marketplace documents them
    pull_name: ClassVar[str]  #: what operators call its pull: beat's entry has this name
    pull_seconds: ClassVar[float] = 60.0  #: from one pull to the next, where PULL_SECONDS says nothing else
    begins_elsewhere: ClassVar[bool] = False  #: sellers may also begin at the marketplace, and come back without state
    #: How many `fetch` iterators may run side by side, and acknowledgements beside them. They share one queue: the
    #: first iterator that ends, ends them all.
    fetchers: ClassVar[int] = 1
    readers: ClassVar[int] = 4  #: how many `read` calls may run side by side
    tells: ClassVar[Collection[str]] = ()  #: ChannelUpdate.Kinds that `push` has a call for

    def __init__(self, connection: Connection, http: httpx.AsyncClient, limiter: Limiter) -> None:
        self.connection = connection
        self.http = http
        self.limiter = limiter

    @abstractmethod
    def fetch(self, cursor: str) -> AsyncIterator[Fetched | Reached]:
        """Yield orders as the marketplace sees them now, until there are none; an outage raises Unavailable.

        A queue ignores `cursor`. A poller goes on from it ("" the first time), window by window (windows.py), and
        yields Reached after each: what is broken off in between is fetched again.
        """

    async def acknowledge(self, receipt: str) -> None:
        """Tell a queue that this is committed here. Acknowledging twice is no error. Pollers have nothing to tell."""
        return

    @abstractmethod
    def parse(self, raw: str, *, seen_at: datetime) -> Fetched:
        """Read a stored body again, as `fetch` read it at `seen_at`: what is replayed from quarantine. Never raises."""

    @abstractmethod
    async def read(self, code: str) -> Fetched:
        """Read one order, for read-back and reconciling. Raises Rejected when it does not exist."""

    async def push(self, update: Outgoing) -> str:
        """Tell one update; the answer is a short text for the attempt log. Raises Unsupported by default."""
        raise Unsupported(_("%(marketplace)s has no call for this.") % {"marketplace": self.label})

    @abstractmethod
    async def is_applied(self, update: Outgoing) -> bool:
        """Read back: does the marketplace know this fact already? Asked before an unknown outcome is repeated."""

    @abstractmethod
    async def check(self) -> None:
        """The cheapest call that proves address and credentials."""

    def listed(self, since: datetime, until: datetime) -> AsyncGenerator[Listed, None]:
        """Orders placed in this time as the marketplace lists them, newest first: reconciling finds what we lack."""
        raise NotImplementedError

    @classmethod
    def verify(cls, connection: Connection, webhook: Webhook) -> Ring:
        """What a webhook asks for, without any call. Raises NotGenuine (signature.py helps); never trusts the body."""
        raise NotImplementedError

    @classmethod
    def authorization_url(cls, connection: Connection, *, state: str, return_url: str) -> str:
        """Where the seller allows us in; the browser comes back to `return_url` with `state` in its query."""
        raise NotImplementedError

    async def exchange(self, answer: Mapping[str, str]) -> Grant:
        """The first tokens, for the query with which the seller's browser came back."""
        raise NotImplementedError

    async def refresh(self, refresh_token: str) -> Grant:
        """New tokens; `refresh_token` is "" where there was none yet. Unauthorized: a person must connect it again."""
        raise NotImplementedError

    async def with_token(self, call: Callable[[str], Awaitable[T]]) -> T:
        """`call` with the access token; once more with a new one when it is refused."""
        token = await self.connection.access.token()
        try:
            return await call(token)
        except Unauthorized:
            return await call(await self.connection.access.renewed(token))

    @classmethod
    def overrides(cls, name: str) -> bool:
        """Does this connector have the optional method?"""
        return any(name in vars(base) for base in cls.__mro__ if base not in Adapter.__mro__)


def text(value: Any) -> str:
    """What a marketplace wrote, as stripped text; None is ""."""
    return "" if value is None else str(value).strip()
