"""ReplacedInvoice: an NF-e that stood in an invoice's place before it was corrected. A fiscal document is kept."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order, money


class ReplacedInvoice(models.Model):
    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, models.PROTECT, related_name="replaced_invoices", verbose_name=_("order"))
    access_key = models.CharField(_("access key"), max_length=44)
    number = models.CharField(_("number"), max_length=9)
    series = models.CharField(_("series"), max_length=3)
    issued_at = models.DateTimeField(_("issued"), null=True, blank=True)
    total = money(_("total"), null=True, blank=True)
    protocol = models.CharField(_("authorization"), max_length=20, blank=True)
    xml = models.TextField(_("XML"), blank=True)
    recorded_at = models.DateTimeField(_("recorded"))
    replaced_at = models.DateTimeField(_("replaced"), db_default=Now())

    class Meta:
        verbose_name = _("replaced invoice")
        verbose_name_plural = _("replaced invoices")

    def __str__(self) -> str:
        return f"NF-e {self.number}/{self.series}"
