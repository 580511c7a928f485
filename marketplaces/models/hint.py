"""Hint: a webhook that was genuine, and the orders that it names."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplaces.models.account import Account


class Hint(models.Model):
    """Stored before the webhook is answered; done once its orders have been read. Never the source of a fact."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(
        Account, models.CASCADE, related_name="hints", verbose_name=_("account"), db_index=False
    )
    #: The marketplace's id of the message, or a digest of its body: the same one again changes nothing.
    key = models.CharField(max_length=80)
    codes = ArrayField(models.CharField(max_length=80), verbose_name=_("orders"))
    raw = models.TextField(_("message"))
    received_at = models.DateTimeField(_("received"), db_default=Now())
    due_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    done_at = models.DateTimeField(null=True)
    problem = models.TextField(_("what happened"), blank=True)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [models.UniqueConstraint("account", "key", name="hint_once_per_account")]
        indexes = [
            models.Index("account", "due_at", name="hint_open", condition=models.Q(done_at__isnull=True)),
            models.Index("received_at", name="hint_received"),
        ]

    def __str__(self) -> str:
        return ", ".join(self.codes)
