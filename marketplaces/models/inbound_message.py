"""InboundMessage: what a marketplace sent, byte for byte."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplaces.models.account import Account


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
    #: What a person made of it so that it could be read; `raw` stays as it came.
    corrected = models.TextField(_("corrected message"), blank=True, db_default="")
    state = models.CharField(_("state"), max_length=12, choices=State)
    problem = models.TextField(_("why it could not be read"), blank=True)
    received_at = models.DateTimeField(_("received"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("quarantine")
        indexes = [
            models.Index("account", "external_id", name="message_external"),
            BrinIndex("received_at", name="message_received"),  # what retention looks for
            models.Index(
                models.F("received_at").desc(), name="message_quarantined", condition=models.Q(state="QUARANTINED")
            ),
        ]

    def __str__(self) -> str:
        return self.external_id or self.id
