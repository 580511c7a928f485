"""Reading a JSON body, with errors that say where it breaks."""

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.http import UnreadablePostError
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

LARGEST_BODY = 1_000_000


class BodyTooLarge(APIException):
    status_code = 413
    default_code = "body-too-large"


class StrictJSONParser(BaseParser):
    """JSON as the RFC has it: UTF-8, no NaN. A byte order mark, as Windows programs send it, is let pass."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        content = read_body(stream)
        try:
            return json.loads(content.decode("utf-8-sig"), parse_constant=_refuse_constant)
        except json.JSONDecodeError as error:
            place = {"line": error.lineno, "column": error.colno}
            raise _malformed(_("Reading stopped at line %(line)s, column %(column)s.") % place) from error
        except UnicodeDecodeError as error:
            raise _malformed(_("The body is not UTF-8.")) from error
        except (ValueError, RecursionError) as error:
            raise _malformed(_("A value in the body is no JSON, or nested too deeply.")) from error


class XMLParser(BaseParser):
    """A file as it is, in bytes; what it says is read by whoever knows the document."""

    media_type = "application/xml"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        return read_body(stream)


def read_body(stream: IO[Any]) -> bytes:
    """Raises BodyTooLarge, and ParseError when the connection breaks. What is too much is not read."""
    try:
        content: bytes = stream.read(LARGEST_BODY + 1)
    except UnreadablePostError as error:
        raise _malformed(_("The body broke off.")) from error
    if len(content) > LARGEST_BODY:
        raise BodyTooLarge
    return content


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _malformed(sentence: str) -> ParseError:
    return ParseError(sentence, code="malformed-json")
