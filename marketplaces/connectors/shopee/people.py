"""Buyer and address. Masks are texts like any other ("P******n"), field by field; the phone is never shown. Pure."""

import re
import unicodedata

from marketplaces.connectors.shopee import payload
from marketplaces.connectors.shopee.reading import MASK, digits, unmasked
from marketplaces.document import part
from marketplaces.values import text
from orders.snapshot import Address, Buyer

STATES = {
    "acre": "AC", "alagoas": "AL", "amapa": "AP", "amazonas": "AM", "bahia": "BA", "ceara": "CE",
    "distrito federal": "DF", "espirito santo": "ES", "goias": "GO", "maranhao": "MA", "mato grosso": "MT",
    "mato grosso do sul": "MS", "minas gerais": "MG", "para": "PA", "paraiba": "PB", "parana": "PR",
    "pernambuco": "PE", "piaui": "PI", "rio de janeiro": "RJ", "rio grande do norte": "RN",
    "rio grande do sul": "RS", "rondonia": "RO", "roraima": "RR", "santa catarina": "SC", "sao paulo": "SP",
    "sergipe": "SE", "tocantins": "TO",
}  # fmt: skip
_NUMBER = re.compile(r"(?:n[º°.]?\s*)?(\d+\s?[A-Za-z]?|s/?n)", re.IGNORECASE)


def buyer(order: payload.Order) -> Buyer:
    """The account's name stands in for a recipient's that is masked."""
    recipient = part(order.recipient_address, payload.Address)
    return Buyer(
        name=unmasked(recipient.name, most=150) or unmasked(order.buyer_username, most=150),
        document=digits(order.buyer_cpf_id)[:20],
    )


def address(told: payload.Address) -> Address:
    """Shopee writes street, number and complement as one text, followed by what also has fields of its own."""
    street, number, complement = _split(told)
    return Address(
        recipient=unmasked(told.name),
        street=street,
        number=number,
        complement=complement,
        neighborhood=unmasked(told.district) or unmasked(told.town),
        city=unmasked(told.city),
        state=_state(unmasked(told.state)),
        country=unmasked(told.region).upper() or "BR",
        postcode=digits(told.zipcode),
    )


def withheld(order: payload.Order) -> bool:
    """Is the address masked or not there, or the buyer's CPF? A CPF seller never sees the latter, nor the name."""
    told = part(order.recipient_address, payload.Address)
    values = (told.name, told.full_address, told.city, told.zipcode, order.buyer_cpf_id)
    return any(MASK in text(value) for value in values) or not text(told.full_address)


def _split(told: payload.Address) -> tuple[str, str, str]:
    """Street, number, complement: "Rua das Flores, 12, Apto 3, Centro, São Paulo, São Paulo, 01001000"."""
    fields = (told.town, told.district, told.city, told.state, told.zipcode, told.region)
    known = {_plain(text(value)) for value in fields} - {""}
    pieces = [piece.strip() for piece in unmasked(told.full_address).split(",") if piece.strip()]
    while len(pieces) > 1 and _plain(pieces[-1]) in known:
        pieces.pop()
    street, *rest = pieces or [""]
    if rest and _NUMBER.fullmatch(rest[0]):
        return street, rest[0], ", ".join(rest[1:])
    return street, "", ", ".join(rest)


def _state(told: str) -> str:
    """UF; as told when it is none."""
    return told.upper() if len(told) == 2 else STATES.get(_plain(told), told)


def _plain(told: str) -> str:
    """Without accents, case and hyphens, for comparing."""
    decomposed = unicodedata.normalize("NFKD", told.casefold().replace("-", ""))
    return "".join(character for character in decomposed if not unicodedata.combining(character)).strip()
