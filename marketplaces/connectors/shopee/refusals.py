"""Why Shopee does not take an NF-e, as what to do about it (G382's 17 cases). The text decides, not the code."""

import re
from datetime import timedelta
from enum import Enum, auto
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop


class Then(Enum):
    """What follows."""

    FIX = auto()  #: a person must look
    WAIT = auto()  #: Shopee asks SERPRO, which knows a new NF-e only after some minutes
    DONE = auto()  #: it is there already
    NOT_WANTED = auto()  #: this order takes none


class Refusal(NamedTuple):
    pattern: str
    then: Then
    sentence: str = ""  #: English, for gettext


#: An NF-e older than this that Shopee still calls invalid is invalid.
LAG = timedelta(minutes=30)

LATER = gettext_noop("SEFAZ does not confirm this NF-e: have it corrected by its issuer, and send the right one.")

NOT_WANTED = gettext_noop(
    "Shopee takes no NF-e for this order (its carrier needs none, or it was canceled): just ship it."
)

#: The first that is found counts: "Invalid NF-e model" is not "Invalid NF-e".
REFUSALS = (
    Refusal(r"access.key already sent to that order", Then.DONE),
    Refusal(
        r"access.key.*duplicate",
        Then.FIX,
        gettext_noop("This NF-e was already sent for another order: issue this order's own and send that one."),
    ),
    Refusal(
        r"invoice status is invalid to upload",
        Then.NOT_WANTED,
        NOT_WANTED,
    ),
    Refusal(
        r"model 55|nf-e model",
        Then.FIX,
        gettext_noop("Shopee takes only NF-e of model 55: issue one and send it."),
    ),
    Refusal(
        r"\bcfop\b",
        Then.FIX,
        gettext_noop("Shopee does not allow this CFOP for sales: correct it in the NF-e and send the new one."),
    ),
    Refusal(
        r"\bcnpj\b",
        Then.FIX,
        gettext_noop(
            "The NF-e's issuer is not the CNPJ registered at Shopee: issue it with that one or correct it there."
        ),
    ),
    Refusal(
        r"\bie\b|state registration",
        Then.FIX,
        gettext_noop("The NF-e's state registration (IE) is not the one registered at Shopee: correct one of them."),
    ),
    Refusal(
        r"\buf\b",
        Then.FIX,
        gettext_noop("The NF-e's state (UF) is not the one registered at Shopee: correct one of them."),
    ),
    Refusal(
        r"invoice issuer",
        Then.FIX,
        gettext_noop(
            "The shop invoices with Shopee's own issuer: change that in the Seller Center, then send it again."
        ),
    ),
    Refusal(
        r"cancell?ed|cancelad",
        Then.FIX,
        gettext_noop("This NF-e is canceled: issue another one and send it."),
    ),
    Refusal(
        r"future|issue date",
        Then.FIX,
        gettext_noop("The NF-e's date is in the future: check the issuer's clock and issue it again."),
    ),
    Refusal(
        r"access.key",
        Then.FIX,
        gettext_noop("Shopee does not accept the access key: send the XML of the authorized NF-e (nfeProc)."),
    ),
    Refusal(
        r"\bxml\b|file error",
        Then.FIX,
        gettext_noop("Shopee cannot read the file: send the XML of the authorized NF-e (nfeProc), at most 1 MB."),
    ),
    Refusal(
        r"upload invoice failed.*try again later",
        Then.WAIT,
        gettext_noop("Shopee could not take the NF-e for a long time: send it again later."),
    ),
    Refusal(
        r"invalid nf-e",
        Then.WAIT,
        gettext_noop("Shopee finds the NF-e invalid: check at SEFAZ that it is authorized, then send it again."),
    ),
)


def refusal(message: str) -> Refusal | None:
    """None where the message says none of it."""
    return next((known for known in REFUSALS if re.search(known.pattern, message, re.IGNORECASE)), None)


def advice(reason: str) -> str:
    """What to do about a note that Shopee took and SEFAZ refused afterwards, and the reason as it was told."""
    known = refusal(reason)
    sentence = known.sentence if known and known.sentence else LATER
    return f"{_(sentence)} ({reason})"
