"""Signatures: lowercase hex HMAC-SHA256 over parts without separators, the key as text (protocol §1.2, §8)."""

import hashlib
import hmac


def signature(key: str, *parts: object) -> str:
    """Public calls sign partner_id, path, timestamp; shop calls also access_token and shop_id."""
    return hmac.new(key.encode(), "".join(map(str, parts)).encode(), hashlib.sha256).hexdigest()


def push_signature(key: str, url: str, body: bytes) -> str:
    """Over the configured URL, byte for byte, a pipe, and the raw body."""
    return hmac.new(key.encode(), url.encode() + b"|" + body, hashlib.sha256).hexdigest()


def same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
