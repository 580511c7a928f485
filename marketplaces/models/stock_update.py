"""StockUpdate: what an account must be told, or was told, about a SKU."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplaces.models.account import Account


class StockUpdate(models.Model):
    """One row for each account and SKU, so the last quantity wins and nothing in between is told (stock.py)."""

    class State(models.TextChoices):
        PENDING = "PENDING", _("To be told")
        TOLD = "TOLD", _("Told")
        NOT_SOLD = "NOT_SOLD", _("Not sold by this account")
        REFUSED = "REFUSED", _("Refused by the marketplace")

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(
        Account, models.CASCADE, related_name="stock_updates", verbose_name=_("account"), db_index=False
    )
    sku = models.CharField(_("SKU"), max_length=80)
    quantity = models.PositiveIntegerField(_("available"))
    told = models.PositiveIntegerField(_("last told"), null=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PENDING)
    due_at = models.DateTimeField(_("not before"), db_default=Now())
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(null=True, editable=False)
    lease_token = models.BigIntegerField(default=0, editable=False)
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("stock at the channel")
        verbose_name_plural = _("stock at the channels")
        constraints = [models.UniqueConstraint("account", "sku", name="stock_update_once_per_sku")]
        indexes = [models.Index("account", "due_at", name="stock_update_due", condition=models.Q(state="PENDING"))]

    def __str__(self) -> str:
        return f"{self.sku}: {self.quantity}"
