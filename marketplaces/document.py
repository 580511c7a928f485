"""An order's JSON as a struct of the fields that we read. Decoding never stops at an unknown key or an odd type. Pure.

Each field of a connector's `Order` is `Any`, or a nested Doc (list) that may also be whatever else JSON has.
"""

from typing import Any, TypeVar

import msgspec

from marketplaces.errors import Malformed

Odd = str | int | float | bool | list[Any] | None  #: instead of an object
OddList = str | int | float | bool | dict[str, Any] | None  #: instead of a list

NO_JSON = "O corpo da mensagem não é um JSON legível (UTF-8)."


class Doc(msgspec.Struct, gc=False):
    """Base of all documents: unknown keys are skipped, for new ones appear every few months."""


D = TypeVar("D", bound=msgspec.Struct)


def decode(decoder: "msgspec.json.Decoder[Any]", body: bytes, kind_of: type[D]) -> D:
    """Raises Malformed when the body is no JSON object."""
    try:
        document = decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError, ArithmeticError) as error:
        raise Malformed(NO_JSON) from error
    if not isinstance(document, kind_of):
        raise Malformed("A mensagem não é um pedido: esperava um objeto JSON.")
    return document


def part(value: object, kind_of: type[D]) -> D:
    """A nested document; an empty one where it is withheld or of another type."""
    return value if isinstance(value, kind_of) else kind_of()


def parts(value: object, kind_of: type[D]) -> list[D]:
    return [entry for entry in value if isinstance(entry, kind_of)] if isinstance(value, list) else []
