from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TwoFactor(AppConfig):
    name = "config.two_factor"
    label = "two_factor"
    verbose_name = _("Second factor")
