"""Delivery: one change of the feed that one webhook must be told."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderEvent
from warehouse.models.webhook import Webhook


class Delivery(models.Model):
    class State(models.TextChoices):
        PENDING = "PENDING", _("Waiting")
        SENT = "SENT", _("Sent")
        FAILED = "FAILED", _("Given up")

    id = models.BigAutoField(primary_key=True)
    webhook = models.ForeignKey(
        Webhook, models.CASCADE, related_name="deliveries", verbose_name=_("webhook"), db_index=False
    )
    event = models.ForeignKey(OrderEvent, models.CASCADE, related_name="+", verbose_name=_("change"), db_index=False)
    order = models.ForeignKey(Order, models.CASCADE, related_name="+", verbose_name=_("order"), db_index=False)
    state = models.CharField(_("state"), max_length=10, choices=State, db_default=State.PENDING)
    attempts = models.PositiveIntegerField(_("attempts"), db_default=0)
    due_at = models.DateTimeField(_("due"), db_default=Now())
    trying_since = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.BigIntegerField(db_default=0)
    #: HTTP status of the last answer; empty when there was none.
    last_status = models.PositiveSmallIntegerField(_("answer"), null=True)
    last_error = models.TextField(_("what happened"), db_default="")
    created_at = models.DateTimeField(_("created"), db_default=Now())
    finished_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        constraints = [models.UniqueConstraint("webhook", "event", name="delivery_once_per_webhook")]
        indexes = [
            models.Index("webhook", "id", name="delivery_open", condition=models.Q(state="PENDING")),
            models.Index("order", "webhook", name="delivery_order", condition=models.Q(state="PENDING")),
            models.Index("finished_at", name="delivery_finished"),
            models.Index("event", name="delivery_event"),
        ]

    def __str__(self) -> str:
        return f"{self.webhook}: {self.event_id}"
