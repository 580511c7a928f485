"""Disclosure: who was shown a buyer's personal data, of which order, when, and what for. Append-only."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order


class Disclosure(models.Model):
    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, models.CASCADE, related_name="disclosures", verbose_name=_("order"))
    by_name = models.CharField(_("who"), max_length=150)
    reason = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField(_("when"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("personal data shown")
        verbose_name_plural = _("personal data shown")

    def __str__(self) -> str:
        return f"{self.by_name}: {self.order}"
