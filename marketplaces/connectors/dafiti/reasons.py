"""Dafiti takes reasons of its own list only: in Brazil one to cancel with, and several for failed deliveries."""

import unicodedata
from collections.abc import Sequence

from django.utils.translation import gettext as _

from marketplaces.connectors.dafiti.live import Desk
from marketplaces.errors import Rejected

CANCELED = "canceled"
FAILED = "failed"
OUT_OF_STOCK = "Sem estoque"
LONGEST_DETAIL = 500


async def offered(desk: Desk, kind: str) -> Sequence[str]:
    """Names as Dafiti writes them; of cancellations the one that is documented for Brazil, where it is there."""
    names = [reason.name for reason in await desk.lists.reasons(desk.client, kind)]
    documented = [name for name in names if _plain(name) == _plain(OUT_OF_STOCK)]
    return documented if kind == CANCELED and documented else names


async def chosen(desk: Desk, kind: str, told: str) -> tuple[str, str]:
    """Dafiti's reason, and what was written where that is something else. Raises Rejected naming what can be chosen."""
    names = await offered(desk, kind)
    for name in names:
        if _plain(name) == _plain(told):
            return name, ""
    if len(names) == 1:
        return names[0], told[:LONGEST_DETAIL]
    if not names:
        raise Rejected(_("Dafiti offers no reason for this: settle it in Seller Center."))
    sentence = _("Dafiti takes only reasons of its own: choose one in Seller Center and tell it there: %(reasons)s.")
    raise Rejected(sentence % {"reasons": " · ".join(names)})


def _plain(told: str) -> str:
    """Without accents, case and superfluous blanks, for comparing."""
    decomposed = unicodedata.normalize("NFKD", " ".join(told.casefold().split()))
    return "".join(character for character in decomposed if not unicodedata.combining(character))
