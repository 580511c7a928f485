"""Signatures: calls over decoded sorted parameters and the exact body, webhooks over app key and raw body (§3, §7)."""

import hashlib
import hmac
from collections.abc import Mapping


def signature(secret: str, path: str, query: Mapping[str, str], body: bytes) -> str:
    """`path` and everything in the query but sign and access_token; the secret also before and behind it."""
    names = sorted(name for name in query if name not in ("sign", "access_token"))
    text = secret + path + "".join(name + query[name] for name in names)
    return hmac.new(secret.encode(), text.encode() + body + secret.encode(), hashlib.sha256).hexdigest()


def webhook_signature(key: str, secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), key.encode() + body, hashlib.sha256).hexdigest()


def same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
