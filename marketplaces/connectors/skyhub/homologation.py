"""The vendor's homologation checklist, walked against a test account through the whole of Despacho.

An order is made at SkyHub and comes in through the queue; what we record goes out through the outbox. Worker and beat
may run beside it.
"""

import secrets
import time
from collections.abc import Callable, Coroutine, Iterator
from decimal import Decimal
from typing import Any, TypeVar

from django.utils import timezone
from django.utils.translation import gettext as _

from marketplaces import inbound, loop
from marketplaces.capabilities import TrialOrder
from marketplaces.connection import connect
from marketplaces.connectors.skyhub.adapter import SkyHub
from marketplaces.connectors.skyhub.desk import trial_document
from marketplaces.errors import MarketplaceError, Rejected
from marketplaces.homologation import Failed, Step
from marketplaces.models import Account
from marketplaces.outbound import push_channel
from orders import nfe, verbs
from orders.errors import OrderError
from orders.models import Actor, ChannelUpdate, Order
from orders.status import Status

T = TypeVar("T")

BY = Actor.user("homologate")
#: Seconds for one thing to come in or go out; a worker beside us may be at it.
WITHIN = 90.0
PATIENCE = 20.0
SIMPLE, PARENT, VARIATION = "DESPACHO-HOMOLOGA", "DESPACHO-HOMOLOGA-CORES", "DESPACHO-HOMOLOGA-AZUL"
PRICE = Decimal("19.90")
PRODUCT = {
    "name": "Produto de homologação",
    "description": "Produto de homologação",
    "status": "enabled",
    "qty": 100,
    "price": float(PRICE),
    "promotional_price": float(PRICE),
    "brand": "Despacho",
    "weight": 0.5,
    "height": 10,
    "width": 10,
    "length": 20,
    "ean": "7890000000000",
    "nbm": "00000000",
    "categories": [],
    "images": [],
    "specifications": [],
}


def steps(account: Account) -> Iterator[Step]:
    """One step after the other, each done when it is yielded. Later ones need what earlier ones made."""
    walk = Walk(account)
    yield walk.step(_("The account answers"), walk.check)
    yield walk.step(_("A product, and one with a variation"), walk.create_products)
    yield walk.step(_("A simple order comes in through the queue"), lambda: walk.order("simple", SIMPLE, 1))
    yield walk.step(_("An order of more than one unit"), lambda: walk.order("several", SIMPLE, 3))
    yield walk.step(_("An order of a variation"), lambda: walk.order("variation", VARIATION, 1))
    yield walk.step(_("The payment is approved"), lambda: walk.approve("simple"))
    yield walk.step(_("Invoiced"), lambda: walk.invoice("simple"))
    yield walk.step(_("Shipped, with its NF-e"), lambda: walk.ship("simple"))
    yield walk.step(_("Delivered"), lambda: walk.deliver("simple"))
    yield walk.step(_("Canceled"), lambda: walk.cancel("several"))
    yield walk.step(_("Shipment exception"), lambda: walk.fail_delivery("variation"))
    yield walk.step(_("The queue is drained"), walk.drain)
    yield walk.step(_("B2W Entrega: labels in a PLP"), walk.labels)


