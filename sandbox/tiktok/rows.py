"""Shops, orders and webhooks as the control API and the page show them."""

import json
from datetime import UTC, datetime
from typing import Any

from sandbox.tiktok.app import App
from sandbox.tiktok.order import Order
from sandbox.tiktok.shop import Shop
from sandbox.tiktok.view import detail
from sandbox.tiktok.webhooks import WORDS

Json = dict[str, Any]


def described_shop(app: App, shop: Shop) -> Json:
    """Everything a caller needs to connect; the tokens are the newest pair, as if the seller had just consented."""
    access, refresh = app.tokens.newest(shop.shop_id)
    return {
        "name": shop.name,
        "sells": shop.sells,
        "base_path": "/tiktok",
        "credentials": {
            "service_id": app.service_id,
            "app_key": app.app_key,
            "app_secret": app.app_secret,
            "shop_id": shop.shop_id,
            "shop_cipher": shop.cipher,
            "access_token": access,
            "refresh_token": refresh,
        },
        "authorized_until": app.tokens.authorized.get(shop.shop_id),
        "orders": len(shop.orders),
    }


def described_order(shop: Shop, order: Order) -> Json:
    """As the order detail answers it, plus `sandbox`: what only TikTok Shop knows."""
    return {
        "code": order.id,
        **detail(shop, order),
        "sandbox": {
            "status": order.status,
            "effects": dict(order.effects),
            "request": order.request,
            "packages": [
                {
                    "id": package.id,
                    "status": package.status,
                    "sub_status": package.sub_status,
                    "invoice": package.invoice,
                    "access_key": package.access_key,
                    "handover": package.handover,
                    "tracking_number": package.tracking_number,
                }
                for package in order.packages
            ],
            "due": [{"at": instant(moment), "what": what} for moment, what in order.due],
        },
    }


def order_row(order: Order) -> Json:
    return {
        "code": order.id,
        "type": "CANCEL_ASKED" if order.request else order.status,
        "status": order.status,
        "label": order.status,
        "buyer": order.document["recipient_address"]["name"],
        "items": len(order.units),
        "total": float(order.document["payment"]["total_amount"]),
        "invoice_key": next((package.access_key for package in order.packages if package.access_key), None),
        "tracking": next((package.tracking_number for package in order.packages if package.tracking_number), None),
        "carrier": "do vendedor" if order.shipping_type == "SELLER" else "",
        "packages": len(order.packages),
        "invoice_pending": order.need_invoice in ("NEED_INVOICE", "INVOICE_PROCESSING"),
        "arranged": any(not package.waits for package in order.packages),
        "placed_at": instant(order.created),
        "updated_at": instant(order.updated),
        "effects": dict(order.effects),
    }


def webhook_rows(app: App, shop: Shop) -> list[Json]:
    """Webhooks of this shop that wait for their (next) attempt."""
    now = app.clock.timestamp()
    return [
        {
            "code": hook.order or shop.name,
            "push": WORDS.get(hook.type, str(hook.type)),
            "state": "retrying" if hook.attempts else "sending",
            "attempts": hook.attempts,
            "problem": hook.problem,
            "leased": bool(hook.attempts),
            "leased_until": instant(hook.due) if hook.attempts else None,
            "seconds_left": round(hook.due - now, 1) if hook.attempts else None,
            "body": json.loads(hook.body),
        }
        for hook in app.webhooks.waiting
        if hook.shop == shop.name
    ]


def instant(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")
