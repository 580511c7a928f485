"""Shipment: one hand-over of an order's units to a carrier."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order, OrderItem


class Shipment(models.Model):
    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, models.PROTECT, related_name="shipments", verbose_name=_("order"), db_index=False)
    carrier = models.CharField(_("carrier"), max_length=80, blank=True)
    method = models.CharField(_("method"), max_length=80, blank=True)
    tracking_code = models.CharField(_("tracking code"), max_length=80)
    tracking_url = models.URLField(_("tracking link"), max_length=200, blank=True)
    packages = models.PositiveSmallIntegerField(_("packages"), null=True, blank=True)
    shipped_at = models.DateTimeField(_("shipped"))
    created_at = models.DateTimeField(_("recorded"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        constraints = [
            # The tracking code is what makes a repeated hand-over recognizable.
            models.UniqueConstraint("order", "tracking_code", name="shipment_tracking_once_per_order")
        ]
        indexes = [
            models.Index("tracking_code", name="shipment_tracking"),
            models.Index("shipped_at", name="shipment_shipped"),  # today's, on the first page
        ]

    def __str__(self) -> str:
        return self.tracking_code


class ShipmentItem(models.Model):
    id = models.BigAutoField(primary_key=True)
    shipment = models.ForeignKey(
        Shipment, models.CASCADE, related_name="items", verbose_name=_("shipment"), db_index=False
    )
    item = models.ForeignKey(OrderItem, models.PROTECT, related_name="shipped_in", verbose_name=_("item"))
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        verbose_name = _("shipped item")
        verbose_name_plural = _("shipped items")
        constraints = [
            models.UniqueConstraint("shipment", "item", name="shipment_item_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="shipment_item_some"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.item.sku}"
