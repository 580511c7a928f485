"""What can happen to a whole seller: tokens that end, webhooks set in Seller Center, files that expire."""

from collections.abc import Callable
from typing import Any

from sandbox.dafiti.hooks import EVENTS
from sandbox.dafiti.seller import Seller
from sandbox.dafiti.view import uuid_of
from sandbox.errors import Invalid

Json = dict[str, Any]


def expire_tokens(seller: Seller, _arguments: Json) -> Json:
    """Every token dies at once; a new one is asked for with the credentials."""
    seller.tokens.clear()
    return {}


def change_secret(seller: Seller, arguments: Json) -> Json:
    """Somebody made a new secret in Seller Center: the old one gives no more tokens."""
    seller.client_secret = str(arguments.get("client_secret", f"{seller.client_secret}-new"))
    seller.tokens.clear()
    return {"client_secret": seller.client_secret}


def subscribe(seller: Seller, arguments: Json) -> Json:
    """Replace all webhooks by one with this `callback_url`; an empty one leaves none."""
    url, events = str(arguments.get("callback_url", "")), arguments.get("events", list(EVENTS))
    if not isinstance(events, list) or not set(events) <= set(EVENTS):
        raise Invalid(f"events must be a list of {', '.join(EVENTS)}")
    webhook = {"uuid": uuid_of(seller.next_id()), "callbackUrl": url, "events": events, "isEnabled": True}
    seller.hooks.webhooks = [webhook] if url else []
    return {"callback_url": url, "events": events}


def expire_files(seller: Seller, _arguments: Json) -> Json:
    """Every document that was made is gone."""
    for task in seller.exports.values():
        task["ready"] = task["created"] = 0.0
    return {}


COMMANDS: dict[str, Callable[[Seller, Json], Json]] = {
    command.__name__: command for command in (expire_tokens, change_secret, subscribe, expire_files)
}


def run(seller: Seller, verb: str, arguments: Json) -> Json:
    if verb not in COMMANDS:
        raise Invalid(f"nothing called {verb!r} can happen to a seller; known: {', '.join(COMMANDS)}")
    return COMMANDS[verb](seller, arguments)
