"""Sellers, orders and webhooks as the control API and the page show them."""

import json
from typing import Any

from sandbox.dafiti.order import Order
from sandbox.dafiti.seller import Seller
from sandbox.dafiti.view import instant, order_view, total_of

Json = dict[str, Any]


def described_seller(seller: Seller) -> Json:
    """Everything a caller needs to connect; user_id and api_key sign classic calls."""
    return {
        "name": seller.name,
        "sells": seller.sells,
        "base_path": "/dafiti",
        "credentials": {name: getattr(seller, name) for name in ("client_id", "client_secret", "user_id", "api_key")},
        "orders": len(seller.orders),
    }


def described_order(seller: Seller, order: Order) -> Json:
    """As GET /v2/orders/{id} answers it, plus `sandbox`: what only Dafiti knows."""
    return {
        "code": order.code,
        **order_view(seller, order),
        "sandbox": {
            "status": order.status,
            "effects": dict(order.effects),
            "packages": [
                {
                    "id": package.id,
                    "provider": package.provider,
                    "tracking": package.tracking,
                    "access_key": package.access_key,
                    "orderItemIds": [unit.id for unit in order.inside(package)],
                }
                for package in order.packages
            ],
            "due": [{"at": instant(moment), "what": what} for moment, what in order.due],
        },
    }


def order_row(order: Order) -> Json:
    customer = order.document["customer"]
    keys = (package.access_key for package in order.packages if package.access_key)
    codes = (package.tracking for package in order.packages if package.tracking)
    return {
        "code": order.code,
        "type": order.status,
        "status": order.status,
        "label": order.status,
        "buyer": f"{customer['firstName']} {customer['lastName']}",
        "items": len(order.units),
        "total": total_of(order),
        "invoice_key": next(keys, None),
        "tracking": next(codes, None),
        "carrier": order.packages[0].provider if order.packages else order.foreseen,
        "packages": len(order.packages),
        "placed_at": instant(order.created),
        "updated_at": instant(order.updated),
        "effects": dict(order.effects),
    }


def callback_rows(seller: Seller) -> list[Json]:
    """Webhooks that wait for their (next) attempt."""
    now = seller.moment
    return [
        {
            "code": callback.order,
            "push": json.loads(callback.body)["event"],
            "state": "retrying" if callback.attempts else "sending",
            "attempts": callback.attempts,
            "problem": callback.problem,
            "leased": bool(callback.attempts),
            "leased_until": instant(callback.due) if callback.attempts else None,
            "seconds_left": round(callback.due - now, 1) if callback.attempts else None,
            "body": json.loads(callback.body),
        }
        for callback in seller.hooks.waiting
    ]
