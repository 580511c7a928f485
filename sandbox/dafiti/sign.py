"""Both signatures, as the documents describe them (protocol §2.2, §2.3)."""

import hashlib
import hmac
from urllib.parse import quote


def v2(secret: str, method: str, target: str, timestamp: str, nonce: str, body: bytes) -> str:
    digest = hashlib.sha256(body).hexdigest() if body else ""
    text = f"{method} {target.replace('+', '%20')}\ntimestamp={timestamp}\nnonce={nonce}\nbody_hash={digest}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def classic(key: str, parameters: list[tuple[str, str]]) -> str:
    pairs = (f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in sorted(parameters))
    return hmac.new(key.encode(), "&".join(pairs).encode(), hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
