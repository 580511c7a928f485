"""From an account to an adapter that is ready for every call."""

from django.utils.translation import gettext as _

from marketplaces import loop
from marketplaces.adapter import Adapter
from marketplaces.adapters import adapter_of
from marketplaces.errors import MarketplaceError
from marketplaces.http import DEADLINE
from marketplaces.models import Account
from marketplaces.tokens import StoredAccess

#: Seconds that one call waits for its turn under the account's rate limit before it is put off.
PATIENCE = 2.0


def connect(account: Account, *, patience: float = PATIENCE) -> Adapter:
    """The account's adapter, with the credentials as they are now. Its coroutines run on marketplaces.loop."""
    return adapter_of(account, access=StoredAccess(account.pk), patience=patience)


def check(account: Account) -> str:
    """Call the marketplace to prove address and credentials: "" when they are right, else what it said."""
    try:
        loop.run(connect(account).check(), timeout=2 * DEADLINE)
    except MarketplaceError as error:
        return error.detail
    except TimeoutError:
        return _("It did not answer in time.")
    return ""
