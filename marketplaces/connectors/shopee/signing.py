"""Signatures of calls: lowercase hex HMAC-SHA256 over parts without separators. Pure.

Neither verb nor query nor body is signed, and the key is taken as text although it looks like hex.
"""

import hashlib
import hmac

PREFIX = "/api/v2"


def public(key: str, *, partner_id: str, path: str, timestamp: int) -> str:
    """For /auth, /public, /push and the authorization link; `path` from /api on, without host and query."""
    return _sign(key, partner_id, path, timestamp)


def shop(key: str, *, partner_id: str, path: str, timestamp: int, access_token: str, shop_id: str) -> str:
    """For everything else. A merchant's call has the same parts, its own number in place of the shop's."""
    return _sign(key, partner_id, path, timestamp, access_token, shop_id)


def _sign(key: str, *parts: str | int) -> str:
    message = "".join(str(part) for part in parts)
    return hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest()
