"""Webhooks that never reached us, where the marketplace keeps them: stored like those that did, then confirmed."""

import logging
from collections.abc import Sequence

from django.db import transaction

from marketplaces import authorizations, hints, loop
from marketplaces.capabilities import RecoversPushes
from marketplaces.connection import connect
from marketplaces.errors import MarketplaceError
from marketplaces.models import Account

logger = logging.getLogger(__name__)

#: Seconds that a call waits for its turn: pulls and pushes come first.
PATIENCE = 5.0
TIMEOUT = 40.0
#: Pages of one run; what is left is for the next one.
PAGES = 20


def recover(account: Account) -> int:
    """Returns how many messages were found. What they name is read as a webhook's orders are."""
    adapter = connect(account, patience=PATIENCE)
    if not isinstance(adapter, RecoversPushes):
        return 0
    found = 0
    try:
        for _page in range(PAGES):
            lost = loop.run(adapter.lost_pushes(), timeout=TIMEOUT)
            if not lost.bodies:
                break
            _store(account, adapter, lost.bodies)
            found += len(lost.bodies)
            # Only now: who dies before this sees the same page again.
            loop.run(adapter.confirm_lost_pushes(lost.receipt), timeout=TIMEOUT)
            if not lost.more:
                break
    except (MarketplaceError, TimeoutError) as error:
        logger.warning("lost_pushes.unread account=%s error=%r", account.pk, str(error))
    if found:
        logger.info("lost_pushes.recovered account=%s messages=%s", account.pk, found)
    return found


@transaction.atomic
def _store(account: Account, adapter: RecoversPushes, bodies: Sequence[bytes]) -> None:
    """An app's messages are of all its shops; those of shops that are not connected here are nobody's."""
    shops = {known.shop_id: known for known in authorizations.of_the_same_app(account) if known.shop_id}
    for body in bodies:
        ring = adapter.read_push(body)
        if ring.notice:
            authorizations.heed(account, ring.notice)
        target = shops.get(ring.shop_id) if ring.shop_id else account
        if target is not None and ring.codes:
            hints.store(target, ring, body)
