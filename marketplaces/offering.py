"""Asking an order's marketplace how its parcel may be handed over, for orders/arranging.py."""

import time
from collections.abc import Sequence

from django.utils.translation import gettext as _

from marketplaces import loop, registry
from marketplaces.arranging import ArrangesShipping, Way
from marketplaces.connection import connect
from marketplaces.errors import MarketplaceError, NotReady, Throttled, Unavailable
from marketplaces.models import Account
from orders import arranging
from orders.arranging import CannotAsk, DoesNotAnswer
from orders.models import Order

#: Seconds that a person waits: for a turn under the rate limit, and for the whole answer.
PATIENCE = 8.0
TIMEOUT = 30.0


#: Seconds for which an answer is used again: a form is checked with every field that is typed.
FRESH = 60.0
_answers: dict[tuple[int, str], tuple[float, Sequence[Way]]] = {}


@arranging.answers
def ways(order: Order) -> Sequence[Way]:
    """What the order's marketplace offers, or offered within the last minute. Raises CannotAsk."""
    account = Account.objects.select_related("channel").filter(channel=order.channel_id).first()
    if account is None or not issubclass(registry.adapter_class(account.connector), ArrangesShipping):
        raise CannotAsk(_("The channel has no account that could be asked."))
    if account.is_paused:
        raise CannotAsk(_("The account is paused: %(reason)s") % {"reason": account.get_pause_reason_display()})
    key, now = (order.pk, str(account.arranging)), time.monotonic()
    for other in [other for other, (at, _ways) in _answers.items() if at < now - FRESH]:
        _answers.pop(other, None)
    if key not in _answers:
        _answers[key] = (now, _ask(account, order))
    return _answers[key][1]


def _ask(account: Account, order: Order) -> Sequence[Way]:
    adapter = connect(account, patience=PATIENCE)
    assert isinstance(adapter, ArrangesShipping)
    try:
        return loop.run(adapter.shipping_ways(order.code), timeout=TIMEOUT)
    except (NotReady, Throttled, Unavailable) as error:
        raise DoesNotAnswer(error.detail) from error
    except MarketplaceError as error:
        raise CannotAsk(error.detail) from error
    except TimeoutError as error:
        raise DoesNotAnswer(_("It did not answer in time.")) from error
