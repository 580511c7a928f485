"""Order and its items: the facts. What may be done with them is in orders/verbs.py and orders/intake.py."""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.models.channel import Channel
from orders.snapshot import Fulfillment
from orders.status import RESERVING, Status
from orders.words import FULFILLMENT_CHOICES, STATUS_CHOICES


def money(label: object, **options: object) -> models.DecimalField:  # type: ignore[type-arg]
    """A column for reais."""
    return models.DecimalField(label, max_digits=12, decimal_places=2, **options)  # type: ignore[arg-type]


class Order(models.Model):
    """One buyer's purchase at one channel, identified by (channel, code)."""

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(
        Channel, models.PROTECT, related_name="orders", verbose_name=_("channel"), db_index=False
    )
    # Collation C: the unique index answers "begins with" too.
    code = models.CharField(_("order code"), max_length=80, db_collation="C")
    remote_code = models.CharField(_("marketplace number"), max_length=80, blank=True)
    storefront = models.CharField(_("storefront"), max_length=60, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=STATUS_CHOICES)
    channel_status = models.CharField(_("status at the channel"), max_length=60, blank=True)
    fulfillment = models.CharField(
        _("fulfillment"), max_length=20, choices=FULFILLMENT_CHOICES, default=Fulfillment.SELLER
    )

    placed_at = models.DateTimeField(_("placed"))
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    shipped_at = models.DateTimeField(_("shipped"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    canceled_at = models.DateTimeField(_("canceled"), null=True, blank=True)
    ship_by = models.DateTimeField(_("ship by"), null=True, blank=True)
    deliver_by = models.DateTimeField(_("deliver by"), null=True, blank=True)
    hold_until = models.DateTimeField(_("on hold until"), null=True, blank=True)
    cancel_requested_at = models.DateTimeField(_("cancellation asked"), null=True, blank=True)
    cancel_request_reason = models.CharField(_("buyer's reason"), max_length=200, blank=True)
    cancel_answer_by = models.DateTimeField(_("answer by"), null=True, blank=True)
    cancel_answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    cancel_accepted = models.BooleanField(_("cancellation accepted"), null=True, blank=True)

    total = money(_("total"))
    shipping_cost = money(_("shipping cost"), default=Decimal(0))
    discount = money(_("discount"), default=Decimal(0))
    interest = money(_("interest"), default=Decimal(0))

    buyer_name = models.CharField(_("buyer"), max_length=150, blank=True)
    buyer_document = models.CharField(_("CPF/CNPJ"), max_length=20, blank=True)
    buyer_email = models.CharField(_("e-mail"), max_length=254, blank=True)
    buyer_phones = ArrayField(models.CharField(max_length=40), verbose_name=_("phones"), default=list, blank=True)
    buyer_state_registration = models.CharField(_("state registration"), max_length=30, blank=True)
    masked = models.BooleanField(_("buyer data withheld by the channel"), default=False)
    shipping_address = models.JSONField(_("shipping address"), default=dict, blank=True)
    billing_address = models.JSONField(_("billing address"), default=dict, blank=True)

    carrier = models.CharField(_("carrier"), max_length=80, blank=True)
    shipping_method = models.CharField(_("shipping method"), max_length=120, blank=True)
    payments = models.JSONField(_("payments"), default=list, blank=True)
    #: The channel wants to be asked how a parcel is handed over (pickup, drop-off, label) before it leaves.
    needs_arranging = models.BooleanField(_("shipping is arranged with the channel"), default=False)
    pickup_failed = models.BooleanField(_("the pickup failed"), default=False)
    #: The access key that the channel took, and counts as missing all the same.
    refused_invoice = models.CharField(_("NF-e refused afterwards"), max_length=44, blank=True)
    trackings = models.JSONField(_("trackings told by the channel"), default=list, blank=True)
    tags = ArrayField(models.CharField(max_length=60), verbose_name=_("tags"), default=list, blank=True)

    #: Newest snapshot taken, newest of known status, newest of unmasked buyer data; see intake.Version.
    version = models.CharField(max_length=40, db_collation="C", editable=False, default="")
    status_version = models.CharField(max_length=40, db_collation="C", editable=False, default="")
    buyer_version = models.CharField(max_length=40, db_collation="C", editable=False, default="")
    #: Of the newest snapshot's content: an unchanged redelivery costs one SELECT.
    digest = models.CharField(max_length=32, editable=False, default="")
    #: Last number given to a channel update of this order.
    update_seq = models.PositiveIntegerField(editable=False, db_default=0)
    created_at = models.DateTimeField(_("received"), db_default=Now(), editable=False)
    changed_at = models.DateTimeField(_("last change"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        #: Parts of what "change" allows, for groups with least rights (orders/admin/rights.py).
        permissions = [
            ("invoice_order", "Can invoice orders"),
            ("ship_order", "Can ship and deliver orders"),
            ("cancel_order", "Can cancel orders and take returns"),
            ("note_order", "Can write notes on orders"),
            ("view_buyer", "Can see buyers' personal data"),
            ("reveal_buyer", "Can have a buyer's personal data shown, giving a reason"),
        ]
        constraints = [
            # A marketplace's order exists once, however often its queue redelivers it.
            models.UniqueConstraint("code", "channel", name="order_once_per_channel"),
            # The table of moves knows no other words.
            models.CheckConstraint(condition=models.Q(status__in=list(Status)), name="order_status_known"),
        ]
        indexes = [
            models.Index(models.F("placed_at").desc(), models.F("id").desc(), name="order_newest"),
            # What it includes answers the work tabs, their counts and two more filters from the index alone.
            models.Index(
                models.F("status"),
                models.F("placed_at").desc(),
                models.F("id").desc(),
                name="order_status_newest",
                include=["fulfillment", "needs_arranging", "channel", "carrier"],
            ),
            models.Index("channel", models.F("placed_at").desc(), models.F("id").desc(), name="order_channel_newest"),
            models.Index(
                models.F("carrier"), models.F("placed_at").desc(), models.F("id").desc(), name="order_carrier_newest"
            ),
            # What must leave, the most urgent first. (orders/admin/deadline.py: TO_SHIP)
            models.Index(
                "ship_by",
                "id",
                name="order_ship_by",
                condition=models.Q(status__in=sorted(RESERVING - {Status.NEW}), ship_by__isnull=False),
            ),
            models.Index(
                models.F("placed_at").desc(),
                models.F("id").desc(),
                name="order_asks_to_cancel",
                condition=models.Q(cancel_requested_at__isnull=False)
                & ~models.Q(status=Status.CANCELED)
                & (
                    models.Q(cancel_answered_at__isnull=True)
                    | models.Q(cancel_answered_at__lt=models.F("cancel_requested_at"))
                ),
            ),
            # Finds a parcel by the tracking code that only the channel told.
            GinIndex(
                name="order_trackings",
                fields=["trackings"],
                opclasses=["jsonb_path_ops"],
                condition=~models.Q(trackings=[]),
            ),
            models.Index("remote_code", name="order_remote_code"),
            models.Index("buyer_document", name="order_buyer_document"),
            # What retention looks back at; next to nothing to keep up.
            BrinIndex("created_at", name="order_received"),
            # What the API's `updated_since` looks for.
            models.Index("changed_at", name="order_changed"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_ours_to_ship(self) -> bool:
        return self.fulfillment == Fulfillment.SELLER

    @property
    def is_ours_to_invoice(self) -> bool:
        return self.fulfillment != Fulfillment.MARKETPLACE

    @property
    def is_ours_to_arrange(self) -> bool:
        return self.needs_arranging and self.fulfillment != Fulfillment.MARKETPLACE

    @property
    def has_open_cancel_request(self) -> bool:
        """The buyer asked to cancel, and nobody has answered that request."""
        asked, answered = self.cancel_requested_at, self.cancel_answered_at
        canceled = self.status == Status.CANCELED
        return asked is not None and not canceled and (answered is None or answered < asked)


class OrderItem(models.Model):
    """One line. Every unit is open, shipped or canceled, and only what shipped can return."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, models.CASCADE, related_name="items", verbose_name=_("order"), db_index=False)
    line = models.CharField(_("line"), max_length=80)
    sku = models.CharField(_("SKU"), max_length=80)
    parent_sku = models.CharField(_("parent SKU"), max_length=80, blank=True)
    name = models.CharField(_("name"), max_length=250, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    quantity_shipped = models.PositiveIntegerField(_("shipped"), default=0)
    quantity_canceled = models.PositiveIntegerField(_("canceled"), default=0)
    quantity_returned = models.PositiveIntegerField(_("returned"), default=0)
    #: What orders/stock.py has booked for this line.
    reserved = models.PositiveIntegerField(_("reserved"), db_default=0, editable=False)
    consumed = models.PositiveIntegerField(_("taken from stock"), db_default=0, editable=False)
    unit_price = money(_("unit price"))
    list_price = money(_("list price"), null=True, blank=True)

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        constraints = [
            models.UniqueConstraint("order", "line", name="item_line_once_per_order"),
            # Shipping a unit twice, or one that was canceled, is refused by the database itself.
            models.CheckConstraint(
                condition=models.Q(quantity__gte=models.F("quantity_shipped") + models.F("quantity_canceled")),
                name="item_units_exist",
            ),
            # Only what left can come back.
            models.CheckConstraint(
                condition=models.Q(quantity_shipped__gte=models.F("quantity_returned")),
                name="item_returns_shipped",
            ),
        ]
        indexes = [
            models.Index("sku", name="item_sku"),
            # Which orders reserve this SKU.
            models.Index("sku", name="item_reserving", condition=models.Q(reserved__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"

    @property
    def open_quantity(self) -> int:
        """Units still to ship."""
        return self.quantity - self.quantity_shipped - self.quantity_canceled

    @property
    def line_total(self) -> Decimal:
        return Decimal(self.unit_price * self.quantity)
