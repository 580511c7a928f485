"""Note: what people of the back office tell each other about an order. No channel and no warehouse reads it."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order


class Note(models.Model):
    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, models.CASCADE, related_name="notes", verbose_name=_("order"))
    text = models.TextField(_("note"), max_length=2000)
    by_name = models.CharField(_("who"), max_length=150)
    at = models.DateTimeField(_("when"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")

    def __str__(self) -> str:
        return self.text[:60]
