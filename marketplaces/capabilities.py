"""What some marketplaces can do besides orders: each capability is a base class that an adapter may add.

Screens, tasks and commands ask `capable` first, so nothing is offered that a marketplace has no call for. All methods
raise marketplaces.errors, and run on marketplaces.loop like the adapter's own.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext as _

from marketplaces import registry
from marketplaces.adapter import Outgoing
from marketplaces.crossing import Ring
from marketplaces.errors import Rejected
from orders.verbs import LabelFile as LabelFile  # connectors take it from here


def capable(capability: type) -> list[str]:
    """Names of the connectors that have it."""
    return [name for name in registry.CONNECTORS if issubclass(registry.adapter_class(name), capability)]


class TellsStock(ABC):
    @abstractmethod
    async def tell_stock(self, *, sku: str, quantity: int) -> bool:
        """Units that may be sold now, zero or more; False where the account does not sell this SKU."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStatus:
    """A status as this account calls it."""

    code: str
    label: str
    type: str


class KeepsStatuses(ABC):
    """The account has a list of statuses of its own, which people may extend."""

    @abstractmethod
    async def list_statuses(self) -> Sequence[AccountStatus]: ...

    @abstractmethod
    async def status_types(self) -> Sequence[str]: ...

    @abstractmethod
    async def create_status(self, status: AccountStatus) -> None: ...

    @abstractmethod
    async def change_status(self, status: AccountStatus) -> None:
        """Label and type; the code never changes."""


#: Name of the account's option.
LABEL_FORMAT = "label_format"


class FetchesLabels(ABC):
    """The marketplace makes a label for each package once its shipment is arranged."""

    #: Until when it may be printed, as the marketplace documents it, in a sentence (gettext_noop); "" where nothing is.
    print_window: ClassVar[str] = ""
    #: What an account may choose between: the connector's own word → what people read (gettext_noop). Chosen is
    #: `connection.options[LABEL_FORMAT]`; nothing is offered where there are fewer than two.
    label_formats: ClassVar[Mapping[str, str]] = {}

    @abstractmethod
    async def labels(self, update: Outgoing) -> Sequence[LabelFile]:
        """All documents of the order, at least one, with the carrier's tracking codes. Asked again until there are.

        Calls that were made by an earlier attempt may be found done. Raises NotReady while the marketplace has none
        yet, and Unsupported, saying why, where the order gets none (any more). Never asked whether it `is_applied`.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What the marketplace sends webhooks about, and how it judges our answers."""

    url: str  #: where it sends them; "" where nowhere
    state: str  #: in a sentence
    problem: str = ""  #: what is wrong and what to do about it, in sentences; "" when all is well
    missing: tuple[str, ...] = ()  #: what it does not send and should, in words


class KeepsPushes(ABC):
    """Webhooks are subscribed to by calls, and can be looked at."""

    @abstractmethod
    async def subscription(self) -> Subscription: ...

    @abstractmethod
    async def subscribe(self, url: str) -> None:
        """Have everything that we heed sent to `url`, for this account's shop too. Repeating it mends what is off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LostPushes:
    """The oldest webhooks that did not reach us, at most a page."""

    bodies: tuple[bytes, ...]  #: as they would have come
    receipt: str  #: confirms all of them
    more: bool


class RecoversPushes(ABC):
    """The marketplace keeps webhooks that it could not deliver."""

    @abstractmethod
    async def lost_pushes(self) -> LostPushes:
        """The same page again until it is confirmed."""

    @abstractmethod
    async def confirm_lost_pushes(self, receipt: str) -> None: ...

    @abstractmethod
    def read_push(self, body: bytes) -> Ring:
        """What a recovered message asks for. It came over a call of ours, so it proves nothing itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelOrder:
    """An order that waits for a label or for its collection."""

    remote_code: str
    buyer: str
    amount: Decimal | None
    kind: str = ""  #: whose labels: only orders of one kind go into a group


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelGroup:
    """Labels that are printed and handed over together (a PLP)."""

    id: str
    kind: str
    expires: date | None
    remote_codes: tuple[str, ...]


class PrintsLabels(ABC):
    """The marketplace ships: orders are grouped, their labels printed, their collection confirmed."""

    largest_group: int

    @abstractmethod
    async def orders_to_group(self) -> Sequence[LabelOrder]: ...

    @abstractmethod
    async def group(self, remote_codes: Sequence[str]) -> str:
        """The new group's id. At most `largest_group` orders, all of one kind."""

    @abstractmethod
    async def label_groups(self) -> Sequence[LabelGroup]: ...

    @abstractmethod
    async def label_pdf(self, group_id: str) -> bytes: ...

    @abstractmethod
    async def ungroup(self, group_id: str) -> None: ...

    @abstractmethod
    async def orders_to_collect(self) -> Sequence[LabelOrder]: ...

    @abstractmethod
    async def confirm_collection(self, remote_codes: Sequence[str]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LateError:
    """An update that was accepted and failed afterwards, on its way to the shop."""

    order_code: str
    message: str
    reference: tuple[tuple[str, str], ...]  #: what names it to the marketplace


class ReportsLateErrors(ABC):
    @abstractmethod
    async def late_errors(self) -> Sequence[LateError]:
        """All that are open."""

    @abstractmethod
    async def dismiss(self, errors: Sequence[LateError]) -> None:
        """A person has dealt with them. Dismissing twice is no error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialOrder:
    sku: str
    quantity: int
    unit_price: Decimal
    buyer_name: str


class MakesTrialOrders(ABC):
    """Homologation accounts can order from themselves. Both refuse production accounts before any call."""

    @abstractmethod
    async def create_trial_order(self, order: TrialOrder) -> None:
        """It comes in as every order does."""

    @abstractmethod
    async def approve_trial_order(self, code: str) -> None:
        """Pay it."""


def refuse_production(*, production: bool) -> None:
    """Raises Rejected for a production account."""
    if production:
        raise Rejected(_("This is a production account: test orders are possible only in homologation accounts."))
