"""Difference: what reconciling found to be different at the marketplace."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplaces.models.account import Account


class Difference(models.Model):
    """Append-only, for people to read and metrics to count."""

    class Kind(models.TextChoices):
        MISSING = "MISSING", _("We did not have the order: received now")
        CHANGED = "CHANGED", _("The order had changed there: taken over now")
        BEHIND = "BEHIND", _("The marketplace does not show what it was told")
        GONE = "GONE", _("The marketplace does not know the order")
        UNREADABLE = "UNREADABLE", _("The order cannot be read: it is in quarantine")

    #: Kinds that are right again by having been found.
    HEALED = (Kind.MISSING, Kind.CHANGED)

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(
        Account, models.CASCADE, related_name="differences", verbose_name=_("account"), db_index=False
    )
    code = models.CharField(_("order code"), max_length=80)
    kind = models.CharField(_("difference"), max_length=12, choices=Kind)
    detail = models.TextField(_("what happened"), blank=True)
    found_at = models.DateTimeField(_("found"), db_default=Now())

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        indexes = [models.Index("account", models.F("found_at").desc(), name="difference_newest")]

    def __str__(self) -> str:
        return f"{self.code}: {self.get_kind_display()}"
