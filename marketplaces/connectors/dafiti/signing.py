"""Both signatures that Dafiti's documents know: over a whole v2 call, and over the query of a classic one. Pure.

Neither is asked for on any call of ours as documented (2024-11): they are for accounts where that has changed.
"""

import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import quote

ALGORITHM = "HMAC-SHA256"
Pairs = Iterable[tuple[str, str]]


def query_of(pairs: Pairs) -> str:
    """As it is sent, so that what is signed is what arrives: a blank is %20, a bracket %5B."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)


def v2(secret: str, *, method: str, target: str, timestamp: int, nonce: str, body: bytes) -> str:
    """Lowercase hex. `target` is path and query; four lines without a line break at the end, and no hash of no body."""
    body_hash = hashlib.sha256(body).hexdigest() if body else ""
    lines = (f"{method} {target}", f"timestamp={timestamp}", f"nonce={nonce}", f"body_hash={body_hash}")
    return _hmac(secret, "\n".join(lines))


def classic(key: str, pairs: Pairs) -> str:
    """Lowercase hex over all query parameters, sorted by name; the body is not signed."""
    return _hmac(key, query_of(sorted(pairs)))


def _hmac(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
