"""Removes secrets and personal data from what is kept for people to read."""

import re

from validate_docbr import CPF

MASK = "•••"
LONGEST = 2000

#: Names whose value is nobody's business, wherever they stand in a name ("customer_name", "x-api-key").
_NAMES = (
    "name|nome|email|phone|telefone|celular|vat|cpf|document|birth|gender|address|street|neighborhood|complement|"
    "reference|postcode|zip|receiver|recipient|token|secret|password|senha|authorization|signature|sign|"
    "api[-_]?key|manager[-_]?key|partner[-_]?key|app[-_]?key"
)
_PAIR = re.compile(rf'("[^"]*(?:{_NAMES})[^"]*"\s*:\s*)("(?:[^"\\]|\\.)*"?|-?\d+)', re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_CPF = re.compile(r"(?<!\d)\d{3}\.?\d{3}\.?\d{3}-?\d{2}(?!\d)")
_cpf = CPF()


def redact(text: str) -> str:
    """`text` without secrets, names, addresses, e-mails and CPFs, cut to what a person reads."""
    text = _PAIR.sub(rf'\1"{MASK}"', text[: 4 * LONGEST])
    text = _EMAIL.sub(MASK, text)
    # Eleven digits may be an order's code: only those that check as a CPF go.
    text = _CPF.sub(lambda found: MASK if _cpf.validate(found[0]) else found[0], text)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
