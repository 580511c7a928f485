"""Invoice: the NF-e of an order."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order, money


class Invoice(models.Model):
    id = models.BigAutoField(primary_key=True)
    order = models.OneToOneField(Order, models.PROTECT, related_name="invoice", verbose_name=_("order"))
    #: Unique: an NF-e belongs to one sale, so the same key on another order is a mistake of the warehouse.
    access_key = models.CharField(_("access key"), max_length=44, unique=True)
    number = models.CharField(_("number"), max_length=9)
    series = models.CharField(_("series"), max_length=3)
    issued_at = models.DateTimeField(_("issued"), null=True, blank=True)
    volumes = models.PositiveSmallIntegerField(_("volumes"), null=True, blank=True)
    total = money(_("total"), null=True, blank=True)
    protocol = models.CharField(_("authorization"), max_length=20, blank=True)
    #: The file as it came, where it was given: a fiscal document, kept as long as the law wants.
    xml = models.TextField(_("XML"), blank=True)
    created_at = models.DateTimeField(_("recorded"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(access_key__regex=r"^[0-9]{6}[0-9A-Z]{12}[0-9]{26}$"),
                name="invoice_access_key_shape",
            )
        ]

    def __str__(self) -> str:
        return f"NF-e {self.number}/{self.series}"
