"""What B2W prints for a grouped order, as JSON and as PDF (protocol §4.6, §4.9)."""

from typing import Any

from sandbox.pdf import pdf
from sandbox.skyhub.order import Order

Json = dict[str, Any]
SERVICES = {"CORREIOS": ("03298", "PAC CONTRATO AGENCIA"), "DIRECT": ("DIR01", "DIRECT EXPRESSA")}
_SENDER = {
    "nome": "LOJA DE EXEMPLO",
    "enderecoLogradouro": "Rua do Remetente Fictício",
    "enderecoNumero": "100",
    "enderecoComplemento": "",
    "enderecoBairro": "Centro",
    "enderecoCidade": "São Paulo",
    "enderecoUf": "SP",
    "enderecoCep": "01000000",
}


def label(order: Order) -> Json:
    """One entry of `docsExternos`, with a made-up tracking number per volume."""
    document = order.document
    address = document["shipping_address"]
    volumes = document["invoices"][-1]["volume_qty"] if document["invoices"] else 1
    return {
        "docExterno": document["import_info"]["remote_code"],
        "tpEntrega": "Normal",
        "qtVolumes": volumes,
        "vlEntrega": document["total_ordered"],
        "numNotaFiscal": document["invoices"][-1]["number"] if document["invoices"] else "",
        "megaRota": "",
        "rota": "",
        "destinatario": {
            "nome": address["full_name"],
            "enderecoLogradouro": address["street"],
            "enderecoNumero": address["number"],
            "enderecoComplemento": address["complement"] or "",
            "enderecoBairro": address["neighborhood"],
            "enderecoCidade": address["city"],
            "enderecoUf": address["region"],
            "enderecoCep": address["postcode"],
        },
        "remetente": dict(_SENDER),
        "awbs": [_awb(order, position) for position in range(1, volumes + 1)],
    }


def as_pdf(title: str, labels: list[Json]) -> bytes:
    lines = [title, ""]
    for found in labels:
        to = found["destinatario"]
        lines += [
            f"Pedido {found['docExterno']}    NF {found['numNotaFiscal']}",
            f"Para: {to['nome']}",
            f"{to['enderecoLogradouro']}, {to['enderecoNumero']} {to['enderecoComplemento']}",
            f"{to['enderecoCep']} {to['enderecoCidade']} {to['enderecoUf']}",
            *(f"Volume {awb['posicaoVolume']}: {awb['codigoAwb']}" for awb in found["awbs"]),
            "",
        ]
    return pdf(lines)


def _awb(order: Order, position: int) -> Json:
    digits = "".join(character for character in order.code if character.isdigit())[-8:]
    return {
        "codigoAwb": f"OH{digits:0>8}{position}BR",
        "posicaoVolume": position,
        "itens": [{"descricao": line["name"], "quantidade": line["qty"]} for line in order.document["items"]],
    }
