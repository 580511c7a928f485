"""Webhook: an address of a warehouse system that is told every change, and how far it has followed the feed."""

import base64
import secrets
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplaces.fields import EncryptedJSONField
from orders.models import Channel, OrderEvent

if TYPE_CHECKING:
    from datetime import datetime

PREFIX = "whsec_"


class Webhook(models.Model):
    """Each follows the feed from its own position; what is told to it stands in its deliveries."""

    class Pause(models.TextChoices):
        BY_HAND = "BY_HAND", _("Paused by a person")
        GONE = "GONE", _("The address answered 410: it wants no more")

    name = models.CharField(_("name"), max_length=80, unique=True, help_text=_("Which system listens there."))
    url = models.URLField(_("address"), max_length=500)
    #: number → secret; each signs every message, so that the receiver may change from one to the next at any time.
    secrets = EncryptedJSONField(default=dict, editable=False)
    channels = models.ManyToManyField(
        Channel, verbose_name=_("only of the channels"), blank=True, help_text=_("Choose none for all of them.")
    )
    kinds = ArrayField(
        models.CharField(max_length=20, choices=OrderEvent.Kind),
        verbose_name=_("only these changes"),
        default=list,
        blank=True,
        help_text=_("Choose none for all of them."),
    )
    #: Of the feed: deliveries exist for all that lies behind it.
    xid = models.BigIntegerField(editable=False)
    event_id = models.BigIntegerField(editable=False, default=0)
    #: Failures in a row; until `rest_until` nothing is sent, then one message probes.
    failures = models.PositiveIntegerField(editable=False, db_default=0)
    rest_until = models.DateTimeField(null=True, editable=False)
    paused_at = models.DateTimeField(_("paused"), null=True, editable=False)
    pause_reason = models.CharField(max_length=10, choices=Pause, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def new_secret() -> str:
        """As Standard Webhooks has it: 24 to 64 random bytes in base64."""
        return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()

    @property
    def active_secrets(self) -> list[str]:
        """Newest first."""
        return [self.secrets[number] for number in sorted(self.secrets, key=int, reverse=True)]

    def add_secret(self) -> str:
        """Sign with one more from now on. Unsaved."""
        secret = self.new_secret()
        newest = max(map(int, self.secrets), default=0)
        self.secrets = {**self.secrets, str(newest + 1): secret}
        return secret

    def drop_old_secrets(self) -> None:
        """Sign with the newest alone. Unsaved."""
        newest = max(self.secrets, key=int)
        self.secrets = {newest: self.secrets[newest]}

    def pause(self, reason: "Webhook.Pause") -> None:
        at: datetime = timezone.now()
        Webhook.objects.filter(pk=self.pk, paused_at=None).update(paused_at=at, pause_reason=reason)

    def resume(self) -> None:
        Webhook.objects.filter(pk=self.pk).update(paused_at=None, pause_reason="", failures=0, rest_until=None)
