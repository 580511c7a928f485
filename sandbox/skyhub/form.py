"""Multipart bodies, and the access key inside an NF-e XML."""

import re
from email import message_from_bytes
from email.message import Message

from sandbox.call import Call
from sandbox.skyhub.gate import content_type
from sandbox.skyhub.reply import Refused


def form_of(call: Call) -> dict[str, bytes]:
    """The fields of a multipart/form-data body; the last of a name wins, a broken body has none."""
    message = message_from_bytes(b"Content-Type: " + content_type(call).encode() + b"\r\n\r\n" + call.body)
    fields: dict[str, bytes] = {}
    for part in message.get_payload() if message.is_multipart() else []:
        if isinstance(part, Message):
            payload = part.get_payload(decode=True)
            name = str(part.get_param("name", "", "content-disposition"))
            fields[name] = payload if isinstance(payload, bytes) else b""
    return fields


def key_in_xml(xml: bytes) -> str:
    """The access key, from the id of the NF-e or from its protocol."""
    match = re.search(rb'Id="NFe(\d{44})"|<chNFe>(\d{44})</chNFe>', xml)
    if match is None:
        raise Refused(422, "XML da nota fiscal inválido: chave de acesso não encontrada")
    return (match[1] or match[2]).decode()
