"""Signatures by Standard Webhooks 1.0 (https://www.standardwebhooks.com), one per secret: secrets can be changed."""

import base64
import hashlib
import hmac
from collections.abc import Iterable

from warehouse.models.webhook import PREFIX


def headers(secrets: Iterable[str], *, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """What a message carries; `timestamp` is of this attempt, in seconds."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
