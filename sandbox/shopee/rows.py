"""Shops, orders and pushes as the control API and the page show them."""

import json
from datetime import UTC, datetime
from typing import Any

from sandbox.shopee.app import App
from sandbox.shopee.order import Order
from sandbox.shopee.shop import Shop
from sandbox.shopee.view import EVERYTHING, detail

Json = dict[str, Any]


def described_shop(app: App, shop: Shop) -> Json:
    """Everything a caller needs to connect; the tokens are the newest pair, as if the seller had just consented."""
    access, refresh = app.tokens.newest(shop.shop_id)
    return {
        "name": shop.name,
        "sells": shop.sells,
        "base_path": "/shopee",
        "credentials": {
            "partner_id": str(app.partner_id),
            "partner_key": app.partner_key,
            "push_partner_key": app.push_key,
            "shop_id": str(shop.shop_id),
            "access_token": access,
            "refresh_token": refresh,
        },
        "authorization": app.tokens.authorized.get(shop.shop_id),
        "orders": len(shop.orders),
    }


def described_order(shop: Shop, order: Order) -> Json:
    """As get_order_detail answers it with every optional field, plus `sandbox`: what only Shopee knows."""
    return {
        "code": order.sn,
        **detail(shop, order, EVERYTHING),
        "sandbox": {
            "status": order.status,
            "effects": dict(order.effects),
            "invoice_pending": order.invoice_pending,
            "before_cancel": order.before_cancel,
            "packages": [
                {
                    "package_number": package.number,
                    "status": package.status,
                    "arranged": package.arranged,
                    "tracking_number": package.tracking_number,
                    "pickup": package.pickup,
                    "documents": {kind: job["status"] for kind, job in package.documents.items()},
                }
                for package in order.packages
            ],
            "due": [{"at": instant(moment), "what": what} for moment, what in order.due],
        },
    }


def order_row(order: Order) -> Json:
    invoice = order.invoice or {}
    return {
        "code": order.sn,
        "type": order.status,
        "status": order.status,
        "label": order.status,
        "buyer": order.document["recipient_address"]["name"],
        "items": sum(line["quantity"] for line in order.lines),
        "total": order.document["total_amount"],
        "invoice_key": invoice.get("access_key"),
        "tracking": next((package.tracking_number for package in order.packages if package.tracking_number), None),
        "carrier": order.channel.carrier,
        "packages": len(order.packages),
        "invoice_pending": order.invoice_pending,
        "arranged": any(package.arranged for package in order.packages),
        "placed_at": instant(order.created),
        "updated_at": instant(order.updated),
        "effects": dict(order.effects),
    }


def push_rows(app: App, shop: Shop) -> list[Json]:
    """Pushes of this shop that wait for their (next) attempt, then those that are lost."""
    now = app.clock.timestamp()
    waiting = [
        {
            "code": push.order or shop.name,
            "push": push.code,
            "state": "retrying" if push.attempts else "sending",
            "attempts": push.attempts,
            "problem": push.problem,
            "leased": bool(push.attempts),
            "leased_until": instant(push.due) if push.attempts else None,
            "seconds_left": round(push.due - now, 1) if push.attempts else None,
            "body": json.loads(push.body),
        }
        for push in app.pushes.waiting
        if push.shop == shop.name
    ]
    lost = [
        {
            "code": found["order"] or shop.name,
            "push": found["code"],
            "state": "lost",
            "attempts": 0,
            "problem": "",
            "leased": False,
            "leased_until": None,
            "seconds_left": None,
            "body": json.loads(found["data"]),
        }
        for found in app.pushes.lost
        if found.get("shop_id", shop.shop_id) == shop.shop_id
    ]
    return waiting + lost


def instant(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")
