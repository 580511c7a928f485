"""The connectors: one line each, and nothing else anywhere knows a marketplace by name."""

from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from marketplaces.adapter import Adapter

CONNECTORS = {
    "dafiti": "marketplaces.connectors.dafiti.adapter.Dafiti",
    "shopee": "marketplaces.connectors.shopee.adapter.Shopee",
    "skyhub": "marketplaces.connectors.skyhub.adapter.SkyHub",
    "tiktok": "marketplaces.connectors.tiktok.adapter.TikTokShop",
}


def adapter_class(connector: str) -> type[Adapter]:
    """The adapter registered under this name, imported on first use. Raises KeyError."""
    return cast(type[Adapter], import_string(CONNECTORS[connector]))


def pull_seconds(connector: str) -> float:
    """From one pull of an account to the next."""
    return settings.PULL_SECONDS or adapter_class(connector).pull_seconds


def choices() -> list[tuple[str, str]]:
    """For model fields and forms; a callable, so that a new connector needs no migration."""
    return [(name, adapter_class(name).label) for name in CONNECTORS]
