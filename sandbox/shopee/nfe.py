"""What Shopee looks at in an NF-e's XML, and why it sends one back (protocol §5.3, all 17 cases)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.shopee.reply import Refused, wrong
from sandbox.shopee.shop import UFS, Shop

CFOPS = frozenset(map(str, (
    6108, 6102, 5102, 6107, 6101, 5101, 5405, 6404, 6403, 6106, 5403, 5106, 6104, 6109, 6115, 6103, 6105, 6401,
    5115, 6120, 5103, 5105, 5104, 5109, 6402, 5120, 6118, 5401, 5402, 5112, 5114, 6112, 5117, 6117, 5118, 6113,
    6114, 6119, 5111, 6123, 6116, 5116, 5119, 5113, 6111,
)))  # fmt: skip
NOT_XML = "Please upload a valid Invoice XML file"


@dataclass(frozen=True, kw_only=True)
class Note:
    """`issued` is None when the note does not say; `canceled` when its protocol says so."""

    key: str
    model: str
    number: str
    series: str
    issued: datetime | None
    cnpj: str
    state_registration: str
    cfops: tuple[str, ...]
    total: float
    products_total: float
    authorized: bool
    canceled: bool


def read(xml: bytes, *, needs_declaration: bool) -> Note:
    """Raises Refused for what is no NF-e at all."""
    text = xml.decode("utf-8", errors="replace")
    if needs_declaration and not text.lstrip("\ufeff").startswith("<?xml"):
        raise Refused("order.upload_invoice_error", "File Error")
    if not re.search(r"<(?:\w+:)?NFe\b", text) or not re.search(r"</(?:\w+:)?(?:nfeProc|NFe)>\s*$", text):
        raise Refused("order.upload_invoice_error", NOT_XML)
    identity = re.search(r'\bId="NFe([^"]*)"', text)
    status = _tag(_part(text, "infProt"), "cStat")
    return Note(
        key=identity[1] if identity else _tag(text, "chNFe"),
        model=_tag(text, "mod"),
        number=_tag(text, "nNF"),
        series=_tag(text, "serie"),
        issued=_moment(_tag(text, "dhEmi")),
        cnpj=_tag(_part(text, "emit"), "CNPJ"),
        state_registration=_tag(_part(text, "emit"), "IE"),
        cfops=tuple(re.findall(r"<CFOP>(\d+)</CFOP>", text)),
        total=_amount(_tag(text, "vNF")),
        products_total=_amount(_tag(_part(text, "ICMSTot"), "vProd")),
        authorized=status in ("100", "150"),
        canceled=status in ("101", "151", "155"),
    )


def check(shop: Shop, note: Note) -> None:
    """Everything but whether the key is taken. Raises Refused in Shopee's words, double full stops and all."""
    check_key(note.key)
    if shop.switches.issuer_is_shopee:
        raise wrong("Don't support Invoice Issuer now, please switch Shop Default to upload invoice..")
    if note.model != "55" or note.key[20:22] != "55":
        raise Refused("error_param", "Invalid NF-e model. Only model 55 is accepted.")
    check_owner(shop, note.key)
    if (note.key[22:25], note.key[25:34]) != (note.series.zfill(3), note.number.zfill(9)):
        raise wrong("Invalid access key..")
    if shop.state_registration and note.state_registration != shop.state_registration:
        raise wrong(
            "Invalid State Registration Number. "
            "The NF-e State Registration Number must be the same as the registration.."
        )
    if not note.cfops or not set(note.cfops) <= CFOPS:
        raise Refused("error_param", "CFOP invalid, please confirm it")
    if note.canceled:
        raise wrong("Canceled NF-e.")
    check_date(shop, note.issued)
    if not note.authorized or note.cnpj != note.key[6:20]:
        raise wrong("Invalid NF-e.")


def check_key(key: str) -> None:
    if not key:
        raise required_key()
    if len(key) != 44:
        raise wrong("access_key must be 44 characters in length.")
    if not key.isdecimal() or key[-1] != check_digit(key[:43]):
        raise wrong("Invalid access key..")


def check_owner(shop: Shop, key: str) -> None:
    if key[6:20] != shop.cnpj:
        raise wrong("Invalid CNPJ. The access key CNPJ must be the same as the registration..")
    if UFS.get(key[:2]) != shop.uf:
        raise wrong("Invalid UF. The access key UF must be the same as the registration..")


def check_date(shop: Shop, issued: datetime | None) -> None:
    """Not later than now, and old enough for SERPRO to know it: by whichever clock is ahead."""
    latest = max(shop.clock.now(), datetime.now(UTC))
    if issued is None:
        raise wrong("Invalid NF-e.")
    age = (latest - issued).total_seconds()
    if age < 0:
        raise wrong("Invalid issue date. The NF-e issue date cannot be greater than the current date..")
    if age < shop.switches.invoice_age_seconds:
        raise wrong("Invalid NF-e.")


def required_key() -> Refused:
    return wrong("access_key is a required field.")


def check_digit(digits: str) -> str:
    total = sum(int(digit) * (2 + place % 8) for place, digit in enumerate(reversed(digits)))
    return str(11 - total % 11) if total % 11 > 1 else "0"


def _part(text: str, name: str) -> str:
    found = re.search(rf"<{name}\b.*?</{name}>", text, re.DOTALL)
    return found[0] if found else ""


def _tag(text: str, name: str) -> str:
    found = re.search(rf"<{name}>([^<]*)</{name}>", text)
    return found[1].strip() if found else ""


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _amount(text: str) -> float:
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else 0.0
