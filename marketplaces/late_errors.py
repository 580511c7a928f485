"""Updates that a marketplace accepted and failed with later: shown at their orders, until they are dealt with."""

import logging
from collections.abc import Mapping, Sequence

from django.db import transaction

from marketplaces import loop
from marketplaces.capabilities import LateError, ReportsLateErrors, capable
from marketplaces.connection import connect
from marketplaces.errors import MarketplaceError, Unauthorized
from marketplaces.models import Account
from orders.attention import demand, relieve
from orders.models import Actor, Attention, Order

logger = logging.getLogger(__name__)

#: Seconds that a call waits for its turn: these endpoints allow one a second.
PATIENCE = 10.0
TIMEOUT = 90.0
LATE_ERROR = Attention.Reason.LATE_ERROR


def accounts() -> list[int]:
    """Ids of those that have such a list and are not paused."""
    running = Account.objects.filter(connector__in=capable(ReportsLateErrors), paused_at=None)
    return list(running.values_list("pk", flat=True))


def look(account: Account) -> int:
    """Raise, clear and dismiss as the marketplace's list and our people say; returns how many errors it lists.

    What a person resolved here is dismissed there. What is gone there is cleared here.
    """
    adapter = connect(account, patience=PATIENCE)
    if not isinstance(adapter, ReportsLateErrors):
        return 0
    try:
        errors = loop.run(adapter.late_errors(), timeout=TIMEOUT)
        if settled := _record(account, errors):
            loop.run(adapter.dismiss(settled), timeout=TIMEOUT)
    except Unauthorized as error:
        account.pause(Account.Pause.UNAUTHORIZED, detail=error.detail)
        return 0
    except (MarketplaceError, TimeoutError) as error:
        logger.warning("late_errors.unread account=%s error=%r", account.pk, str(error))
        return 0
    logger.info("late_errors.read account=%s errors=%s dismissed=%s", account.pk, len(errors), len(settled))
    return len(errors)


@transaction.atomic
def _record(account: Account, errors: Sequence[LateError]) -> list[LateError]:
    """Returns the errors that a person has dealt with."""
    by_code: dict[str, list[LateError]] = {}
    for error in errors:
        by_code.setdefault(error.order_code, []).append(error)
    raised = Attention.objects.filter(reason=LATE_ERROR, cleared_at=None, order__channel=account.channel_id)
    known = Order.objects.filter(channel=account.channel_id, code__in=by_code)
    # In the order in which verbs and intake take them.
    rows = known.order_by("code").select_for_update(of=("self",), no_key=True).values_list("code", "id")
    orders = dict(rows)
    details = {orders[code]: _detail(listed) for code, listed in by_code.items() if code in orders}
    settled = _settled(details)
    relieve(LATE_ERROR, list(raised.exclude(order__in=details).values_list("order_id", flat=True)))
    demand(LATE_ERROR, details, by=Actor.channel(account.channel.code))
    return [error for error in errors if orders.get(error.order_code) in settled]


def _detail(errors: Sequence[LateError]) -> str:
    return " ".join(dict.fromkeys(error.message for error in errors))


def _settled(details: Mapping[int, str]) -> set[int]:
    """Orders whose very same error a person has marked as resolved."""
    rows = Attention.objects.filter(reason=LATE_ERROR, order__in=details).exclude(cleared_by="")
    return {row.order_id for row in rows if row.detail == details[row.order_id]}
