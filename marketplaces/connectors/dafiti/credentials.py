"""What an account at Dafiti logs in with, and what its calls are signed with where that is wanted."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from django.utils.translation import gettext as _

from marketplaces.errors import Unauthorized

#: The account's option, and its values besides none.
SIGNING = "signing"
V2 = "v2"
CLASSIC = "classic"
REQUIRED = ("client_id", "client_secret")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Of one OAuth application in Seller Center. Secrets do not appear in the repr."""

    client_id: str
    client_secret: str = field(repr=False)
    webhook_key: str = field(default="", repr=False)
    classic_user: str = ""
    classic_key: str = field(default="", repr=False)

    @classmethod
    def of(cls, stored: Mapping[str, str], *, signing: str = "") -> "Credentials":
        """Raises Unauthorized naming what is missing for calls that are signed like this."""
        found = {name.name: str(stored.get(name.name) or "").strip() for name in fields(cls)}
        wanted = (*REQUIRED, "classic_user", "classic_key") if signing == CLASSIC else REQUIRED
        if missing := [name for name in wanted if not found[name]]:
            raise Unauthorized(_("Fill in the account's credentials: %(fields)s.") % {"fields": ", ".join(missing)})
        return cls(**found)

    @property
    def secrets(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.client_secret, self.classic_key)))
