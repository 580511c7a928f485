"""Channel: where orders are sold, one account at one marketplace."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.Model):
    code = models.SlugField(_("code"), unique=True, help_text=_("Short and permanent, for example skyhub-main-store."))
    name = models.CharField(_("name"), max_length=80)
    marketplace = models.CharField(_("marketplace"), max_length=32, editable=False)
    seller_cnpj = models.CharField(
        _("seller's CNPJ"),
        max_length=14,
        blank=True,
        validators=[RegexValidator(r"^[0-9A-Z]{12}[0-9]{2}$", _("Fourteen characters, without punctuation."))],
        help_text=_("When filled in, only NF-e issued by this CNPJ are accepted for the channel's orders."),
    )

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")

    def __str__(self) -> str:
        return self.name
