"""OrderEvent: what happened to an order. Append-only; the timeline, the audit and the change feed in one."""

from dataclasses import dataclass

from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order
from orders.status import Status
from orders.words import STATUS_CHOICES


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: kind CHANNEL, WAREHOUSE, USER or SYSTEM, and a name a person recognises."""

    kind: str
    name: str

    @classmethod
    def user(cls, name: str) -> "Actor":
        return cls(OrderEvent.By.USER, name)

    @classmethod
    def warehouse(cls, name: str) -> "Actor":
        return cls(OrderEvent.By.WAREHOUSE, name)

    @classmethod
    def channel(cls, code: str) -> "Actor":
        return cls(OrderEvent.By.CHANNEL, code)

    @classmethod
    def system(cls) -> "Actor":
        return cls(OrderEvent.By.SYSTEM, "despacho")


class OrderEvent(models.Model):
    class Kind(models.TextChoices):
        RECEIVED = "RECEIVED", _("Order received")
        STATUS = "STATUS", _("Status changed")
        DETAILS = "DETAILS", _("Details changed by the channel")
        IGNORED = "IGNORED", _("Older message ignored")
        INVOICED = "INVOICED", _("Invoice recorded")
        INVOICE_REPLACED = "INVOICE_REPLACED", _("Invoice replaced")
        SHIPPED = "SHIPPED", _("Shipment recorded")
        DELIVERED = "DELIVERED", _("Delivery recorded")
        DELIVERY_FAILED = "DELIVERY_FAILED", _("Delivery failed")
        CANCELED = "CANCELED", _("Canceled")
        CANCEL_CONFIRMED = "CANCEL_CONFIRMED", _("Cancellation confirmed by the channel")
        SHIPPING_ARRANGED = "SHIPPING_ARRANGED", _("Shipping arranged")
        LABEL_ASKED = "LABEL_ASKED", _("Label asked for")
        LABEL_RECEIVED = "LABEL_RECEIVED", _("Label received")
        CANCEL_ACCEPTED = "CANCEL_ACCEPTED", _("Buyer's cancellation accepted")
        CANCEL_REJECTED = "CANCEL_REJECTED", _("Buyer's cancellation refused")
        RETURNING = "RETURNING", _("Return started")
        RETURNED = "RETURNED", _("Return received")
        ATTENTION = "ATTENTION", _("Needs attention")
        RESOLVED = "RESOLVED", _("Attention no longer needed")
        ANONYMIZED = "ANONYMIZED", _("Buyer's data removed")
        CORRECTED = "CORRECTED", _("Corrected before the channel knew it")
        NOTE = "NOTE", _("Note")

    class By(models.TextChoices):
        CHANNEL = "CHANNEL", _("Channel")
        WAREHOUSE = "WAREHOUSE", _("Warehouse")
        USER = "USER", _("Person")
        SYSTEM = "SYSTEM", _("Despacho")

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, models.CASCADE, related_name="events", verbose_name=_("order"), db_index=False)
    kind = models.CharField(_("event"), max_length=20, choices=Kind)
    before = models.CharField(_("from"), max_length=20, blank=True, choices=STATUS_CHOICES)
    after = models.CharField(_("to"), max_length=20, blank=True, choices=STATUS_CHOICES)
    by_kind = models.CharField(_("by"), max_length=10, choices=By)
    by_name = models.CharField(_("who"), max_length=150)
    at = models.DateTimeField(_("when"), db_default=Now())
    data = models.JSONField(_("details"), db_default=models.Value({}, models.JSONField()), blank=True)
    message_id = models.CharField(_("raw message"), max_length=36, blank=True)
    #: The writing transaction. With `id` it is the feed's position: a reader that stays below
    #: pg_snapshot_xmin(pg_current_snapshot()) can never skip a transaction that commits late.
    xid = models.BigIntegerField(db_default=RawSQL("pg_current_xact_id()::text::bigint", []), editable=False)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index("order", "id", name="event_order"),  # the timeline of one order
            models.Index("xid", "id", name="event_feed"),  # the change feed
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.before or '–'} → {self.after or '–'}"

    @property
    def moved(self) -> bool:
        return bool(self.after) and self.before != self.after

    @property
    def status_after(self) -> Status | None:
        return Status(self.after) if self.after else None
