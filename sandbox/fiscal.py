"""NF-e access keys and files to try with: formally right, and of no invoice that exists."""

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

ISSUER = "11222333000181"  #: a CNPJ with right check digits that stands in many examples


def access_key(at: datetime) -> str:
    """44 digits of an NF-e issued in São Paulo in the month of `at`."""
    month = at.astimezone(ZoneInfo("America/Sao_Paulo"))
    number, code = random.randrange(1, 10**9), random.randrange(10**8)
    first = f"35{month:%y%m}{ISSUER}55001{number:09d}1{code:08d}"
    total = sum(int(digit) * (2 + place % 8) for place, digit in enumerate(reversed(first)))
    return first + (str(11 - total % 11) if total % 11 > 1 else "0")


def nfe_xml(at: datetime) -> str:
    """An authorized NF-e of that issuer over one item, issued ten minutes before `at`; it is signed by nobody."""
    issued = at.astimezone(ZoneInfo("America/Sao_Paulo")) - timedelta(minutes=10)
    key = access_key(issued)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<nfeProc xmlns="http://www.portalfiscal.inf.br/nfe" versao="4.00">'
        f'<NFe><infNFe Id="NFe{key}" versao="4.00">'
        f"<ide><cUF>35</cUF><mod>55</mod><serie>1</serie><nNF>{int(key[25:34])}</nNF>"
        f"<dhEmi>{issued.isoformat(timespec='seconds')}</dhEmi><tpAmb>2</tpAmb></ide>"
        f"<emit><CNPJ>{ISSUER}</CNPJ><xNome>Loja de Exemplo</xNome><IE>111111111111</IE></emit>"
        '<det nItem="1"><prod><xProd>Chaveiro de amostra</xProd><CFOP>5102</CFOP><vProd>9.90</vProd></prod></det>'
        "<total><ICMSTot><vProd>9.90</vProd><vNF>9.90</vNF></ICMSTot></total></infNFe></NFe>"
        f"<protNFe><infProt><chNFe>{key}</chNFe><nProt>135250000000000</nProt><cStat>100</cStat>"
        "</infProt></protNFe></nfeProc>\n"
    )
