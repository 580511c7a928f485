"""The connections: how orders come in and updates go out."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Marketplaces(AppConfig):
    name = "marketplaces"
    verbose_name = _("Marketplaces")
