"""The warehouse's side of the wire: what we call there, and how often it may call here."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Warehouse(AppConfig):
    name = "warehouse"
    verbose_name = _("Warehouse")

    def ready(self) -> None:
        from marketplaces.sweeps import sweeps
        from warehouse import delivering

        sweeps.append(("webhook", delivering.due, delivering.deliver))
