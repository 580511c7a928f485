"""What a process does once its settings are complete."""

from django.apps import AppConfig
from django.conf import settings

from config import observing


class DespachoConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        observing.trace(settings.OTEL_EXPORTER_OTLP_ENDPOINT)
