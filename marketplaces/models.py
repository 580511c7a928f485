"""Accounts (how we talk to a channel), raw inbound messages, and heartbeats."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplaces import registry
from marketplaces.fields import EncryptedJSONField
from marketplaces.limits import limits_problem
from orders.doorbell import ring_on_commit
from orders.models import Channel, ChannelUpdate


class Account(models.Model):
    """The connection of one channel: credentials, cursor, lease, and whether it is paused and why."""

    class Pause(models.TextChoices):
        UNAUTHORIZED = "UNAUTHORIZED", _("The marketplace refuses the credentials")
        MANUAL = "MANUAL", _("Paused by a person")

    channel = models.OneToOneField(Channel, models.CASCADE, related_name="account", verbose_name=_("channel"))
    connector = models.CharField(_("marketplace"), max_length=32, choices=registry.choices)
    base_url = models.URLField(
        _("address"), blank=True, help_text=_("Leave empty for the marketplace's production address.")
    )
    production = models.BooleanField(
        _("production account"), default=True, help_text=_("Test orders are possible only where this is off.")
    )
    credentials = EncryptedJSONField(_("credentials"), default=dict, editable=False)
    limits = models.JSONField(
        _("rate limits"),
        default=dict,
        blank=True,
        help_text=_("Calls a second per bucket, where this account differs from what the marketplace documents."),
    )
    memo = models.JSONField(default=dict, editable=False)  # what a connector remembers between calls
    cursor = models.TextField(_("cursor"), blank=True, editable=False)
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True, editable=False)
    pause_reason = models.CharField(_("why paused"), max_length=20, choices=Pause, blank=True, editable=False)
    pause_detail = models.TextField(_("what happened"), blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    lease_token = models.BigIntegerField(default=0, editable=False)
    #: Neither is tried before its instant: a marketplace that fails or throttles gets a rest.
    pull_after = models.DateTimeField(null=True, editable=False)
    push_after = models.DateTimeField(null=True, editable=False)
    last_pull_at = models.DateTimeField(_("last contact"), null=True, editable=False)
    last_order_at = models.DateTimeField(_("last order"), null=True, editable=False)
    last_error = models.TextField(_("last error"), blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.channel.name

    def clean(self) -> None:
        if self.connector in registry.CONNECTORS:
            problem = limits_problem(self.limits, known=registry.adapter_class(self.connector).limits)
            if problem:
                raise ValidationError({"limits": problem})

    def pause(self, reason: "Account.Pause", *, detail: str = "") -> bool:
        """Stop pulling and pushing; False when it was paused already, whose reason stays."""
        return bool(
            Account.objects.filter(pk=self.pk, paused_at__isnull=True).update(
                paused_at=Now(), pause_reason=reason, pause_detail=detail
            )
        )

    def resume(self) -> None:
        """Go on where it stopped: nothing waits for a rest or a backoff that began before."""
        with transaction.atomic():
            Account.objects.filter(pk=self.pk).update(
                paused_at=None, pause_reason="", pause_detail="", pull_after=None, push_after=None, last_error=""
            )
            # The time during which nobody tried does not count towards giving up.
            self.channel.updates.filter(state=ChannelUpdate.State.PENDING).update(trying_since=None)
            ring_on_commit(self.channel_id)

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None

    @property
    def effective_base_url(self) -> str:
        return (self.base_url or registry.adapter_class(self.connector).base_url).rstrip("/")

    @property
    def effective_limits(self) -> dict[str, Any]:
        return {**registry.adapter_class(self.connector).limits, **self.limits}


class InboundMessage(models.Model):
    """A message as the marketplace sent it: the raw source of an order's change, or what we could not read."""

    class State(models.TextChoices):
        APPLIED = "APPLIED", _("Applied")
        QUARANTINED = "QUARANTINED", _("In quarantine")
        REPLAYED = "REPLAYED", _("Replayed")
        DISCARDED = "DISCARDED", _("Discarded by a person")

    id = models.CharField(primary_key=True, max_length=36, editable=False)  # UUIDv4 given where it was fetched
    account = models.ForeignKey(Account, models.PROTECT, related_name="messages", verbose_name=_("account"))
    external_id = models.CharField(_("order code"), max_length=120, blank=True)
    #: Text, not jsonb: kept byte for byte, and half the price to store.
    raw = models.TextField(_("message"))
    state = models.CharField(_("state"), max_length=12, choices=State)
    problem = models.TextField(_("why it could not be read"), blank=True)
    received_at = models.DateTimeField(_("received"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("quarantine")
        indexes = [
            models.Index("account", "external_id", name="message_external"),
            models.Index(
                models.F("received_at").desc(), name="message_quarantined", condition=models.Q(state="QUARANTINED")
            ),
        ]

    def __str__(self) -> str:
        return self.external_id or self.id


class Heartbeat(models.Model):
    """When something that must keep happening last happened."""

    name = models.CharField(primary_key=True, max_length=40)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @classmethod
    def beat(cls, name: str) -> None:
        """Note that it happened now."""
        Heartbeat.objects.bulk_create(
            [Heartbeat(name=name, at=Now())], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
        )
