"""Accounts (how we talk to a channel), raw inbound messages, and heartbeats."""

from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplaces import registry
from marketplaces.fields import EncryptedJSONField
from orders.models import Channel


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
    #: Updates are not sent before this instant: a marketplace that fails or throttles gets a rest.
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
