"""Sellers' consents and the token pairs that follow from them (protocol §1)."""

import secrets
from typing import Any

from sandbox.tiktok.reply import Refused

Json = dict[str, Any]
CODE_LIFE = 1800


class Tokens:
    """Times are the caller's to give: seconds of the sandbox's clock. A refresh gives both tokens anew."""

    def __init__(self) -> None:
        self.authorized: dict[str, float] = {}  # per shop: when the authorization ends
        self._codes: dict[str, Json] = {}
        self._access: dict[str, Json] = {}
        self._refresh: dict[str, str] = {}

    def consent(self, shop: str, *, now: float, days: float) -> str:
        self.authorize(shop, now=now, days=days)
        code = f"TTP_{secrets.token_urlsafe(24)}"
        self._codes[code] = {"shop": shop, "expires": now + CODE_LIFE}
        return code

    def authorize(self, shop: str, *, now: float, days: float) -> None:
        self._forget(shop)
        self.authorized[shop] = now + days * 86_400

    def revoke(self, shop: str) -> None:
        self._forget(shop)
        self.authorized.pop(shop, None)

    def exchange(self, code: str, *, now: float, days: float) -> tuple[str, str, str]:
        """Shop, access and refresh token of a code, which works once within half an hour."""
        found = self._codes.pop(code, None)
        if found is None or found["expires"] < now:
            raise Refused(36004004, "Invalid auth code. The auth code is used or expired.")
        return (found["shop"], *self.pair(found["shop"], now=now, days=days))

    def refresh(self, token: str, *, now: float, days: float) -> tuple[str, str, str]:
        """The old refresh token is gone afterwards."""
        shop = self._refresh.get(token)
        if shop is None or self.authorized.get(shop, 0) < now:
            raise Refused(36004002, "Invalid refresh token.")
        del self._refresh[token]
        return (shop, *self.pair(shop, now=now, days=days))

    def pair(self, shop: str, *, now: float, days: float, named: str = "") -> tuple[str, str]:
        """Random unless it is `named`, as a new shop's first one is."""
        access = f"{named}-access" if named else f"TTP_{secrets.token_urlsafe(24)}"
        refresh = f"{named}-refresh" if named else f"TTP_{secrets.token_urlsafe(24)}"
        self._access[access] = {"shop": shop, "expires": int(now + days * 86_400)}
        self._refresh[refresh] = shop
        return access, refresh

    def shop_of(self, token: str) -> str:
        """Whose token it is, whether it still lives or not."""
        return str(self._access.get(token, {}).get("shop", ""))

    def ends(self, token: str) -> int:
        return int(self._access[token]["expires"])

    def check(self, token: str, *, now: float, expired: str) -> None:
        """Raise Refused unless the token is known and lives; `expired` is the code for one that has ended."""
        found = self._access.get(token)
        if found is None or found["shop"] not in self.authorized:
            raise Refused(36009004, "Invalid credentials. The x-tts-access-token header is invalid.")
        if found["expires"] < now or self.authorized[found["shop"]] < now:
            message = "Expired credentials. The 'access_token' has expired."
            raise Refused(int(expired), message.replace("access_token", "x-tts-access-token"))

    def newest(self, shop: str) -> tuple[str, str]:
        access = [token for token, found in self._access.items() if found["shop"] == shop]
        refresh = [token for token, owner in self._refresh.items() if owner == shop]
        return (access or [""])[-1], (refresh or [""])[-1]

    def expire_access(self, shop: str, *, now: float) -> None:
        for found in self._access.values():
            if found["shop"] == shop:
                found["expires"] = int(now) - 1

    def _forget(self, shop: str) -> None:
        self._access = {token: found for token, found in self._access.items() if found["shop"] != shop}
        self._refresh = {token: owner for token, owner in self._refresh.items() if owner != shop}

    def dump(self) -> Json:
        return {
            "authorized": self.authorized,
            "codes": self._codes,
            "access": self._access,
            "refresh": self._refresh,
        }

    def load(self, state: Json) -> None:
        self.authorized, self._codes = state["authorized"], state["codes"]
        self._access, self._refresh = state["access"], state["refresh"]
