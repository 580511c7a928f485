"""A Monday morning at a shop: invented people, goods and orders, the same at each telling."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from itertools import count, cycle
from typing import Any

from django.contrib.auth.models import Group, User
from django.core.management import call_command

from marketplaces.models import Account, InboundMessage
from orders import attention, jobs, stock, verbs
from orders.intake import receive
from orders.jobs import NewRow
from orders.models import (
    Actor,
    ApiKey,
    Attention,
    Channel,
    ChannelUpdate,
    ChannelUpdateAttempt,
    Job,
    Label,
    Note,
    Order,
)
from orders.snapshot import Address, Buyer, CancelRequest, Item, OrderSnapshot, Payment
from orders.status import Status
from tests.browser.clock import NOW, ago, at
from tests.factories import make_access_key, make_account, make_api_key
from tests.orders.test_admin_labels import pdf
from tests.warehouse.test_webhooks import make_webhook

CNPJ = "11222333000181"
WMS, MARIA = Actor.warehouse("wms-galpao"), Actor.user("maria")
SHOPS = {
    "americanas": ("Americanas", "skyhub", "Lojas Americanas-2816480{:05d}"),
    "shopee": ("Shopee", "shopee", "26111{:05d}QK7"),
    "dafiti": ("Dafiti", "dafiti", "21948{:05d}"),
    "tiktok": ("TikTok Shop", "tiktok", "57846120947{:05d}"),
}
#: Nobody: names put together, documents with right check digits and no owner known to us.
PEOPLE = (
    ("Ana Beatriz Carvalho", "52998224725", "Rua das Laranjeiras", "São Paulo", "SP", "01310100"),
    ("João Pedro Lima", "11144477735", "Avenida do Comércio", "Belo Horizonte", "MG", "30140071"),
    ("Comercial Três Irmãos Ltda", "11222333000181", "Travessa do Porto", "Salvador", "BA", "40020000"),
    ("Conceição Aparecida de Oliveira", "39053344705", "Rua Quinze de Novembro", "Curitiba", "PR", "80020310"),
    ("Caio Figueiredo", "15350946056", "Rua da Aurora", "Recife", "PE", "50050000"),
)
GOODS = (
    ("CAFE-MOIDO-500G", "Café moído torra média 500 g", "28.90"),
    ("GARRAFA-1L", "Garrafa térmica inox 1 L", "89.90"),
    ("CAMISETA-AZ-M", "Camiseta básica azul M", "59.90"),
    ("TENIS-42", "Tênis de corrida Veloz 42", "249.90"),
    ("LIQUID-220", "Liquidificador Turbo 12 velocidades 220 V", "189.00"),
)


@dataclass(kw_only=True)
class Story:
    """The orders that pages are shown of."""

    to_invoice: Order
    to_ship: Order
    refused: Order
    asked: Order
    to_arrange: Order
    delivered: Order
    failed_update: ChannelUpdate
    message: InboundMessage
    account: Account
    job: Job
    user: User


class Teller:
    def __init__(self) -> None:
        self.numbers, self.people, self.goods = count(41), cycle(PEOPLE), cycle(GOODS)
        self.channels = {
            code: Channel.objects.create(code=code, name=name, marketplace=marketplace, seller_cnpj=CNPJ)
            for code, (name, marketplace, _) in SHOPS.items()
        }

    def sell(self, shop: str, placed_at: datetime, status: Status = Status.APPROVED, **facts: Any) -> Order:
        """An order of one or two goods that the channel told of."""
        number, (name, document, street, city, state, postcode) = next(self.numbers), next(self.people)
        address = Address(
            recipient=name, street=street, number=str(100 + number), city=city, state=state, postcode=postcode,
            neighborhood="Centro", phone="11900000000",
        )  # fmt: skip
        items = tuple(self._items(1 + number % 2))
        shipping = Decimal("15.90")
        total = sum((item.unit_price * item.quantity for item in items), shipping)
        channel = self.channels[shop]
        told: dict[str, Any] = {
            "code": SHOPS[shop][2].format(number), "status": status, "channel_status": status.lower(),
            "updated_at": placed_at + timedelta(minutes=9), "seen_at": placed_at + timedelta(minutes=9),
            "placed_at": placed_at, "approved_at": None if status is Status.NEW else placed_at + timedelta(minutes=8),
            "ship_by": placed_at + timedelta(days=2), "deliver_by": placed_at + timedelta(days=9),
            "total": total, "shipping_cost": shipping, "shipping_method": "Normal", "carrier": "Correios",
            "buyer": Buyer(name=name, document=document, email="comprador@example.com", phones=("11900000000",)),
            "shipping_address": address, "billing_address": address, "items": items,
            "payments": (Payment(method="Cartão de crédito", amount=total, installments=3),), **facts,
        }  # fmt: skip
        with at(placed_at + timedelta(minutes=10)):
            receive(channel, [OrderSnapshot(**told)])
        return Order.objects.get(channel=channel, code=told["code"])

    def _items(self, lines: int) -> Sequence[Item]:
        goods = [next(self.goods) for _ in range(lines)]
        return [Item(line=sku, sku=sku, name=name, quantity=1, unit_price=Decimal(price)) for sku, name, price in goods]

    def invoice(self, order: Order, when: datetime) -> Order:
        with at(when):
            verbs.invoice(order, access_key=make_access_key(order.pk, cnpj=CNPJ), volumes=1, issued_at=when, by=WMS)
        return order

    def ship(self, order: Order, when: datetime) -> Order:
        with at(when):
            verbs.ship(order, tracking_code=f"AA{100200300 + order.pk}BR", carrier="Correios", method="PAC", by=WMS)
        return order

    def sent(self, when: datetime) -> None:
        """Whatever waited has been told."""
        for update in ChannelUpdate.objects.filter(state=ChannelUpdate.State.PENDING):
            ChannelUpdateAttempt.objects.create(
                update=update, at=when, duration_ms=212, outcome="SENT", request=f"POST /orders/{update.order}",
                response="204",
            )  # fmt: skip
            told = {"state": ChannelUpdate.State.SENT, "attempts": 1, "finished_at": when}
            ChannelUpdate.objects.filter(pk=update.pk).update(**told)


def tell() -> Story:
    """All of it, into an empty database."""
    call_command("create_groups", stdout=StringIO())
    teller = Teller()
    accounts = _accounts(teller)
    _past(teller)
    with at(ago(hours=4)):
        stock.count({sku: 40 - 9 * n for n, (sku, *_) in enumerate(GOODS)}, by=WMS, reason="Inventário de segunda")
    delivered = _delivered(teller)
    teller.sent(ago(hours=3))
    asked = _asked(teller)
    refused = _refused(teller)
    to_ship = teller.invoice(teller.sell("dafiti", ago(hours=20)), ago(hours=1))
    to_arrange = _arranging(teller)
    to_invoice = teller.sell("americanas", ago(hours=5), ship_by=NOW + timedelta(hours=7))
    for shop, hours in (("shopee", 2), ("tiktok", 3), ("dafiti", 1), ("americanas", 2)):
        teller.sell(shop, ago(hours=hours), Status.NEW if shop == "dafiti" else Status.APPROVED)
    with at(ago(minutes=50)):
        Note.objects.create(order=to_invoice, text="Cliente pediu embalagem para presente.", by_name="ana")
    return Story(
        to_invoice=to_invoice, to_ship=to_ship, refused=refused, asked=asked, to_arrange=to_arrange,
        delivered=delivered, failed_update=refused.updates.get(kind="SHIPPED"), message=_quarantined(accounts),
        account=accounts["americanas"], job=_job([to_ship, to_invoice]), user=_people(),
    )  # fmt: skip


def _accounts(teller: Teller) -> dict[str, Account]:
    with at(ago(days=40)):
        accounts = {
            code: make_account(channel=channel, connector=channel.marketplace, credentials={}, production=True)
            for code, channel in teller.channels.items()
        }
        make_api_key("wms-galpao", last_used_at=ago(minutes=1))
        ApiKey.objects.update(hint="dsp_a1b2c3")
        make_webhook("https://wms.example.com/despacho", name="WMS do galpão")
    for minutes, account in enumerate(accounts.values(), 1):
        seen = {"last_pull_at": ago(seconds=20 * minutes), "last_order_at": ago(minutes=4 * minutes)}
        Account.objects.filter(pk=account.pk).update(**seen)
    paused = {
        "paused_at": ago(hours=2),
        "pause_reason": "UNAUTHORIZED",
        "pause_detail": "A autorização da loja venceu.",
    }
    Account.objects.filter(pk=accounts["tiktok"].pk).update(**paused)
    return accounts


def _past(teller: Teller) -> None:
    """Two weeks of orders that went well."""
    for day in range(13, 0, -1):
        for n in range(1 + day * 5 % 4):
            placed = ago(days=day, hours=n)
            order = teller.sell(list(SHOPS)[(day + n) % 4], placed)
            teller.ship(teller.invoice(order, placed + timedelta(hours=3)), placed + timedelta(hours=6))
            if day > 4:
                with at(placed + timedelta(days=3)):
                    verbs.deliver(order, by=WMS)


def _delivered(teller: Teller) -> Order:
    order = teller.sell("americanas", ago(days=4, hours=2))
    teller.ship(teller.invoice(order, ago(days=4)), ago(days=3, hours=20))
    with at(ago(hours=6)):
        verbs.deliver(order, by=MARIA)
    return order


def _asked(teller: Teller) -> Order:
    asking = CancelRequest(requested_at=ago(hours=2), reason="Comprei errado", answer_by=NOW + timedelta(hours=20))
    return teller.sell("shopee", ago(hours=9), cancel_request=asking)


def _refused(teller: Teller) -> Order:
    """Its tracking code is not one that the channel takes."""
    order = teller.invoice(teller.sell("americanas", ago(days=1, hours=3)), ago(hours=4))
    teller.sent(ago(hours=4))
    with at(ago(hours=2)):
        verbs.ship(order, tracking_code="AA12345678", carrier="Correios", method="PAC", by=WMS)
        words = "422: o código de rastreio informado não é válido."
        failed = {"state": "FAILED", "failure": "REJECTED", "attempts": 1, "last_error": words}
        order.updates.filter(kind="SHIPPED").update(**failed)
        ChannelUpdateAttempt.objects.create(
            update=order.updates.get(kind="SHIPPED"), duration_ms=180, outcome="REJECTED", detail=words,
            request="POST /orders/…/shipments", response='422 {"error": "o código de rastreio informado não é válido"}',
        )  # fmt: skip
        attention.demand(Attention.Reason.UPDATE_FAILED, {order.pk: words}, by=Actor.system())
    return order


def _arranging(teller: Teller) -> Order:
    """One that waits for its hand-over, and three whose labels are there."""
    waiting, *arranged = (
        teller.invoice(teller.sell("shopee", ago(hours=8 + n), needs_arranging=True), ago(hours=3)) for n in range(4)
    )
    teller.sent(ago(hours=3))
    for order in arranged:
        with at(ago(hours=2)):
            verbs.arrange_shipping(order, by=MARIA)
            code = f"BR{2611160000 + order.pk}S"
            Label.objects.create(order=order, content=pdf(), content_type="application/pdf", tracking_code=code)
    teller.sent(ago(hours=2))
    return waiting


def _quarantined(accounts: dict[str, Account]) -> InboundMessage:
    raw = (
        '{"code": "Lojas Americanas-281648000999", "status": {"type": "APPROVED"}, "total_ordered": "quarenta reais", '
        '"items": [{"id": "CAFE-MOIDO-500G", "qty": 1, "special_price": 28.9}]}'
    )
    with at(ago(minutes=35)):
        return InboundMessage.objects.create(
            id="7f0e6c1e-0000-4000-8000-000000000001", account=accounts["americanas"], raw=raw, state="QUARANTINED",
            external_id="Lojas Americanas-281648000999", problem="total_ordered: “quarenta reais” não é um número.",
        )  # fmt: skip


def _job(orders: Sequence[Order]) -> Job:
    with at(NOW):
        user = User.objects.create_superuser("maria", password="uma-senha-de-teste", first_name="Maria")
        return jobs.draft("cancel", [NewRow(label=order.code, order_id=order.pk) for order in orders], user=user)


def _people() -> User:
    ana = User.objects.create_user("ana", is_staff=True, first_name="Ana", last_name="Prado")
    ana.groups.add(Group.objects.get(name="Atendimento"))
    return ana
