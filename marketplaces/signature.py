"""Signatures of webhooks: over the bytes as they came, in constant time, with several keys at once."""

import hashlib
import hmac
from collections.abc import Iterable

from django.utils.crypto import constant_time_compare

from marketplaces.errors import NotGenuine


def demand(signature: str, message: bytes, *, keys: Iterable[str]) -> None:
    """Raise NotGenuine unless `signature` is the hex HMAC-SHA256 of `message` under one of `keys`.

    Several keys are for the days in which one replaces the other; empty ones never match.
    """
    matches = [constant_time_compare(signature, _hex(key, message)) for key in keys if key]
    if not any(matches):
        raise NotGenuine


def demand_secret(told: str, *, keys: Iterable[str]) -> None:
    """For marketplaces that sign nothing: the address itself holds a secret."""
    matches = [constant_time_compare(told, key) for key in keys if key]
    if not any(matches):
        raise NotGenuine


def _hex(key: str, message: bytes) -> str:
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()
