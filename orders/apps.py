"""The domain: what an order is and what may happen to it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Orders(AppConfig):
    name = "orders"
    verbose_name = _("Orders")
