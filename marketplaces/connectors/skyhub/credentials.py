"""What a SkyHub account shows with every call: five headers, all mandatory since 2020-06-09."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from django.utils.translation import gettext as _

from marketplaces.errors import Unauthorized


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """`api_key` identifies the store, `account_manager_key` the software vendor. Neither appears in the repr."""

    email: str
    api_key: str = field(repr=False)
    account_manager_key: str = field(repr=False)

    @classmethod
    def of(cls, stored: Mapping[str, str]) -> "Credentials":
        """Raises Unauthorized naming what is missing or cannot be a header."""
        found = {name.name: str(stored.get(name.name) or "").strip() for name in fields(cls)}
        if missing := [name for name, value in found.items() if not value]:
            raise Unauthorized(_("Fill in the account's credentials: %(fields)s.") % {"fields": ", ".join(missing)})
        if odd := [name for name, value in found.items() if not (value.isascii() and value.isprintable())]:
            raise Unauthorized(
                _("These credentials hold characters that no key has, type them again: %(fields)s.")
                % {"fields": ", ".join(odd)}
            )
        return cls(**found)

    @property
    def headers(self) -> dict[str, str]:
        return {
            "X-User-Email": self.email,
            "X-Api-Key": self.api_key,
            "X-Accountmanager-Key": self.account_manager_key,
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
