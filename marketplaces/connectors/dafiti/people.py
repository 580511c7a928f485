"""Buyer and address. What Dafiti does not let us see is "#####", field by field; phone and e-mail mostly are. Pure."""

import re
import unicodedata
from collections.abc import Iterable

from marketplaces.connectors.dafiti import payload
from marketplaces.connectors.dafiti.reading import digits, is_masked, unmasked
from marketplaces.document import part
from marketplaces.values import listed, text
from orders.snapshot import Address, Buyer

STATES = {
    "acre": "AC", "alagoas": "AL", "amapa": "AP", "amazonas": "AM", "bahia": "BA", "ceara": "CE",
    "distrito federal": "DF", "espirito santo": "ES", "goias": "GO", "maranhao": "MA", "mato grosso": "MT",
    "mato grosso do sul": "MS", "minas gerais": "MG", "para": "PA", "paraiba": "PB", "parana": "PR",
    "pernambuco": "PE", "piaui": "PI", "rio de janeiro": "RJ", "rio grande do norte": "RN",
    "rio grande do sul": "RS", "rondonia": "RO", "roraima": "RR", "santa catarina": "SC", "sao paulo": "SP",
    "sergipe": "SE", "tocantins": "TO",
}  # fmt: skip
BRAZIL = frozenset({"", "br", "brasil", "brazil"})
_NUMBER = re.compile(r"(?:n[º°.]?\s*)?(\d+\s?[A-Za-z]?|s/?n)", re.IGNORECASE)
DOCUMENT_LENGTHS = (11, 14)


def buyer(order: payload.Order) -> Buyer:
    shipping, billing = _addresses(order)
    customer = part(order.customer, payload.Name)
    document = digits(order.national_registration_number)
    phones = [unmasked(phone, most=40) for told in (shipping, billing) for phone in listed(told.phone)]
    return Buyer(
        name=_name(customer) or _name(billing) or _name(shipping),
        document=document if len(document) in DOCUMENT_LENGTHS else "",
        email=unmasked(shipping.email) or unmasked(billing.email),
        phones=tuple(dict.fromkeys(filter(None, phones))),
    )


def shipping_address(order: payload.Order) -> Address:
    return _address(_addresses(order)[0])


def billing_address(order: payload.Order) -> Address:
    shipping, billing = _addresses(order)
    return _address(billing) if text(billing.city) else _address(shipping)


def withheld(order: payload.Order) -> bool:
    """Name, address or CPF. Phone and e-mail may stay hidden for ever and hold nothing up."""
    shipping, _billing = _addresses(order)
    rows = list(listed(shipping.address))
    told = (*rows, shipping.first_name, shipping.last_name, shipping.city, shipping.post_code)
    return not any(text(row) for row in rows) or any(map(is_masked, (*told, order.national_registration_number)))


def _addresses(order: payload.Order) -> tuple[payload.Address, payload.Address]:
    told = part(order.address, payload.Addresses)
    return part(told.shipping, payload.Address), part(told.billing, payload.Address)


def _name(told: payload.Name | payload.Address) -> str:
    return " ".join(filter(None, (unmasked(told.first_name, most=75), unmasked(told.last_name, most=74))))


def _address(told: payload.Address) -> Address:
    street, number, complement = _split(listed(told.address))
    country = unmasked(told.country)
    phones = [unmasked(phone, most=40) for phone in listed(told.phone)]
    return Address(
        recipient=_name(told),
        street=street,
        number=number,
        complement=complement,
        neighborhood=unmasked(told.ward),
        city=unmasked(told.city),
        state=_state(unmasked(told.region)),
        country="BR" if _plain(country) in BRAZIL else country,
        postcode=digits(told.post_code),
        phone=next(filter(None, phones), ""),
    )


def _split(rows: Iterable[object]) -> tuple[str, str, str]:
    """Street, number, complement: five rows whose use is documented nowhere, or one "Rua das Flores, 12, Apto 3"."""
    told = [piece.strip() for row in rows for piece in unmasked(row).split(",") if piece.strip()]
    street, *rest = told or [""]
    if rest and _NUMBER.fullmatch(rest[0]):
        return street, rest[0], ", ".join(rest[1:])
    return street, "", ", ".join(rest)


def _state(told: str) -> str:
    """UF; as told when it is none."""
    return told.upper() if len(told) == 2 else STATES.get(_plain(told), told)


def _plain(told: str) -> str:
    """Without accents, case and hyphens, for comparing."""
    decomposed = unicodedata.normalize("NFKD", told.casefold().replace("-", " "))
    return "".join(character for character in decomposed if not unicodedata.combining(character)).strip()
