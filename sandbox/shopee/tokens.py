"""Sellers' consents and the token pairs that follow from them (protocol §1.5, §1.6)."""

import secrets
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.shopee.reply import Refused

Json = dict[str, Any]
ACCESS_LIFE = 4 * 3600
GRACE = 300  # how long the access token before a refresh still works
REFRESH_LIFE = 30 * 86_400
CODE_LIFE = 600
REUSE = 4 * 3600  # FAQ 144: how long a spent refresh token answers the same pair again


@dataclass(slots=True, kw_only=True)
class Refresh:
    """A refresh token. The first one of a main account is good once for each of its shops."""

    shops: list[int]
    expires: float
    spent: dict[str, Json] = field(default_factory=dict)  # per shop: when, and the pair it was changed for


class Tokens:
    """Times are the caller's to give: seconds of the sandbox's clock."""

    def __init__(self) -> None:
        self.authorized: dict[int, Json] = {}  # per shop: auth_time, expire_time
        self._codes: dict[str, Json] = {}
        self._access: dict[str, Json] = {}
        self._refresh: dict[str, Refresh] = {}

    # -- consent ---------------------------------------------------------------------------------------

    def consent(self, shops: list[int], *, now: float, days: float, main_account: int | None = None) -> str:
        """The seller agreed: all earlier tokens of the shops die; a code to exchange."""
        self.authorize(shops, now=now, days=days)
        code = secrets.token_hex(16)
        self._codes[code] = {"shops": shops, "main": main_account, "expires": now + CODE_LIFE}
        return code

    def authorize(self, shops: list[int], *, now: float, days: float) -> None:
        for shop in shops:
            self._forget(shop)
            self.authorized[shop] = {"auth_time": int(now), "expire_time": int(now + days * 86_400)}

    def revoke(self, shop: int) -> None:
        self._forget(shop)
        self.authorized.pop(shop, None)

    # -- pairs -----------------------------------------------------------------------------------------

    def exchange(
        self, code: str, *, now: float, shop: int | None, main_account: int | None
    ) -> tuple[str, str, list[int]]:
        """Access token, refresh token and shops of a code, which works once."""
        found = self._codes.get(code)
        if found is None or found["expires"] < now:
            raise Refused("invalid_code", "The code is expired or used or invalid, please check the code.")
        if main_account is not None and found["main"] != main_account:
            raise Refused(
                "invalid_main_acount_id",
                "The code or main_accoount_id is wrong, please check the code or the main_account_id.",
            )
        if main_account is None and (found["main"] is not None or shop not in found["shops"]):
            raise Refused("invalid_shop_id", "The code or shop_id is wrong, please check the code or the shop_id.")
        del self._codes[code]
        return (*self.pair(found["shops"], now=now), found["shops"])

    def refresh(self, token: str, *, shop: int, now: float, reuse: bool) -> tuple[str, str]:
        """A new pair. A spent token is refused, or within four hours answers the same pair again."""
        found = self._refresh.get(token)
        if found is None:
            raise Refused("error_auth", "Invalid refresh_token.")
        if shop not in found.shops:
            raise Refused(
                "error_shop_refresh_token", "Your refresh token is error ,please check refresh token or shopid."
            )
        self._check_authorization(shop, now)
        if found.expires < now:
            raise Refused("refresh_token_expired", "Your refresh_token expired.")
        before = found.spent.get(str(shop))
        if before and not (reuse and now - before["at"] <= REUSE):
            raise Refused("error_auth", "Invalid refresh_token.")
        if before:
            return before["pair"][0], before["pair"][1]
        for pair in self._access.values():
            if pair["shops"] == [shop]:
                pair["expires"] = min(pair["expires"], now + GRACE)
        access, following = self.pair([shop], now=now)
        found.spent[str(shop)] = {"at": now, "pair": [access, following]}
        return access, following

    def pair(self, shops: list[int], *, now: float, named: str = "") -> tuple[str, str]:
        """A new pair; random unless it is `named`, as a new shop's first one is."""
        access, refresh = named and f"{named}-access", named and f"{named}-refresh"
        access, refresh = access or secrets.token_hex(16), refresh or secrets.token_hex(16)
        self._access[access] = {"shops": shops, "expires": now + ACCESS_LIFE}
        self._refresh[refresh] = Refresh(shops=shops, expires=now + REFRESH_LIFE)
        self._forget_expired(now)
        return access, refresh

    def check(self, token: str, *, shop: int, now: float) -> None:
        """Raise Refused unless the access token opens the shop now; the caller chooses the error's style."""
        if shop not in self.authorized:
            raise Refused("partner_shop_no_link", "Invalid partner_id or shop_id, please have a check.")
        self._check_authorization(shop, now)
        found = self._access.get(token)
        if found is None or found["expires"] < now or shop not in found["shops"]:
            raise Refused("invalid_acceess_token", "Invalid access_token, please have a check.")

    def newest(self, shop: int) -> tuple[str, str]:
        """The pair a shop could use now, for the control API; empty texts when there is none."""
        access = [token for token, found in self._access.items() if shop in found["shops"]]
        refresh = [t for t, found in self._refresh.items() if shop in found.shops and str(shop) not in found.spent]
        return (access or [""])[-1], (refresh or [""])[-1]

    def expire_access(self, shop: int, *, now: float) -> None:
        for found in self._access.values():
            if shop in found["shops"]:
                found["expires"] = now - 1

    def _check_authorization(self, shop: int, now: float) -> None:
        if shop not in self.authorized:
            raise Refused("shop_no_linked", "Partner and shop has no linked.")
        if self.authorized[shop]["expire_time"] < now:
            raise Refused("shop_access_expired", "Your access to shop has expired.")

    def _forget(self, shop: int) -> None:
        self._access = {token: found for token, found in self._access.items() if shop not in found["shops"]}
        self._refresh = {token: found for token, found in self._refresh.items() if shop not in found.shops}

    def _forget_expired(self, now: float) -> None:
        self._access = {token: found for token, found in self._access.items() if found["expires"] >= now}
        self._refresh = {token: found for token, found in self._refresh.items() if found.expires + REUSE >= now}

    # -- kept over a restart ---------------------------------------------------------------------------

    def dump(self) -> Json:
        return {
            "authorized": {str(shop): times for shop, times in self.authorized.items()},
            "codes": self._codes,
            "access": self._access,
            "refresh": {token: asdict(found) for token, found in self._refresh.items()},
        }

    def load(self, state: Json) -> None:
        self.authorized = {int(shop): times for shop, times in state["authorized"].items()}
        self._codes, self._access = state["codes"], state["access"]
        self._refresh = {token: Refresh(**found) for token, found in state["refresh"].items()}
