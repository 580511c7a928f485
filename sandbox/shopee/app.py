"""The developer's app at Shopee: its keys, the shops that authorized it, and the pushes it subscribed to."""

from typing import Any

from sandbox.clock import Clock
from sandbox.errors import Missing
from sandbox.shopee import market
from sandbox.shopee.pushes import Push, Pushes
from sandbox.shopee.shop import Shop
from sandbox.shopee.switches import ShopeeSwitches
from sandbox.shopee.tokens import Tokens

Json = dict[str, Any]
PARTNER_ID = 1000001
PARTNER_KEY = "sandbox-shopee-partner-key-of-nobody"
PUSH_KEY = "sandbox-shopee-push-key-of-nobody"
MAIN_ACCOUNT = 900001
FIRST_SHOP_ID = 700001


class App:
    """One app, as a hub is one; its shops are the stores of the control API."""

    partner_id = PARTNER_ID
    partner_key = PARTNER_KEY
    push_key = PUSH_KEY

    def __init__(self, *, clock: Clock) -> None:
        self.clock = clock
        self.redirect_domain = ""
        self.tokens = Tokens()
        self.pushes = Pushes()
        self.shops: dict[str, Shop] = {}
        self.by_id: dict[int, Shop] = {}

    @property
    def switches(self) -> ShopeeSwitches:
        """Of calls that belong to no shop."""
        return next(iter(self.shops.values())).switches

    def now(self) -> int:
        return int(self.clock.timestamp())

    def add(self, shop: Shop) -> None:
        self.shops[shop.name] = shop
        self.by_id[shop.shop_id] = shop
        shop.tell = self.tell
        shop.authorization = lambda: self.tokens.authorized.get(shop.shop_id, {})

    def shop(self, name: str) -> Shop:
        if name not in self.shops:
            raise Missing(f"no Shopee shop {name!r}; known: {', '.join(self.shops)}")
        return self.shops[name]

    def next_shop_id(self) -> int:
        return max(self.by_id, default=FIRST_SHOP_ID - 1) + 1

    def switches_of(self, shop: str) -> ShopeeSwitches:
        return self.shops[shop].switches if shop in self.shops else self.switches

    def keep_deadlines(self) -> None:
        for shop in self.shops.values():
            market.keep_deadlines(shop)

    def take_due_pushes(self) -> list[Push]:
        return self.pushes.take_due(now=self.clock.timestamp(), newest_first=self.switches.push_reversed)

    # -- consent ---------------------------------------------------------------------------------------

    def authorize(self, shops: list[Shop], *, days: float | None = None, main_account: int | None = None) -> str:
        """The seller's consent; the code to exchange."""
        days = shops[0].switches.authorization_days if days is None else days
        ids = [shop.shop_id for shop in shops]
        code = self.tokens.consent(ids, now=self.clock.timestamp(), days=days, main_account=main_account)
        who: Json = {"main_account_id": main_account, "shop_id_list": ids} if main_account else {"shop_id": ids[0]}
        data = {"authorize_type": "shop authorization", "extra": "", "success": 1, **who}
        self.tell(shops[0], 1, data, about_app=True)
        return code

    def revoke(self, shop: Shop, *, why: str = "user cancel shop authorization") -> None:
        self.tokens.revoke(shop.shop_id)
        data = {"authorize_type": why, "extra": "", "success": 1, "shop_id": shop.shop_id}
        self.tell(shop, 2, data, about_app=True)

    def warn_of_expiry(self, shop: Shop, *, days: float) -> None:
        """Shorten the authorization to these days, and push the warning that goes with them."""
        expire = self.now() + int(days * 86_400)
        if shop.shop_id in self.tokens.authorized:
            self.tokens.authorized[shop.shop_id]["expire_time"] = expire
        lists = {"merchant_expire_soon": [], "shop_expire_soon": [shop.shop_id], "user_expire_soon": []}
        self.tell(shop, 12, {**lists, "expire_before": expire, "page_no": 1, "total_page": 1}, about_app=True)

    def tell(self, shop: Shop, code: int, data: Json, *, order: str = "", about_app: bool = False) -> None:
        """Push to the app; those about authorizations name the partner instead of a shop."""
        self.pushes.add(
            code,
            data,
            {"partner_id": self.partner_id} if about_app else {"shop_id": shop.shop_id},
            shop=shop.name,
            order=order,
            now=self.clock.timestamp(),
            copies=int(shop.switches.push_copies),
        )
