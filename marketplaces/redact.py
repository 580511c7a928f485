"""Removes secrets and personal data from what is kept for people to read."""

import re
from functools import lru_cache
from typing import Any

from validate_docbr import CPF

MASK = "•••"
LONGEST = 2000

#: Names whose value is nobody's business, wherever they stand in a name ("customer_name", "x-api-key").
_NAMES = (
    "name|nome|email|phone|telefone|celular|vat|cpf|document|birth|gender|address|street|neighborhood|complement|"
    "reference|postcode|zip|receiver|recipient|token|secret|password|senha|authorization|signature|sign|"
    "api[-_]?key|manager[-_]?key|partner[-_]?key|app[-_]?key"
)
# Every run is bounded: what marketplaces send decides how long this takes.
_PAIR = re.compile(r'("([^"]{1,140})"\s*:\s*)(?:"(?:[^"\\]|\\.)*"?|-?\d+)')
_NAMED = re.compile(_NAMES, re.IGNORECASE)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,80}@[\w-]{1,80}\.[\w.-]+")
_CPF = re.compile(r"(?<!\d)\d{3}\.?\d{3}\.?\d{3}-?\d{2}(?!\d)")
_cpf = CPF()
_PRIVATE = re.compile(rf"(^|_)(?:{_NAMES})(_|$)", re.IGNORECASE)
#: In addresses and in our own lines: access_token=…, sign=…, and the code that buys tokens.
_QUERY = re.compile(
    r"([?&]code=|(?<![\w-])[\w-]{0,40}(?:token|secret|password|sign|signature|(?:api|app|partner|manager)[-_]?key)=)[^&\s'\"]+",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]+", re.IGNORECASE)


def _pair(found: re.Match[str]) -> str:
    return f'{found[1]}"{MASK}"' if _NAMED.search(found[2]) else found[0]


#: What to put instead of what matches. A text without any of the marks has no match, which is found out much sooner.
_RULES = (
    (('"',), _PAIR, _pair),
    (("code=", "token=", "secret=", "password=", "sign=", "signature=", "key="), _QUERY, rf"\1{MASK}"),
    (("bearer", "basic"), _SCHEME, rf"\1 {MASK}"),
    (("@",), _EMAIL, MASK),
)


@lru_cache(1000)
def is_private(name: str) -> bool:
    """Is the value of something with this name nobody's business?"""
    return _PRIVATE.search(name) is not None


def masked(value: Any, *, private: bool = False) -> Any:
    """A text without secrets, names, addresses, e-mails and CPFs; all of it where it is `private`. Else as it is."""
    if private:
        return MASK
    return _masked(value) if isinstance(value, str) else value


def redact(text: str) -> str:
    """`text` without secrets and personal data, cut to what a person reads."""
    text = _masked(text[: 4 * LONGEST])
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _masked(text: str) -> str:
    folded = text.casefold()
    for marks, pattern, instead in _RULES:
        if any(mark in folded for mark in marks):
            text = pattern.sub(instead, text)
    # Eleven digits may be an order's code: only those that check as a CPF go.
    return _CPF.sub(lambda found: MASK if _cpf.validate(found[0]) else found[0], text)
