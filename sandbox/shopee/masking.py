"""Buyers' data by value: masked texts are not empty, and differ field by field (protocol §2.2, §5.4)."""

from typing import Any

from sandbox.shopee import statuses as st
from sandbox.shopee.order import Order
from sandbox.shopee.shop import Shop

Json = dict[str, Any]
_SEEN_BY_CNPJ = frozenset({st.READY_TO_SHIP, st.PROCESSED, st.RETRY_SHIP, st.TO_RETURN})


def visible(shop: Shop, order: Order) -> tuple[bool, bool]:
    """Whether the address, and whether name and CPF, are shown now; the phone never is."""
    if shop.switches.masking == "none":
        return True, True
    shown = shop.switches.masking == "phone" and order.status in _SEEN_BY_CNPJ
    return shown, shown and shop.seller == "CNPJ"


def address(shop: Shop, order: Order) -> Json:
    place, person = visible(shop, order)
    full: Json = order.document["recipient_address"]
    phone = full["phone"] if shop.switches.masking == "none" else tail(full["phone"])
    masked = {
        "name": full["name"] if person else initials(full["name"]),
        "phone": phone,
        "full_address": full["full_address"] if place else f"******{full['full_address'][-2:]}",
    }
    if not place:
        masked |= dict.fromkeys(("town", "district", "city", "state", "zipcode", "region"), "****")
    return {**full, **masked}


def buyer_cpf(shop: Shop, order: Order) -> str:
    cpf: str = order.document["buyer_cpf_id"]
    return cpf if visible(shop, order)[1] else tail(cpf)


def initials(text: str) -> str:
    return f"{text[:1]}******{text[-1:]}"


def tail(text: str) -> str:
    return f"******{text[-2:]}"
