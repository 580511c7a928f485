"""Signatures of calls: lowercase hex HMAC-SHA256 over path, sorted parameters and the exact body. Pure."""

import hashlib
import hmac
from collections.abc import Mapping

UNSIGNED = frozenset({"sign", "access_token"})


def sign(secret: str, *, path: str, params: Mapping[str, str], body: bytes = b"") -> str:
    """`path` without host and query; `params` decoded, as they were before anything was escaped.

    Headers are not signed. The secret is both the key and the first and last part of what is signed.
    """
    pairs = "".join(f"{name}{params[name]}" for name in sorted(params) if name not in UNSIGNED)
    message = f"{secret}{path}{pairs}".encode() + body + secret.encode()
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
