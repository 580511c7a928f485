"""Plain data between the engine and connectors: where a poll got to, webhooks, tokens, lists."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from marketplaces.errors import Unauthorized
from orders.status import Status


class Access:
    """The account's access token, as long as it lives. This one is for accounts that have none."""

    async def token(self) -> str:
        """One that is good for the next minutes. Raises Unauthorized where a person has to connect the account."""
        raise Unauthorized(_("The account is not connected yet: authorize it at the marketplace."))

    async def renewed(self, refused: str) -> str:
        """Another one, after the marketplace refused `refused`; many may ask at once, and it is renewed once."""
        return await self.token()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A poller has yielded everything up to `at`: the next pull goes on from `cursor`, once all that is committed."""

    cursor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An order in the marketplace's list."""

    code: str
    status: Status | None  #: None where the list does not tell, or in a word that we do not know


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A call of the marketplace to us, as it came in."""

    body: bytes
    headers: Mapping[str, str]  #: names in lower case
    url: str  #: the address that the marketplace was told to call
    key: str = ""  #: what stood behind the channel's code in that address


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a genuine webhook says about sellers' authorizations."""

    shop_ids: tuple[str, ...]
    at: datetime  #: when the marketplace said so
    ended: str = ""  #: why it ended and what to do, in a sentence; "" where it has not
    ends_by: datetime | None = None  #: it ends before


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """What a genuine webhook asks us to look at."""

    codes: tuple[str, ...]  #: of orders; none where the message is about something else
    id: str = ""  #: the marketplace's own id of the message; "" where it has none
    shop_id: str = ""  #: whose orders, where one address serves several shops; "" for the account of the address
    notice: Notice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Tokens as the marketplace gave them."""

    access_token: str = field(repr=False)
    expires_at: datetime
    refresh_token: str = field(default="", repr=False)
    authorized_until: datetime | None = None  #: when the seller has to authorize again; None leaves what we know
    shop_id: str = ""
