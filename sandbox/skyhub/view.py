"""An order as a client sees it now: placeholders before payment, integers, the account's own statuses."""

import copy
from typing import Any

from sandbox.skyhub.order import Order
from sandbox.skyhub.reply import encoded
from sandbox.skyhub.statuses import Status
from sandbox.skyhub.switches import SkyHubSwitches

Json = dict[str, Any]
ABSENT = "$absent"
_PLACEHOLDER = {
    "street": "Endereço liberado após o pagamento",
    "number": "0",
    "detail": "",
    "neighborhood": "",
    "postcode": "00000000",
    "phone": None,
    "secondary_phone": None,
    "reference": None,
    "complement": None,
}


def document_of(order: Order, *, status: Status, switches: SkyHubSwitches) -> Json:
    """A fresh document; the order's patches are laid over it last, so a test can bend anything."""
    seen = copy.deepcopy(order.document)
    shown_type = switches.type_alias.get(status.type, status.type)
    seen["status"] = {"code": status.code, "label": status.label, "type": shown_type}
    if order.unpaid and switches.withhold_address != "no":
        _withhold(seen, absent=switches.withhold_address == "absent")
    if switches.integers:
        _as_integers(seen)
    for patch in order.patches:
        merged(seen, patch)
    return seen


def body_of(order: Order, *, status: Status, switches: SkyHubSwitches) -> bytes:
    """The same as bytes, kept until the order changes; a raw order answers its raw text."""
    if order.raw is not None:
        return order.raw.encode()
    if order.seen is None:
        order.seen = encoded(document_of(order, status=status, switches=switches))
    return order.seen


def merged(document: Json, patch: Json) -> None:
    """Lay a patch over a document, key by key; the value "$absent" removes a key."""
    for key, value in patch.items():
        if value == ABSENT:
            document.pop(key, None)
        elif isinstance(value, dict) and isinstance(document.get(key), dict):
            merged(document[key], value)
        else:
            document[key] = copy.deepcopy(value)


def _withhold(seen: Json, *, absent: bool) -> None:
    """Marketplaces release address and shipping method with the payment (protocol §3.3)."""
    seen.pop("shipping_method", None)
    if absent:
        seen.pop("shipping_address", None)
    elif isinstance(seen.get("shipping_address"), dict):
        seen["shipping_address"].update(_PLACEHOLDER)


def _as_integers(seen: Json) -> None:
    """The API echoes the JSON type that was posted, so leading zeros are lost (protocol §3.3, trap 15)."""
    for part, key in (
        ("customer", "vat_number"),
        ("shipping_address", "number"),
        ("billing_address", "number"),
    ):
        value = seen.get(part, {}).get(key)
        if isinstance(value, str) and value.strip().isdecimal():
            seen[part][key] = int(value)
