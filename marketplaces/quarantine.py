"""Messages that could not become orders: kept whole with the reason, and read again after a fix."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import uuid4

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from marketplaces.adapter import Fetched
from marketplaces.connection import connect
from marketplaces.models import Account, InboundMessage
from orders.intake import receive

State = InboundMessage.State


def store(account: Account, unreadable: Iterable[Fetched]) -> int:
    """Keep them; returns how many. The very same body of one order is kept once, however often it is sent."""
    rows = [_row(account, fetched) for fetched in unreadable]
    if not rows:
        return 0
    known = InboundMessage.objects.filter(
        account=account, state=State.QUARANTINED, external_id__in={row.external_id for row in rows}
    )
    seen = set(known.values_list("external_id", "raw"))
    fresh = {(row.external_id, row.raw): row for row in rows if (row.external_id, row.raw) not in seen}
    InboundMessage.objects.bulk_create(fresh.values())
    return len(fresh)


def _row(account: Account, fetched: Fetched) -> InboundMessage:
    return InboundMessage(
        id=str(uuid4()),
        account=account,
        external_id=_storable(fetched.external_id)[:120],
        raw=_storable(fetched.raw),
        state=State.QUARANTINED,
        problem=_storable(fetched.problem),
    )


def _storable(text: str) -> str:
    """PostgreSQL takes neither NUL nor half a surrogate pair, and garbage may contain both."""
    return text.replace("\x00", "\ufffd").encode(errors="replace").decode()


def replay(message: InboundMessage, *, corrected: str = "") -> bool:
    """Read and receive it again. True when it is an order now; else it stays, with today's reason in `problem`.

    `corrected` is what a person made of it, read in its place from now on; the message itself stays as it came.
    """
    if corrected:
        message.corrected = _storable(corrected)
        message.save(update_fields=["corrected"])
    account = Account.objects.select_related("channel").get(pk=message.account_id)
    fetched = connect(account).parse(message.corrected or message.raw, seen_at=message.received_at)
    problem = fetched.problem
    if fetched.snapshot is not None:
        snapshot = replace(fetched.snapshot, message_id=message.pk)
        try:
            with transaction.atomic(), connection.wrap_database_errors:
                receive(account.channel, [snapshot])
                message.state, message.problem = State.REPLAYED, ""
                message.save(update_fields=["state", "problem"])
            return True
        except (DatabaseError, ValueError) as error:
            problem = not_stored(error)
    message.state, message.problem = State.QUARANTINED, problem
    message.save(update_fields=["state", "problem"])
    return False


def discard(messages: Iterable[InboundMessage]) -> int:
    """A person decides that nothing is lost without them; returns how many were still waiting."""
    return InboundMessage.objects.filter(pk__in=[message.pk for message in messages], state=State.QUARANTINED).update(
        state=State.DISCARDED
    )


def not_stored(error: Exception) -> str:
    return _("It was read, but could not be stored: %(kind)s: %(error)s") % {
        "kind": type(error).__name__,
        "error": str(error).strip(),
    }
