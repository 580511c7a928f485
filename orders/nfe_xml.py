"""Reading an NF-e as XML (the `nfeProc` file that the seller's invoicing system keeps): key, volumes, totals.

Only what is needed to tell a marketplace; the file itself is kept as it came. Source of the names: Manual de
Orientação do Contribuinte 7.0, layout of NF-e 4.00. Entities, external references and oversized files are refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from lxml import etree

from orders import nfe

Element = etree._Element
MAX_BYTES = 1_000_000
NAMESPACE = "{http://www.portalfiscal.inf.br/nfe}"
AUTHORIZED = ("100", "150")  #: cStat: authorized, authorized late


class NfeXmlError(ValueError):
    """The file is no authorized NF-e. `code` says why: size, xml, not_nfe, missing, key, disagrees, not_authorized."""

    def __init__(self, code: str, **context: object) -> None:
        super().__init__(code)
        self.code = code
        self.context = context


@dataclass(frozen=True, slots=True, kw_only=True)
class NfeDocument:
    key: nfe.AccessKey
    issued_at: datetime
    total: Decimal
    goods: Decimal | None  #: of the total, what the products cost
    cfop: str  #: of the first item; "" where it has none
    volumes: int | None
    recipient: str  #: CPF or CNPJ of the buyer; "" when the NF-e names none
    protocol: str
    production: bool  #: False: issued in the tax authority's test environment
    references: tuple[str, ...]  #: what the issuer wrote about the sale: its order number is somewhere in here
    xml: str


def read(data: bytes) -> NfeDocument:
    """Read an NF-e file. Raises NfeXmlError."""
    if len(data) > MAX_BYTES:
        raise NfeXmlError("size", limit=MAX_BYTES // 1000)
    root = _parse(data)
    info = root if root.tag == f"{NAMESPACE}infNFe" else root.find(f".//{NAMESPACE}infNFe")
    if info is None:
        raise NfeXmlError("not_nfe")
    key = _key(info)
    _agree(key, info)
    return NfeDocument(
        key=key,
        issued_at=_issued_at(info),
        total=_amount(_text(info, "total/ICMSTot/vNF")),
        goods=_amount(goods) if (goods := _text(info, "total/ICMSTot/vProd", "")) else None,
        cfop=_text(info, "det/prod/CFOP", ""),
        volumes=_volumes(info),
        recipient=_text(info, "dest/CPF", "") or _text(info, "dest/CNPJ", ""),
        protocol=_protocol(root, key),
        production=_text(info, "ide/tpAmb") == "1",
        references=tuple(_references(info)),
        xml=_decoded(data),
    )


def _parse(data: bytes) -> Element:
    # A DTD is where entity bombs and references to other files live; an NF-e has none.
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NfeXmlError("xml") from error
    if root.getroottree().docinfo.doctype:
        raise NfeXmlError("xml")
    return root


def _decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")  # what older issuers declare and write


def _find(element: Element, path: str) -> Element | None:
    return element.find("/".join(f"{NAMESPACE}{name}" for name in path.split("/")))


def _text(element: Element, path: str, default: str | None = None) -> str:
    found = _find(element, path)
    text = (found.text or "").strip() if found is not None else ""
    if text:
        return text
    if default is None:
        raise NfeXmlError("missing", field=path)
    return default


def _key(info: Element) -> nfe.AccessKey:
    try:
        return nfe.parse(info.get("Id", ""))
    except nfe.AccessKeyError as error:
        raise NfeXmlError("key", reason=error.code) from error


def _agree(key: nfe.AccessKey, info: Element) -> None:
    """The key repeats what the document says; where they differ, one of them belongs to another NF-e."""
    said = {
        "ide/cUF": key.text[:2],
        "emit/CNPJ": key.issuer,
        "ide/mod": nfe.MODEL_NFE,
        "ide/serie": key.series,
        "ide/nNF": key.number,
    }
    for path, expected in said.items():
        # Issuers without CNPJ (rural producers) have a CPF, zero-padded inside the key.
        found = _text(info, path, _text(info, "emit/CPF", "").zfill(14) if path == "emit/CNPJ" else None)
        if found != expected:
            raise NfeXmlError("disagrees", field=path, found=found, expected=expected)


def _issued_at(info: Element) -> datetime:
    try:
        issued_at = datetime.fromisoformat(_text(info, "ide/dhEmi"))
    except ValueError:
        raise NfeXmlError("missing", field="ide/dhEmi") from None
    if issued_at.tzinfo is None:
        raise NfeXmlError("missing", field="ide/dhEmi")
    return issued_at


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise NfeXmlError("missing", field="total/ICMSTot/vNF") from None


def _volumes(info: Element) -> int | None:
    counts = [found.text or "" for found in info.iterfind(f"{NAMESPACE}transp/{NAMESPACE}vol/{NAMESPACE}qVol")]
    return sum(int(count) for count in counts if count.isdigit()) or None


def _references(info: Element) -> Iterator[str]:
    """The buyer's order number (xPed, of the whole or of an item), then the free texts."""
    for name in ("xPed", "infCpl", "xTexto"):
        yield from dict.fromkeys((found.text or "").strip() for found in info.iter(f"{NAMESPACE}{name}"))


def _protocol(root: Element, key: nfe.AccessKey) -> str:
    proof = _find(root, "protNFe/infProt")
    if proof is None or _text(proof, "cStat") not in AUTHORIZED:
        raise NfeXmlError("not_authorized")
    if _text(proof, "chNFe") != str(key):
        raise NfeXmlError("disagrees", field="protNFe/infProt/chNFe", found=_text(proof, "chNFe"), expected=str(key))
    return _text(proof, "nProt")