class Walk:
    def __init__(self, account: Account) -> None:
        self.account = account
        adapter = connect(account, patience=PATIENCE)
        if not isinstance(adapter, SkyHub):
            raise TypeError(account.connector)
        self.adapter = adapter
        self.orders: dict[str, Order] = {}

    def step(self, title: str, do: Callable[[], str]) -> Step:
        try:
            return Step(title=title, ok=True, answer=do())
        except (Failed, OrderError) as error:
            return Step(title=title, ok=False, answer=str(error))
        except MarketplaceError as error:
            return Step(title=title, ok=False, answer=error.detail)
        except TimeoutError:
            return Step(title=title, ok=False, answer=_("SkyHub did not answer in time."))

    def check(self) -> str:
        return ", ".join(status.code for status in self._ask(self.adapter.list_statuses()))

    def create_products(self) -> str:
        variation = {"sku": VARIATION, "qty": 100, "ean": "", "images": [], "specifications": []}
        products = ({"sku": SIMPLE, **PRODUCT}, {"sku": PARENT, **PRODUCT, "variations": [variation]})
        return "; ".join(self._create(product) for product in products)

    def order(self, name: str, sku: str, quantity: int, **over: Any) -> str:
        buyer = f"Homologação {secrets.token_hex(4)}"
        trial = TrialOrder(sku=sku, quantity=quantity, unit_price=PRICE, buyer_name=buyer)
        self._ask(self.adapter.client.create_test_order(trial_document(trial, **over)))
        mine = Order.objects.filter(channel=self.account.channel_id, buyer_name=buyer)
        self._wait(mine.exists, _("The order did not come in through the queue."))
        order = self.orders[name] = mine.get()
        item = order.items.get()
        if (item.sku, item.quantity) != (sku, quantity):
            raise Failed(f"{item.quantity} × {item.sku}")
        return f"{order.code}, {item.quantity} × {item.sku}, {order.channel_status}"

    def approve(self, name: str) -> str:
        order = self._known(name)
        self._ask(self.adapter.approve_trial_order(order.code))
        approved = Order.objects.filter(pk=order.pk, status=Status.APPROVED)
        self._wait(approved.exists, _("The approval did not come in through the queue."))
        return str(approved.get().channel_status)

    def invoice(self, name: str) -> str:
        key = _access_key(self.account.channel.seller_cnpj)
        verbs.invoice(self._known(name), access_key=key, volumes=1, by=BY)
        return self._told(name)

    def ship(self, name: str) -> str:
        code = f"HM{secrets.randbelow(10**9):09d}BR"
        verbs.ship(self._known(name), tracking_code=code, carrier="Correios", method="PAC", by=BY)
        return self._told(name)

    def deliver(self, name: str) -> str:
        verbs.deliver(self._known(name), by=BY)
        return self._told(name)

    def cancel(self, name: str) -> str:
        verbs.cancel(self._known(name), reason=_("Homologation"), by=BY)
        return self._told(name)

    def fail_delivery(self, name: str) -> str:
        self.approve(name)
        self.invoice(name)
        self.ship(name)
        verbs.fail_delivery(self._known(name), reason=_("Homologation"), by=BY)
        return self._told(name)

    def drain(self) -> str:
        """By us or by a worker: an empty queue is one that answered so."""
        start = timezone.now()

        def drained() -> bool:
            # `last_pull_at` is set by every pull that reached the end of the queue, whoever made it.
            row = Account.objects.only("last_pull_at", "last_error").get(pk=self.account.pk)
            return bool(row.last_pull_at and row.last_pull_at > start and not row.last_error)

        self._wait(drained, _("The queue did not get empty."))
        return _("empty")

    def labels(self) -> str:
        """One order that B2W ships, from its payment to a printed label; it is ungrouped again."""
        self.order("b2w", SIMPLE, 1, shipping_calculation_type="b2wentregacorreios")
        self.approve("b2w")
        self.invoice("b2w")
        remote = self._known("b2w").remote_code
        self._wait(lambda: remote in self._groupable(), _("The order did not get ready to be grouped."))
        number = self._ask(self.adapter.group([remote]))
        pdf = self._ask(self.adapter.label_pdf(number))
        listed = {group.id for group in self._ask(self.adapter.label_groups())}
        self._ask(self.adapter.ungroup(number))
        if number not in listed:
            raise Failed(_("PLP %(id)s was made but is not listed.") % {"id": number})
        return _("PLP %(id)s made, listed, printed (%(bytes)s bytes) and ungrouped") % {
            "id": number,
            "bytes": len(pdf),
        }

    def _groupable(self) -> set[str]:
        return {order.remote_code for order in self._ask(self.adapter.orders_to_group())}

    def _create(self, product: dict[str, Any]) -> str:
        try:
            self._ask(self.adapter.client.create_product(product))
        except Rejected as refused:
            if refused.code != "422":
                raise
            return f"{product['sku']}: {refused.detail}"  # from an earlier walk
        return f"{product['sku']}: HTTP 2xx"

    def _known(self, name: str) -> Order:
        if name not in self.orders:
            raise Failed(_("There is no order for this any more: see above."))
        return self.orders[name]

    def _told(self, name: str) -> str:
        """Until SkyHub has the order's newest update; what it answered."""
        update = ChannelUpdate.objects.filter(order=self._known(name)).order_by("seq").last()
        if update is None:
            raise Failed(_("There was nothing to tell."))
        finished = ChannelUpdate.objects.filter(pk=update.pk).exclude(state=ChannelUpdate.State.PENDING)
        self._wait(finished.exists, _("The update was not sent in time."), push=True)
        update = finished.get()
        if update.state != ChannelUpdate.State.SENT:
            del self.orders[name]  # what depends on this would wait for ever
            raise Failed(update.last_error)
        return str(update.attempt_log.order_by("-id").values_list("detail", flat=True).first())

    def _wait(self, condition: Callable[[], bool], otherwise: str, *, push: bool = False) -> None:
        """Pull (or push) until it is so; raises Failed with the account's own error, or `otherwise`."""
        until = time.monotonic() + WITHIN
        while not condition():
            if time.monotonic() > until:
                error = Account.objects.only("last_error").get(pk=self.account.pk).last_error
                raise Failed(f"{otherwise} {error}".strip())
            if push:
                push_channel(self.account.channel, seconds=5)
            else:
                inbound.pull(self.account, seconds=5)
            time.sleep(0.2)

    def _ask(self, call: Coroutine[Any, Any, T]) -> T:
        return loop.run(call, timeout=WITHIN)


def _access_key(cnpj: str) -> str:
    """Well-formed and of nobody: test accounts check no more than that."""
    digits = secrets.randbelow(10**8)
    first = f"35{timezone.localtime():%y%m}{cnpj or '11222333000181'}55999{digits:09d}1{digits:08d}"
    return first + nfe.check_digit(first)
