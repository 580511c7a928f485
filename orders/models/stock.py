"""StockItem: how much of a SKU the warehouse holds and open orders reserve. StockCount: what the warehouse told."""

from django.db import models
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class StockItem(models.Model):
    """Available is what may be sold: on hand − reserved. Negative means oversold."""

    sku = models.CharField(_("SKU"), max_length=80, primary_key=True)
    #: As the warehouse counted, less what has shipped since; empty until the warehouse tells it.
    on_hand = models.IntegerField(_("on hand"), null=True, blank=True)
    reserved = models.IntegerField(_("reserved"), db_default=0)
    available = models.GeneratedField(
        expression=F("on_hand") - F("reserved"), output_field=models.IntegerField(null=True), db_persist=True
    )
    counted_at = models.DateTimeField(_("counted"), null=True, blank=True)
    changed_at = models.DateTimeField(_("last change"), db_default=Now())

    class Meta:
        verbose_name = _("stock")
        verbose_name_plural = _("stock")
        constraints = [
            # Reservations come from orders alone, so they can never be fewer than none.
            models.CheckConstraint(condition=models.Q(reserved__gte=0), name="stock_reserved_counts"),
        ]
        # No index over the numbers: they change with every order, and such updates stay within their page only so.

    def __str__(self) -> str:
        return self.sku


class StockCount(models.Model):
    """One word of the warehouse about a SKU, append-only."""

    id = models.BigAutoField(primary_key=True)
    sku = models.CharField(_("SKU"), max_length=80)
    before = models.IntegerField(_("before"), null=True)
    after = models.IntegerField(_("after"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by_name = models.CharField(_("who"), max_length=150)
    at = models.DateTimeField(_("when"), db_default=Now())

    class Meta:
        verbose_name = _("stock count")
        verbose_name_plural = _("stock counts")
        indexes = [models.Index("sku", "id", name="stock_count_sku")]

    def __str__(self) -> str:
        return f"{self.sku}: {self.before} → {self.after}"
