"""The developer's app at TikTok Shop: its keys, the shops that authorized it, their webhooks."""

from typing import Any

from sandbox.clock import Clock
from sandbox.errors import Missing
from sandbox.tiktok import market
from sandbox.tiktok.shop import Shop
from sandbox.tiktok.switches import TikTokSwitches
from sandbox.tiktok.tokens import Tokens
from sandbox.tiktok.webhooks import NAMES, Hook, Webhooks

Json = dict[str, Any]
SERVICE_ID = "7000000000000000001"
APP_KEY = "6sandbox0app0key"
APP_SECRET = "sandbox-tiktok-app-secret-of-nobody"  # noqa: S105 - of nobody, as it says
FIRST_SHOP_ID = 7495540735365770001


class App:
    """One app, as a hub is one; its shops are the stores of the control API."""

    service_id = SERVICE_ID
    app_key = APP_KEY
    app_secret = APP_SECRET

    def __init__(self, *, clock: Clock) -> None:
        self.clock = clock
        self.redirect_url = ""
        self.tokens = Tokens()
        self.webhooks = Webhooks()
        self.shops: dict[str, Shop] = {}

    @property
    def switches(self) -> TikTokSwitches:
        """Of calls that belong to no shop."""
        return next(iter(self.shops.values())).switches

    def add(self, shop: Shop) -> None:
        self.shops[shop.name] = shop
        shop.tell = self.tell

    def shop(self, name: str) -> Shop:
        if name not in self.shops:
            raise Missing(f"no TikTok shop {name!r}; known: {', '.join(self.shops)}")
        return self.shops[name]

    def by_cipher(self, cipher: str) -> Shop | None:
        return next((shop for shop in self.shops.values() if shop.cipher == cipher), None)

    def by_id(self, shop_id: str) -> Shop | None:
        return next((shop for shop in self.shops.values() if shop.shop_id == shop_id), None)

    def of_token(self, token: str) -> Shop | None:
        return self.by_id(self.tokens.shop_of(token))

    def next_shop_id(self) -> str:
        return str(max((int(shop.shop_id) for shop in self.shops.values()), default=FIRST_SHOP_ID - 1) + 1)

    def switches_of(self, shop: str) -> TikTokSwitches:
        return self.shops[shop].switches if shop in self.shops else self.switches

    def keep_deadlines(self) -> None:
        for shop in self.shops.values():
            market.keep_deadlines(shop)

    def take_due_webhooks(self) -> list[Hook]:
        newest_first = self.switches.webhook_reversed
        return self.webhooks.take_due(now=self.clock.timestamp(), newest_first=newest_first)

    def tell(self, shop: Shop, kind: int, data: Json, *, order: str = "") -> None:
        """Nobody is told who did not ask for it."""
        if not (address := shop.addresses.get(NAMES[kind], "")):
            return
        self.webhooks.add(
            kind,
            data,
            address=address,
            shop=shop.name,
            shop_id=shop.shop_id,
            order=order,
            now=self.clock.timestamp(),
            copies=int(shop.switches.webhook_copies),
        )
