"""Where a shop's webhooks go: one address for each kind (protocol §7)."""

from urllib.parse import urlsplit

from sandbox.call import Call
from sandbox.tiktok.gate import Endpoint
from sandbox.tiktok.reply import Reply, wrong
from sandbox.tiktok.shop import Shop
from sandbox.tiktok.webhooks import TYPES


def put(shop: Shop, call: Call, _path: dict[str, str]) -> Reply:
    """Addresses are checked less than there: a sandbox calls this machine, by http and with a port."""
    kind, address = call.document.get("event_type"), str(call.document.get("address", ""))
    if kind not in TYPES:
        raise wrong("event_type is invalid.")
    if len(address) > 255 or urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).hostname:
        raise wrong("address is invalid.")
    shop.addresses[str(kind)] = address
    call.effects.append("webhook_set")
    return Reply()


def listed(shop: Shop, _call: Call, _path: dict[str, str]) -> Reply:
    rows = [{"event_type": kind, "address": address} for kind, address in shop.addresses.items()]
    return Reply({"webhooks": rows, "total_count": len(rows)})


def delete(shop: Shop, call: Call, _path: dict[str, str]) -> Reply:
    if shop.addresses.pop(str(call.document.get("event_type")), None):
        call.effects.append("webhook_removed")
    return Reply()


ENDPOINTS = (
    Endpoint("PUT", "/event/202309/webhooks", shop=put),
    Endpoint("GET", "/event/202309/webhooks", shop=listed),
    Endpoint("DELETE", "/event/202309/webhooks", shop=delete),
)
