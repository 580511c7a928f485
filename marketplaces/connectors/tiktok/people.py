"""Buyer and address. Where TikTok Shop's carrier drives, names and streets are masked; the CPF is told. Pure."""

import re
import unicodedata

from marketplaces.connectors.tiktok import payload
from marketplaces.connectors.tiktok.reading import MASK, digits, unmasked
from marketplaces.document import part, parts
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
STATE, CITY, NEIGHBORHOOD = "L1", "L2", "L3"
_NUMBER = re.compile(r"(?:n[º°.]?\s*)?(\d+\s?[A-Za-z]?|s/?n)", re.IGNORECASE)


def buyer(order: payload.Order) -> Buyer:
    """The name that belongs to the CPF is what the NF-e wants; the e-mail is TikTok Shop's own, for this order."""
    told = part(order.recipient_address, payload.Address)
    phone = unmasked(told.phone_number, most=40)
    return Buyer(
        name=unmasked(order.cpf_name, most=150) or unmasked(told.name, most=150),
        document=digits(order.cpf)[:20],
        email=unmasked(order.buyer_email),
        phones=(phone,) if phone else (),
    )


def address(told: payload.Address) -> Address:
    """What the lines hold is not documented for Brazil: street, number and the rest, in one or in several."""
    places = _places(told)
    street, number, complement, neighborhood = _split(told, places)
    return Address(
        recipient=unmasked(told.name),
        street=street,
        number=number,
        complement=complement,
        neighborhood=places.get(NEIGHBORHOOD) or neighborhood,
        city=places.get(CITY, ""),
        state=_state(places.get(STATE, "")),
        country=unmasked(told.region_code).upper() or "BR",
        postcode=digits(told.postal_code),
        phone=unmasked(told.phone_number, most=40),
    )


def withheld(order: payload.Order) -> bool:
    """Is anything of it masked, or not told yet? Before the shipment there are no districts."""
    told = part(order.recipient_address, payload.Address)
    values = (told.name, told.full_address, told.address_detail, told.address_line1, told.postal_code, order.cpf)
    return any(MASK in text(value) for value in values) or not _places(told).get(CITY)


def _places(told: payload.Address) -> dict[str, str]:
    """By level: country, state, city, neighborhood."""
    rows = parts(told.district_info, payload.District)
    return {text(row.address_level): unmasked(row.address_name) for row in rows}


def _split(told: payload.Address, places: dict[str, str]) -> tuple[str, str, str, str]:
    """Street, number, complement, neighborhood."""
    told_lines = (told.address_line1, told.address_line2, told.address_line3, told.address_line4)
    lines = [unmasked(line) for line in told_lines]
    first, second, third, fourth = lines
    if _NUMBER.fullmatch(third) and first and second and not _NUMBER.fullmatch(second):
        # As TikTok Shop documents Brazilian warehouses: neighborhood, street, number, complement.
        return second, third, fourth, first
    known = {_plain(place) for place in (*places.values(), digits(told.postal_code), text(told.region_code))} - {""}
    whole = ",".join(line for line in lines if line) or unmasked(told.address_detail) or unmasked(told.full_address)
    pieces = [piece.strip() for piece in whole.split(",") if piece.strip() and _plain(piece) not in known]
    street, *rest = pieces or [""]
    if rest and _NUMBER.fullmatch(rest[0]):
        return street, rest[0], ", ".join(rest[1:]), ""
    return street, "", ", ".join(rest), ""


def _state(told: str) -> str:
    """UF; as told when it is none."""
    return told.upper() if len(told) == 2 else STATES.get(_plain(told), told)


def _plain(told: str) -> str:
    """Without accents, case and hyphens, for comparing."""
    decomposed = unicodedata.normalize("NFKD", told.casefold().replace("-", ""))
    return "".join(character for character in decomposed if not unicodedata.combining(character)).strip()
