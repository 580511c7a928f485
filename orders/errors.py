"""What the domain refuses, and why. Each error carries a sentence for people and names its field.

OrderError
├── NotAllowed     the order is not where this can be done, or it is not ours to do  (HTTP 409)
├── AlreadyDone    the very same fact is recorded: quiet at the door                 (HTTP 200)
├── Contradiction  another fact is recorded in its place                             (HTTP 409)
└── InvalidFact    the fact itself is wrong: field and remedy                        (HTTP 422)
"""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from orders.models import Order
from orders.nfe import AccessKeyError
from orders.nfe_xml import NfeXmlError
from orders.status import Status
from orders.words import STATUS_WORDS


class OrderError(Exception):
    def __init__(self, message: str, *, field: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.code = code or type(self).__name__


class NotAllowed(OrderError):
    """The current status, or who fulfills the order, forbids it."""

    @classmethod
    def move(cls, order: Order, to: Status, sources: Iterable[Status]) -> "NotAllowed":
        words = ", ".join(str(STATUS_WORDS[status]) for status in Status if status in set(sources))
        message = _("Order %(code)s is “%(now)s”; “%(to)s” is possible only from: %(sources)s.") % {
            "code": order.code,
            "now": STATUS_WORDS[Status(order.status)],
            "to": STATUS_WORDS[to],
            "sources": words,
        }
        return cls(message, field="status", code="not_allowed")


class AlreadyDone(OrderError):
    """The same fact again. `fact` is the row that was recorded first."""

    def __init__(self, message: str, *, fact: Any) -> None:
        super().__init__(message, code="already_done")
        self.fact = fact


class Contradiction(OrderError):
    """A different fact holds the place."""


class InvalidFact(OrderError):
    """The value given can never be right for this order."""

    @classmethod
    def access_key(cls, error: AccessKeyError) -> "InvalidFact":
        sentences = {
            "length": _("The access key has 44 characters; this one has %(found)s."),
            "characters": _("The access key has only digits (letters only inside the issuer's CNPJ)."),
            "check_digit": _("The access key's last digit does not match the others: one of them is mistyped."),
            "uf": _("The access key begins with the state code %(found)s, which does not exist."),
            "month": _("The access key says month %(found)s."),
            "model": _("The access key is of document model %(found)s; an NF-e has model 55."),
        }
        return cls(sentences[error.code] % error.context, field="access_key", code=f"access_key_{error.code}")

    @classmethod
    def nfe_xml(cls, error: NfeXmlError) -> "InvalidFact":
        sentences = {
            "size": _("The file is larger than %(limit)s kB; an NF-e is not."),
            "xml": _("The file is not readable XML."),
            "not_nfe": _("The file is XML, but not of an NF-e."),
            "missing": _("The NF-e's XML lacks a readable %(field)s."),
            "key": _("The NF-e's XML carries no valid access key."),
            "disagrees": _("The NF-e's XML says %(found)s for %(field)s, but its access key says %(expected)s."),
            "not_authorized": _("The NF-e is not authorized: use the file that carries the authorization (nfeProc)."),
        }
        return cls(sentences[error.code] % error.context, field="xml", code=f"xml_{error.code}")
