"""What an app at TikTok Shop signs with. Tokens and the shop come from the seller's authorization."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from django.utils.translation import gettext as _

from marketplaces.errors import Unauthorized


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Of the app, the same for all its shops. The service id stands in the consent page's address, the key in calls."""

    service_id: str
    app_key: str = field(repr=False)
    app_secret: str = field(repr=False)

    @classmethod
    def of(cls, stored: Mapping[str, str]) -> "Credentials":
        """Raises Unauthorized naming what is missing or cannot be right."""
        found = {name.name: str(stored.get(name.name) or "").strip() for name in fields(cls)}
        if missing := [name for name, value in found.items() if not value]:
            raise Unauthorized(_("Fill in the account's credentials: %(fields)s.") % {"fields": ", ".join(missing)})
        if found["service_id"] == found["app_key"]:
            raise Unauthorized(_("The service_id is not the app_key: both stand on the app's page in Partner Center."))
        return cls(**found)
