"""From an account to an adapter that speaks for it."""

from django.utils.translation import gettext as _

from marketplaces import loop, registry
from marketplaces.adapter import Adapter, Connection
from marketplaces.clients import client_for
from marketplaces.errors import MarketplaceError
from marketplaces.http import DEADLINE
from marketplaces.limits import SharedLimiter
from marketplaces.models import Account

#: Seconds that one call waits for its turn under the account's rate limit before it is put off.
PATIENCE = 2.0


def connect(account: Account, *, patience: float = PATIENCE) -> Adapter:
    """The account's adapter, with the credentials as they are now. Its coroutines run on marketplaces.loop."""
    connection = Connection(
        account_id=account.pk,
        channel_code=account.channel.code,
        base_url=account.effective_base_url,
        credentials=account.credentials,
        production=account.production,
    )
    limiter = SharedLimiter(account.pk, account.effective_limits, patience=patience)
    return registry.adapter_class(account.connector)(connection, client_for(account.pk), limiter)


def check(account: Account) -> str:
    """Call the marketplace to prove address and credentials: "" when they are right, else what it said."""
    try:
        loop.run(connect(account).check(), timeout=2 * DEADLINE)
    except MarketplaceError as error:
        return error.detail
    except TimeoutError:
        return _("It did not answer in time.")
    return ""
