"""The demo's Shopee: an account at the sandbox's shop, its pushes, and a few orders whose hour is over."""

from datetime import timedelta
from typing import Any

import httpx
from django.urls import reverse
from django.utils import timezone

from marketplaces import tokens
from marketplaces.crossing import Grant
from marketplaces.models import AccessToken, Account
from orders.models import Channel

SHOP_ID = "700001"
#: The sandbox's own app and first tokens; these open nothing else.
CREDENTIALS = {
    "partner_id": "1000001",
    "partner_key": "sandbox-shopee-partner-key-of-nobody",
    "push_key": "sandbox-shopee-push-key-of-nobody",
}
HOUR = 3600
#: One that is picked up, one that is dropped off at Correios.
READY = ({"channel": "padrao"}, {"channel": "correios"})


def connect(sandbox_url: str, web_url: str) -> None:
    """Connect it, or find it as it was: tokens and orders of an earlier run stay."""
    sandbox_url = sandbox_url.rstrip("/")
    channel, _ = Channel.objects.get_or_create(
        code="shopee-demo", defaults={"name": "Shopee (demonstração)", "marketplace": "shopee"}
    )
    account, _ = Account.objects.get_or_create(channel=channel, defaults={"connector": "shopee", "shop_id": SHOP_ID})
    account.production = False
    account.base_url = f"{sandbox_url}/shopee"  # the ports may change between runs
    account.credentials = CREDENTIALS
    account.save()
    callback = f"{web_url.rstrip('/')}{reverse('webhook', args=[channel.code])}"
    _tell(sandbox_url, "store/subscribe", {"callback_url": callback})
    if not AccessToken.objects.filter(account=account).exists():
        tokens.store(account, _first_pair())
        for order in READY:
            _tell(sandbox_url, "orders", {"status": "READY_TO_SHIP", "age": 3 * HOUR, "paid_ago": 2 * HOUR, **order})


def _first_pair() -> Grant:
    return Grant(
        access_token=f"sandbox-{SHOP_ID}-access",
        refresh_token=f"sandbox-{SHOP_ID}-refresh",
        expires_at=timezone.now() + timedelta(hours=3),
    )


def _tell(sandbox_url: str, what: str, body: dict[str, Any]) -> None:
    httpx.post(f"{sandbox_url}/control/shopee/{what}", json=body, timeout=10).raise_for_status()
