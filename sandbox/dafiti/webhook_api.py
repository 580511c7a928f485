"""Subscribing to webhooks (protocol §8)."""

from typing import Any

from sandbox.call import Call
from sandbox.dafiti.fields import text_of
from sandbox.dafiti.gate import Endpoint
from sandbox.dafiti.hooks import EVENTS
from sandbox.dafiti.reply import Answered, Reply, violation
from sandbox.dafiti.seller import Seller
from sandbox.dafiti.view import instant, uuid_of


def create(seller: Seller, call: Call, _where: dict[str, str]) -> Reply:
    url, events = _told(call)
    webhook = {"uuid": uuid_of(seller.next_id()), "callbackUrl": url, "events": events, "isEnabled": True}
    seller.hooks.webhooks.append(webhook)
    call.effects.append("webhook_set")
    return Reply({"webhookId": webhook["uuid"], "createdAt": instant(seller.moment)}, 201)


def change(seller: Seller, call: Call, where: dict[str, str]) -> Reply:
    webhook = _find(seller, where)
    webhook["callbackUrl"], webhook["events"] = _told(call)
    call.effects.append("webhook_set")
    return Reply({"webhookId": webhook["uuid"], "updatedAt": instant(seller.moment)})


def delete(seller: Seller, call: Call, where: dict[str, str]) -> Reply:
    seller.hooks.webhooks.remove(_find(seller, where))
    call.effects.append("webhook_removed")
    return Reply(None, 204)


def enable(seller: Seller, call: Call, where: dict[str, str]) -> Reply:
    _find(seller, where)["isEnabled"] = call.document.get("isEnabled") is True
    return Reply(None, 204)


def webhooks(seller: Seller, _call: Call, _where: dict[str, str]) -> Reply:
    return Reply(seller.hooks.webhooks)


def entities(_seller: Seller, _call: Call, _where: dict[str, str]) -> Reply:
    return Reply([{"name": event, "alias": event} for event in EVENTS])


def _told(call: Call) -> tuple[str, list[str]]:
    url, events = text_of(call, "callbackUrl", required=True), call.document.get("events")
    if not url.startswith(("http://", "https://")):
        raise violation("callbackUrl", "This value is not a valid URL.")
    if not isinstance(events, list) or not events or not set(events) <= set(EVENTS):
        raise violation("events", "One or more of the given values is invalid.")
    return url, events


def _find(seller: Seller, where: dict[str, str]) -> dict[str, Any]:
    for webhook in seller.hooks.webhooks:
        if webhook["uuid"] == where["uuid"]:
            return webhook
    raise Answered(404)


_ONE = r"/v2/webhook/(?P<uuid>[0-9a-f-]{36})"
ENDPOINTS = (
    Endpoint("POST", "/v2/webhook", create),
    Endpoint("PUT", _ONE, change),
    Endpoint("DELETE", _ONE, delete),
    Endpoint("POST", f"{_ONE}/status", enable),
    Endpoint("GET", "/v2/webhooks", webhooks),
    Endpoint("GET", "/v2/webhook-entities", entities),
)
