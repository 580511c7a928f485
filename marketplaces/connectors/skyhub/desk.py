"""What SkyHub offers besides orders: stock, statuses, labels of B2W Entrega, late errors, test orders."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from marketplaces.adapter import Adapter
from marketplaces.capabilities import (
    AccountStatus,
    KeepsStatuses,
    LabelGroup,
    LabelOrder,
    LateError,
    MakesTrialOrders,
    PrintsLabels,
    ReportsLateErrors,
    TellsStock,
    TrialOrder,
    refuse_production,
)
from marketplaces.connectors.skyhub.b2w import B2W, LARGEST_GROUP
from marketplaces.connectors.skyhub.client import Client
from marketplaces.connectors.skyhub.reading import amount
from marketplaces.connectors.skyhub.statuses import DEFAULT_CODES
from marketplaces.errors import Malformed, Rejected
from marketplaces.values import listed, text
from orders.status import Status

#: The category of writes to an order that the shop behind SkyHub did not take (query-synchronization-errors).
ORDER_ERRORS = "sync_order_skyhub_to_mtkp"
REFERENCE = ("entity_id", "error_category_code", "error_code")
#: The protocol's own example sells at this shop.
TRIAL_SHOP = "Submarino"
TRIAL_ADDRESS = {
    "street": "Rua de Teste",
    "number": "130",
    "detail": "",
    "neighborhood": "Centro",
    "city": "São Paulo",
    "region": "SP",
    "country": "BR",
    "postcode": "01001000",
}


class Desk(TellsStock, KeepsStatuses, PrintsLabels, ReportsLateErrors, MakesTrialOrders, Adapter):
    """The half of the adapter that the queue and the outbox do not need."""

    client: Client
    b2w: B2W
    largest_group = LARGEST_GROUP

    async def tell_stock(self, *, sku: str, quantity: int) -> bool:
        """What is sold may be a product or a variation of one; the account knows, we do not."""
        for resource in ("product", "variation"):
            try:
                await self.client.set_quantity(resource, sku, quantity)
            except Rejected as refused:
                if refused.code != "404":
                    raise
            else:
                return True
        return False

    async def list_statuses(self) -> Sequence[AccountStatus]:
        return [
            AccountStatus(code=text(row.get("code")), label=text(row.get("label")), type=text(row.get("type")))
            for row in _objects(await self.client.statuses())
        ]

    async def status_types(self) -> Sequence[str]:
        return [text(word) for word in await self.client.status_types() if text(word)]

    async def create_status(self, status: AccountStatus) -> None:
        await self.client.create_status(status.code, label=status.label, type=status.type)
        self.forget_statuses()

    async def change_status(self, status: AccountStatus) -> None:
        await self.client.update_status(status.code, label=status.label, type=status.type)
        self.forget_statuses()

    @abstractmethod
    def forget_statuses(self) -> None:
        """The codes that this process remembers may be out of date now."""

    async def orders_to_group(self) -> Sequence[LabelOrder]:
        return _label_orders(await self.b2w.to_group())

    async def group(self, remote_codes: Sequence[str]) -> str:
        return await self.b2w.group(remote_codes)

    async def label_groups(self) -> Sequence[LabelGroup]:
        return [
            LabelGroup(
                id=text(row.get("id")),
                kind=text(row.get("type")),
                expires=_day(row.get("expiration_date")),
                remote_codes=tuple(text(order.get("code")) for order in _objects(row.get("orders"))),
            )
            for row in _objects(await self.b2w.groups())
        ]

    async def label_pdf(self, group_id: str) -> bytes:
        return await self.b2w.pdf(group_id)

    async def ungroup(self, group_id: str) -> None:
        await self.b2w.ungroup(group_id)

    async def orders_to_collect(self) -> Sequence[LabelOrder]:
        return _label_orders(await self.b2w.to_collect())

    async def confirm_collection(self, remote_codes: Sequence[str]) -> None:
        await self.b2w.confirm_collection(remote_codes)

    async def late_errors(self) -> Sequence[LateError]:
        return [
            LateError(
                order_code=text(row.get("entity_id")),
                message=text(row.get("message")),
                reference=tuple((name, text(row.get(name))) for name in REFERENCE),
            )
            for row in _objects(await self.client.sync_errors(ORDER_ERRORS))
        ]

    async def dismiss(self, errors: Sequence[LateError]) -> None:
        await self.client.dismiss_sync_errors([dict(error.reference) for error in errors])

    async def create_trial_order(self, order: TrialOrder) -> None:
        """SkyHub answers nothing about it: its code is learned from the queue."""
        refuse_production(production=self.connection.production)
        await self.client.create_test_order(trial_document(order))

    async def approve_trial_order(self, code: str) -> None:
        refuse_production(production=self.connection.production)
        await self.client.approve_test_order(code, status=DEFAULT_CODES[Status.APPROVED])


def trial_document(order: TrialOrder, **over: Any) -> dict[str, Any]:
    """What POST /orders takes; the buyer is invented, the CPF the one that documents use for examples."""
    price = float(order.unit_price)
    return {
        "channel": TRIAL_SHOP,
        "items": [{"id": order.sku, "qty": order.quantity, "original_price": price, "special_price": price}],
        "customer": {
            "name": order.buyer_name,
            "email": "comprador@example.com",
            "date_of_birth": "1990-01-01",
            "gender": "female",
            "vat_number": "52998224725",
            "phones": ["11900000000"],
        },
        "billing_address": {"full_name": order.buyer_name, **TRIAL_ADDRESS},
        "shipping_address": {"full_name": order.buyer_name, **TRIAL_ADDRESS},
        "shipping_method": "Correios PAC",
        "estimated_delivery": f"{timezone.localdate() + timedelta(days=10):%Y-%m-%d}",
        "shipping_cost": 0.0,
        "interest": 0.0,
        "discount": 0.0,
        **over,
    }


def _label_orders(rows: list[Any]) -> list[LabelOrder]:
    return [
        LabelOrder(
            remote_code=text(row.get("code")),
            buyer=text(row.get("customer")),
            amount=_amount(row.get("value")),
            kind=text(row.get("shipping")),
        )
        for row in _objects(rows)
    ]


def _objects(rows: Any) -> list[Mapping[str, Any]]:
    return [row for row in listed(rows) if isinstance(row, dict)]


def _amount(value: Any) -> Any:
    try:
        return amount(value, "value")
    except Malformed:
        return None


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(text(value))
    except ValueError:
        return None
