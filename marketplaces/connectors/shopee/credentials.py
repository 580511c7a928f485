"""What an app at Shopee signs with. Tokens and the shop's number come from the seller's authorization."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from django.utils.translation import gettext as _

from marketplaces.errors import Unauthorized


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Of the app, the same for all its shops. The keys do not appear in the repr."""

    partner_id: str
    partner_key: str = field(repr=False)
    push_key: str = field(repr=False)

    @classmethod
    def of(cls, stored: Mapping[str, str]) -> "Credentials":
        """Raises Unauthorized naming what is missing or cannot be right."""
        found = {name.name: str(stored.get(name.name) or "").strip() for name in fields(cls)}
        if missing := [name for name, value in found.items() if not value]:
            raise Unauthorized(_("Fill in the account's credentials: %(fields)s.") % {"fields": ", ".join(missing)})
        if not (found["partner_id"].isascii() and found["partner_id"].isdigit()):
            raise Unauthorized(_("The partner_id is a number: copy it from the app's page in the Console."))
        return cls(**found)

    @property
    def push_keys(self) -> tuple[str, ...]:
        """Every key that a push may be signed with: the live and the test push key, and the API's, as documented.

        The Console gives a push key of its own, whatever the documents say (measured 2026-09-02).
        """
        return (*self.push_key.replace(",", " ").split(), self.partner_key)
