"""ChannelUpdate: a row saying that this channel must be told this fact. Together they are the outbox."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.models.channel import Channel
from orders.models.event import OrderEvent
from orders.models.order import Order
from orders.models.shipment import Shipment


class ChannelUpdate(models.Model):
    class Kind(models.TextChoices):
        INVOICED = "INVOICED", _("Tell the invoice")
        SHIPPING_ARRANGED = "SHIPPING_ARRANGED", _("Arrange shipping")
        SHIPPED = "SHIPPED", _("Tell the shipment")
        DELIVERED = "DELIVERED", _("Tell the delivery")
        DELIVERY_FAILED = "DELIVERY_FAILED", _("Tell that the delivery failed")
        CANCELED = "CANCELED", _("Cancel at the channel")
        CANCEL_ACCEPTED = "CANCEL_ACCEPTED", _("Accept the buyer's cancellation")
        CANCEL_REJECTED = "CANCEL_REJECTED", _("Refuse the buyer's cancellation")
        LABEL = "LABEL", _("Get the label")  # the one kind that brings something in

    class State(models.TextChoices):
        PENDING = "PENDING", _("Waiting")
        SENT = "SENT", _("Sent")
        FAILED = "FAILED", _("Failed")
        SKIPPED = "SKIPPED", _("Skipped")
        SUPERSEDED = "SUPERSEDED", _("No longer needed")

    class Failure(models.TextChoices):
        REJECTED = "REJECTED", _("Refused by the channel")
        EXHAUSTED = "EXHAUSTED", _("Gave up after many attempts")
        MALFORMED = "MALFORMED", _("Unreadable answer")

    class Lane(models.TextChoices):
        """What depends on each other shares a lane and keeps its order."""

        FULFILLMENT = "FULFILLMENT", _("Fulfillment")
        CANCELLATION = "CANCELLATION", _("Cancellation")
        LABEL = "LABEL", _("Labels")

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, models.CASCADE, related_name="updates", verbose_name=_("order"), db_index=False)
    channel = models.ForeignKey(
        Channel, models.PROTECT, related_name="updates", verbose_name=_("channel"), db_index=False
    )
    event = models.OneToOneField(OrderEvent, models.CASCADE, related_name="update", verbose_name=_("event"))
    shipment = models.ForeignKey(
        Shipment, models.PROTECT, null=True, blank=True, related_name="updates", verbose_name=_("shipment")
    )
    seq = models.PositiveIntegerField(_("number"))
    lane = models.CharField(_("lane"), max_length=12, choices=Lane)
    kind = models.CharField(_("update"), max_length=20, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    due_at = models.DateTimeField(_("not before"))
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    #: A call went out whose outcome we never learned: read the order back before repeating it.
    outcome_unknown = models.BooleanField(_("outcome unknown"), default=False)
    #: Of what is told in parts (packages): those that the channel took already, as the connector names them.
    parts_told = models.JSONField(db_default=models.Value([], models.JSONField()), editable=False)
    #: First attempt since it was recorded or sent again by a person: giving up is a matter of age.
    trying_since = models.DateTimeField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    lease_token = models.BigIntegerField(default=0, editable=False)
    failure = models.CharField(_("failure"), max_length=10, choices=Failure, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)

    class Meta:
        verbose_name = _("update for the channel")
        verbose_name_plural = _("updates for the channels")
        constraints = [
            # The order in which facts happened, per order.
            models.UniqueConstraint("order", "seq", name="update_seq_once_per_order"),
        ]
        indexes = [
            # What the sweep looks for.
            models.Index("channel", "due_at", name="update_due", condition=models.Q(state="PENDING")),
            # What is not finished, as people read it: failures first.
            models.Index(
                "state", "due_at", "id", name="update_list", condition=models.Q(state__in=["PENDING", "FAILED"])
            ),
            # Is an earlier one of the lane still open? FAILED ones hold back what depends on them.
            models.Index(
                "order",
                "lane",
                "seq",
                name="update_open",
                condition=models.Q(state__in=["PENDING", "FAILED"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.order}"


class ChannelUpdateAttempt(models.Model):
    """One call, for people to read: append-only, without keys or personal data."""

    class Outcome(models.TextChoices):
        SENT = "SENT", _("Sent")
        ALREADY_APPLIED = "ALREADY_APPLIED", _("The channel knew it already")
        UNAVAILABLE = "UNAVAILABLE", _("The channel could not take it")
        OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN", _("No answer: the channel may have taken it")
        REJECTED = "REJECTED", _("Refused")
        MALFORMED = "MALFORMED", _("Unreadable answer")
        UNAUTHORIZED = "UNAUTHORIZED", _("Credentials refused")
        UNSUPPORTED = "UNSUPPORTED", _("The channel has no such call")
        THROTTLED = "THROTTLED", _("Our own rate limit")
        NOT_READY = "NOT_READY", _("Not ready at the channel yet")
        INTERNAL = "INTERNAL", _("Error in Despacho")

    id = models.BigAutoField(primary_key=True)
    update = models.ForeignKey(
        ChannelUpdate, models.CASCADE, related_name="attempt_log", verbose_name=_("update"), db_index=False
    )
    at = models.DateTimeField(_("when"), db_default=Now())
    duration_ms = models.PositiveIntegerField(_("duration (ms)"), default=0)
    request = models.TextField(_("request"), blank=True)
    response = models.TextField(_("answer"), blank=True)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome)
    detail = models.TextField(_("detail"), blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes = [
            models.Index("update", "id", name="attempt_update"),
            BrinIndex("at", name="attempt_at"),  # what retention looks for
        ]

    def __str__(self) -> str:
        return f"{self.at:%d/%m/%Y %H:%M:%S} {self.get_outcome_display()}"
