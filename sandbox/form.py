"""The fields of a multipart/form-data body."""

from email import message_from_bytes
from email.message import Message

from sandbox.call import Call


def form_of(call: Call) -> dict[str, bytes]:
    """The last of a name wins, a broken body has none."""
    message = message_from_bytes(b"Content-Type: " + content_type(call).encode() + b"\r\n\r\n" + call.body)
    fields: dict[str, bytes] = {}
    for part in message.get_payload() if message.is_multipart() else []:
        if isinstance(part, Message):
            payload = part.get_payload(decode=True)
            name = str(part.get_param("name", "", "content-disposition"))
            fields[name] = payload if isinstance(payload, bytes) else b""
    return fields


def content_type(call: Call) -> str:
    return next((value for name, value in call.headers.items() if name.lower() == "content-type"), "")
