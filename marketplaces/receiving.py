"""Take what was fetched into the domain: orders, their raw messages, quarantine, in one transaction."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from django.db import InterfaceError, OperationalError, connection, transaction

from marketplaces import labels, quarantine, registry
from marketplaces.adapter import Fetched
from marketplaces.capabilities import FetchesLabels
from marketplaces.deadlock import retried
from marketplaces.lease import Fenced
from marketplaces.models import Account, InboundMessage
from orders.intake import Received, receive
from orders.models import Order

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stored:
    """One committed transaction."""

    taken: int
    received: Received
    quarantined: int


def store(
    account: Account, batch: Sequence[Fetched], *, count: Callable[[Stored], None], fence: Callable[[], None]
) -> None:
    """Store a batch; one that cannot be stored goes to quarantine and holds up no other.

    `fence` runs at the beginning of every transaction: raising Fenced, it keeps everything in there from being
    written. `count` is told after each commit. Losing the database is raised.
    """
    if not batch:
        return
    try:
        stored = retried(lambda: _commit(account, batch, fence))
    except (Fenced, OperationalError, InterfaceError):
        raise
    except Exception as error:
        # One that cannot be stored must not hold up the others, nor come back for ever.
        logger.exception("pull.poison account=%s batch=%s", account.pk, len(batch))
        if len(batch) > 1:
            for fetched in batch:
                store(account, [fetched], count=count, fence=fence)
        else:
            poison = replace(batch[0], snapshot=None, problem=quarantine.not_stored(error))
            count(_commit(account, [poison], fence))
    else:
        count(stored)


def _commit(account: Account, batch: Sequence[Fetched], fence: Callable[[], None]) -> Stored:
    readable = {str(uuid4()): fetched for fetched in batch if fetched.snapshot}
    snapshots = [replace(fetched.snapshot, message_id=key) for key, fetched in readable.items() if fetched.snapshot]
    # intake copies rows in, and COPY raises psycopg's own errors.
    with transaction.atomic(), connection.wrap_database_errors:
        fence()
        received = receive(account.channel, snapshots)
        _store_raw(account, readable, received)
        _ask_for_labels(account, received)
        quarantined = quarantine.store(account, [fetched for fetched in batch if fetched.snapshot is None])
    return Stored(len(batch), received, quarantined)


def _ask_for_labels(account: Account, received: Received) -> None:
    """Of orders that another program, or a person at the marketplace, has arranged."""
    codes = [*received.created, *received.changed]
    if codes and issubclass(registry.adapter_class(account.connector), FetchesLabels):
        labels.ask_where_arranged(Order.objects.filter(channel=account.channel_id, code__in=codes))


def _store_raw(account: Account, readable: Mapping[str, Fetched], received: Received) -> None:
    """The raw source of what changed; a message that changed nothing leaves no trace."""
    applied = {*received.created, *received.changed}
    InboundMessage.objects.bulk_create(
        InboundMessage(
            id=key,
            account=account,
            external_id=fetched.external_id,
            raw=fetched.raw,
            state=InboundMessage.State.APPLIED,
        )
        for key, fetched in readable.items()
        if fetched.snapshot and fetched.snapshot.code in applied
    )
