"""NF-e files of nobody, and everything that can be wrong with them."""

from datetime import UTC, datetime, timedelta

ISSUER = "11222333000181"


def access_key(number: int = 1, *, cnpj: str = ISSUER, uf: str = "35", model: str = "55") -> str:
    first = f"{uf}2511{cnpj}{model}001{number:09}1{number:08}"
    total = sum(int(digit) * (2 + place % 8) for place, digit in enumerate(reversed(first)))
    return first + (str(11 - total % 11) if total % 11 > 1 else "0")


def nfe_xml(
    number: int = 1,
    *,
    key: str | None = None,
    model: str = "55",
    cfop: str = "5102",
    minutes_old: float = 10,
    status: str = "100",
    state_registration: str = "123456789",
    declaration: bool = True,
    cnpj: str = ISSUER,
) -> bytes:
    key = access_key(number) if key is None else key
    issued = (datetime.now(UTC) - timedelta(minutes=minutes_old)).isoformat(timespec="seconds")
    head = '<?xml version="1.0" encoding="UTF-8"?>' if declaration else ""
    return (
        f'{head}<nfeProc xmlns="http://www.portalfiscal.inf.br/nfe" versao="4.00">'
        f'<NFe><infNFe Id="NFe{key}" versao="4.00">'
        f"<ide><mod>{model}</mod><serie>1</serie><nNF>{number}</nNF><dhEmi>{issued}</dhEmi></ide>"
        f"<emit><CNPJ>{cnpj}</CNPJ><IE>{state_registration}</IE></emit>"
        f'<det nItem="1"><prod><CFOP>{cfop}</CFOP></prod></det>'
        f"<total><ICMSTot><vProd>90.00</vProd><vNF>99.90</vNF></ICMSTot></total></infNFe></NFe>"
        f"<protNFe><infProt><chNFe>{key}</chNFe><cStat>{status}</cStat></infProt></protNFe></nfeProc>"
    ).encode()
