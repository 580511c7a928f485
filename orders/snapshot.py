"""An order as a marketplace sees it at one moment: the one shape every connector maps to."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from orders.status import Status

ZERO = Decimal("0.00")


class Fulfillment(StrEnum):
    """Who does the work of an order."""

    SELLER = "SELLER"  #: we invoice and ship
    MARKETPLACE_SHIPS = "MARKETPLACE_SHIPS"  #: we invoice; the marketplace's carrier drives shipped and delivered
    MARKETPLACE = "MARKETPLACE"  #: the marketplace's warehouse; not ours to invoice or ship


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    name: str = ""
    document: str = ""  #: CPF (11) or CNPJ (14), without punctuation; "" when unknown
    email: str = ""
    phones: tuple[str, ...] = ()
    state_registration: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    recipient: str = ""
    street: str = ""
    number: str = ""
    complement: str = ""
    reference: str = ""
    neighborhood: str = ""
    city: str = ""
    state: str = ""  #: UF, two letters; as told when it is none
    country: str = "BR"  #: ISO 3166 alpha-2
    postcode: str = ""  #: CEP, eight digits
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    line: str  #: identifies the line within its order, for ever (marketplace's line id, or the SKU)
    sku: str
    name: str = ""
    quantity: int
    unit_price: Decimal  #: what the buyer pays for one unit, after the item's own discount
    list_price: Decimal | None = None
    parent_sku: str = ""
    shipped: int = 0  #: units, as the channel counts them; 0 where it keeps no count
    canceled: int = 0
    returned: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    method: str = ""
    amount: Decimal = ZERO
    installments: int | None = None
    status: str = ""
    paid_at: datetime | None = None
    authorization: str = ""
    card_issuer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceSeen:
    """An NF-e that the channel already knows."""

    access_key: str
    issued_at: datetime | None = None
    refused: str = ""  #: why it counts as missing all the same, and what to do about it


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """A hand-over that the channel already knows. Its presence does not mean shipped."""

    code: str
    carrier: str = ""
    method: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRequest:
    """The buyer asks to cancel; the seller answers before the deadline or the marketplace decides."""

    requested_at: datetime
    reason: str = ""
    answer_by: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSnapshot:
    code: str  #: unique in its channel, exactly as the marketplace writes it
    status: Status | None  #: None when the channel's word is unknown to us: such a snapshot never moves an order
    channel_status: str  #: the channel's own word, shown to people
    updated_at: datetime  #: the marketplace's clock: what makes one snapshot newer than another
    seen_at: datetime  #: when we asked for it: orders two snapshots with one `updated_at`
    placed_at: datetime
    remote_code: str = ""  #: the buyer-facing number, where it differs from `code`
    storefront: str = ""  #: the shop inside the marketplace ("Submarino")
    approved_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    canceled_at: datetime | None = None
    ship_by: datetime | None = None
    deliver_by: datetime | None = None
    hold_until: datetime | None = None
    needs_arranging: bool = False  #: the channel is asked how the parcel is handed over before it leaves
    pickup_failed: bool = False  #: the carrier came, or not, and did not take it: to be arranged once more
    total: Decimal
    shipping_cost: Decimal = ZERO
    discount: Decimal = ZERO
    interest: Decimal = ZERO
    fulfillment: Fulfillment = Fulfillment.SELLER
    carrier: str = ""
    shipping_method: str = ""
    masked: bool = False  #: buyer and addresses are withheld, masked or placeholders
    buyer: Buyer = field(default_factory=Buyer)
    shipping_address: Address = field(default_factory=Address)
    billing_address: Address = field(default_factory=Address)
    items: tuple[Item, ...]
    payments: tuple[Payment, ...] = ()
    invoices: tuple[InvoiceSeen, ...] = ()
    trackings: tuple[Tracking, ...] = ()
    cancel_request: CancelRequest | None = None
    tags: tuple[str, ...] = ()
    fraud_risk: bool = False  #: the channel suspects the payment: nothing ships before a person releases it
    message_id: str = ""  #: the stored raw message this was read from

    @property
    def expected_total(self) -> Decimal:
        """What the parts add up to: items + shipping + interest - discount."""
        items = sum((item.unit_price * item.quantity for item in self.items), ZERO)
        return items + self.shipping_cost + self.interest - self.discount
