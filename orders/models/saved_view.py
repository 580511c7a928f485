"""SavedView: filters and columns of the order list that somebody keeps under a name."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(_("name"), max_length=40)
    #: Tab, filters, order and columns as the list's address has them, without the page.
    query = models.TextField()
    #: Opens when the list is opened without saying what.
    is_default = models.BooleanField(_("opens by itself"), default=False)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.UniqueConstraint("user", Lower("name"), name="view_name_once_per_user"),
            models.UniqueConstraint("user", name="view_one_default", condition=models.Q(is_default=True)),
        ]

    def __str__(self) -> str:
        return self.name
