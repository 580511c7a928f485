"""Label: what is stuck on a parcel, as the channel made it."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order


class Label(models.Model):
    """One document of one package. It names the buyer: with the buyer's data its content goes, too (retention.py)."""

    class Kind(models.TextChoices):
        LABEL = "LABEL", _("Shipping label")
        DECLARATION = "DECLARATION", _("Declaration of content")

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, models.CASCADE, related_name="labels", verbose_name=_("order"), db_index=False)
    package = models.CharField(_("package"), max_length=80, blank=True)  # empty: the whole order
    kind = models.CharField(_("document"), max_length=20, choices=Kind, default=Kind.LABEL)
    content_type = models.CharField(_("format"), max_length=100)
    #: None once it was removed together with the buyer's data.
    content = models.BinaryField(null=True)
    tracking_code = models.CharField(_("tracking code"), max_length=80, blank=True)
    fetched_at = models.DateTimeField(_("received"), db_default=Now())
    printed_at = models.DateTimeField(_("printed"), null=True, blank=True)
    printed_by = models.CharField(_("printed by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        constraints = [
            # Fetched again it takes the place of the one before: nobody prints yesterday's label.
            models.UniqueConstraint("order", "package", "kind", name="label_once_per_package")
        ]
        indexes = [models.Index("tracking_code", name="label_tracking", condition=~models.Q(tracking_code=""))]

    def __str__(self) -> str:
        return self.tracking_code or self.package or str(self.order)

    @property
    def is_pdf(self) -> bool:
        return self.content_type == "application/pdf"
