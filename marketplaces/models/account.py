"""Account: how we talk to a channel."""

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
    #: How shipping is arranged where nobody chose for an order, and how else the account differs, in the connector's
    #: words; empty: as the connector does it.
    arranging = models.JSONField(_("how shipping is arranged"), default=dict, blank=True, editable=False)
    options = models.JSONField(_("options"), default=dict, blank=True, editable=False)
    tells_stock = models.BooleanField(
        _("tell stock"), default=True, help_text=_("Off: quantities at the marketplace are left alone.")
    )
    #: What the account sells is known as of here; all of it was read then.
    catalog_at = models.DateTimeField(_("products known up to"), null=True, editable=False)
    catalog_whole_at = models.DateTimeField(null=True, editable=False)
    #: The marketplace's own number of the shop, where one webhook address serves several.
    shop_id = models.CharField(_("shop at the marketplace"), max_length=40, blank=True, editable=False)
    cursor = models.TextField(_("cursor"), blank=True, editable=False)
    #: A poller knows everything up to here; days behind after an outage, and catching up.
    reached_at = models.DateTimeField(_("orders known up to"), null=True, editable=False)
    #: Reconciling walks through the open orders by id, from here on and not before that instant.
    reconciled_to = models.BigIntegerField(default=0, editable=False)
    reconcile_after = models.DateTimeField(null=True, editable=False)
    reconciled_at = models.DateTimeField(_("last comparison"), null=True, editable=False)
    #: The database came from a backup then: what it says was told before is doubted (restored.py).
    restored_at = models.DateTimeField(null=True, editable=False)
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
    #: As the marketplace judged its subscription when it was last asked; "" when webhooks come as they should.
    webhook_problem = models.TextField(_("why webhooks may not come"), db_default="", blank=True, editable=False)
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
