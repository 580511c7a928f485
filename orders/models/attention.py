"""Attention: why a person must look at an order, and how that ends."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order


class Attention(models.Model):
    """Open until `cleared_at`; the same reason is open at most once per order."""

    class Reason(models.TextChoices):
        IMPOSSIBLE_MOVE = "IMPOSSIBLE_MOVE", _("The channel says something that cannot follow")
        UNKNOWN_STATUS = "UNKNOWN_STATUS", _("The channel uses a status that we do not know")
        TOTAL_MISMATCH = "TOTAL_MISMATCH", _("The parts do not add up to the total")
        UPDATE_FAILED = "UPDATE_FAILED", _("The channel refused an update")
        CANCEL_REQUESTED = "CANCEL_REQUESTED", _("The buyer wants to cancel")
        OVERSOLD = "OVERSOLD", _("More was sold than there is in stock")
        #: While it is open the order may not be shipped (verbs/shipping.py).
        FRAUD_RISK = "FRAUD_RISK", _("The channel suspects fraud")
        PICKUP_FAILED = "PICKUP_FAILED", _("The carrier did not collect it")
        INVOICE_REFUSED = "INVOICE_REFUSED", _("The invoice was refused")
        LATE_ERROR = "LATE_ERROR", _("The channel took an update and failed with it later")

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, models.CASCADE, related_name="attentions", verbose_name=_("order"))
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    detail = models.TextField(_("what happened"), blank=True)
    raised_at = models.DateTimeField(_("since"), db_default=Now())
    cleared_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    #: Who settled it; empty when it ended by itself.
    cleared_by = models.CharField(_("resolved by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("needs attention")
        verbose_name_plural = _("needs attention")
        constraints = [
            models.UniqueConstraint(
                "order", "reason", name="attention_open_once", condition=models.Q(cleared_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.get_reason_display()

    @property
    def advice(self) -> str:
        """What the back office should do about it, in one or two sentences."""
        return str(ADVICE[self.Reason(self.reason)])


ADVICE = {
    Attention.Reason.IMPOSSIBLE_MOVE: _(
        "Compare the order with the channel's own site, decide which one is right, and mark this as resolved."
    ),
    Attention.Reason.UNKNOWN_STATUS: _(
        "The order keeps its last known status. This clears by itself with the next status that we know."
    ),
    Attention.Reason.TOTAL_MISMATCH: _(
        "Compare the amounts with the channel's own site before invoicing, then mark this as resolved."
    ),
    Attention.Reason.CANCEL_REQUESTED: _(
        "Stop the shipping if you can, and accept or refuse the cancellation before the deadline: afterwards the "
        "channel decides."
    ),
    Attention.Reason.OVERSOLD: _(
        "Find the missing units and correct the stock, or cancel the order. This clears by itself once there is enough."
    ),
    Attention.Reason.FRAUD_RISK: _(
        "Nothing of this order can be shipped. Ask the channel or the buyer; mark this as resolved to release the "
        "order, or cancel it. It clears by itself when the channel takes its suspicion back."
    ),
    Attention.Reason.PICKUP_FAILED: _(
        "Choose another pickup with “Arrange shipping”. This clears by itself once the channel has a new one."
    ),
    Attention.Reason.INVOICE_REFUSED: _(
        "Have the NF-e corrected by its issuer, and record the right one with “Replace invoice”: the channel is told "
        "again. Nothing is shipped before it accepts one."
    ),
    Attention.Reason.LATE_ERROR: _(
        "Read what the channel says and correct it, there or here. Mark this as resolved when it is dealt with: the "
        "channel's own list is then cleared, too."
    ),
    Attention.Reason.UPDATE_FAILED: _(
        "Read the reason below, correct what is wrong and send the update again, or skip it."
    ),
}
