"""From an account in the database to the adapter that speaks for it; connection.py makes one that has its tokens."""

from marketplaces import registry
from marketplaces.adapter import Adapter, Connection
from marketplaces.clients import client_for
from marketplaces.crossing import Access
from marketplaces.limits import SharedLimiter
from marketplaces.models import Account


def connection_of(account: Account, *, access: Access | None = None) -> Connection:
    """The account as its connector sees it, with the credentials as they are now."""
    return Connection(
        account_id=account.pk,
        channel_code=account.channel.code,
        base_url=account.effective_base_url,
        credentials=account.credentials,
        production=account.production,
        shop_id=account.shop_id,
        options=account.options,
        access=access or Access(),
        arranging=account.arranging,
    )


def adapter_of(account: Account, *, patience: float, access: Access | None = None) -> Adapter:
    """Its coroutines run on marketplaces.loop. Without `access` it can ask for tokens, and do what needs none."""
    limiter = SharedLimiter(account.pk, account.effective_limits, patience=patience)
    connection = connection_of(account, access=access)
    return registry.adapter_class(account.connector)(connection, client_for(account.pk), limiter)
