"""Buyer and addresses: cleaned, and recognized when they are masked, withheld or placeholders. Pure."""

from typing import Any

from marketplaces.connectors.skyhub import payload
from marketplaces.connectors.skyhub.reading import optional
from marketplaces.values import digits, listed, text
from orders.snapshot import Address, Buyer

#: What occurs instead of "BR": Extra, Casas Bahia and Ponto Frio write ISO 3166 alpha-3 (M2 1.0.5).
COUNTRIES = {"BRA": "BR", "BRASIL": "BR", "BRAZIL": "BR"}
MASK = "*"


def buyer(told: payload.Customer) -> Buyer:
    return Buyer(
        name=text(told.name, most=150),
        document=document(told.vat_number),
        email=optional(told.email, most=254),
        phones=_phones(told.phones),
        state_registration=optional(told.state_registration, most=30),
    )


def document(value: Any) -> str:
    """CPF or CNPJ without punctuation. A JSON integer has lost its leading zeros (S2's example); "" when masked."""
    found = text(value)
    if MASK in found:
        return ""
    bare = "".join(character for character in found.upper() if character.isascii() and character.isalnum())[:20]
    if isinstance(value, str):
        return bare
    return bare.zfill(11 if len(bare) <= 11 else 14) if bare else ""


def address(told: payload.Address) -> Address:
    complement, reference = _complement(told)
    return Address(
        recipient=text(told.full_name),
        street=text(told.street),
        number=optional(told.number),
        complement=complement,
        reference=reference,
        neighborhood=optional(told.neighborhood),
        city=text(told.city),
        state=text(told.region).upper() if len(text(told.region)) == 2 else text(told.region),
        country=_country(told.country),
        postcode=_postcode(told.postcode),
        phone=optional(told.phone) or optional(told.secondary_phone),
    )


def withheld(customer: payload.Customer, shipping: payload.Address) -> bool:
    """Has the marketplace not released the buyer's data yet, or not all of it? Before approval that is usual."""
    told = (customer.name, customer.vat_number, shipping.full_name, shipping.street, shipping.postcode)
    if any(MASK in text(value) for value in told):
        return True
    postcode = digits(shipping.postcode)
    placeholder = bool(postcode) and not postcode.strip("0")
    return placeholder or not (text(shipping.street) or postcode)


def _complement(told: payload.Address) -> tuple[str, str]:
    """Complement and reference. For B2W `detail` is both, joined by " - "; for other channels it is all there is."""
    complement, reference, detail = optional(told.complement), optional(told.reference), optional(told.detail)
    if reference and (detail == reference or detail.endswith(f" - {reference}")):
        detail = detail.removesuffix(reference).removesuffix(" - ")
    if not complement:
        return detail, reference
    if detail == complement or not detail:
        return complement, reference
    if detail.startswith(f"{complement} - ") and not reference:
        return complement, detail.removeprefix(f"{complement} - ")
    return f"{complement} - {detail.removeprefix(f'{complement} - ')}", reference


def _country(value: Any) -> str:
    found = text(value).upper()
    return COUNTRIES.get(found, found) or "BR"


def _postcode(value: Any) -> str:
    """Eight digits; "" for the placeholder of zeros. As an integer it has lost the zeros of São Paulo's CEPs."""
    found = digits(value)
    if not found.strip("0"):
        return ""
    return found if isinstance(value, str) else found.zfill(8)


def _phones(value: Any) -> tuple[str, ...]:
    """Those that hold a digit, each once however it is punctuated."""
    told = (text(entry, most=40) for entry in listed(value))
    return tuple({digits(phone): phone for phone in told if digits(phone)}.values())
