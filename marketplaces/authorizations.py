"""What marketplaces say about a seller's authorization before a call fails: heeded for the shops that they name."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q

from marketplaces.crossing import Notice
from marketplaces.models import AccessToken, Account

logger = logging.getLogger(__name__)

#: Their clock and ours may differ by this much.
CLOCKS = timedelta(minutes=2)


def of_the_same_app(account: Account) -> Sequence[Account]:
    """Accounts with the same keys, this one among them: a marketplace tells an app about all its shops at once."""
    rows = Account.objects.select_related("channel").filter(connector=account.connector).order_by("pk")
    return [row for row in rows if row.credentials == account.credentials]


def heed(account: Account, notice: Notice) -> int:
    """Pause, or warn, the accounts of the shops named; returns how many. `account` is the one whose keys proved it.

    Messages come late and twice: one from before a person authorized again means nothing any more.
    """
    heeded = 0
    for named in of_the_same_app(account):
        if named.shop_id not in notice.shop_ids or _is_history(named, notice):
            continue
        heeded += 1
        logger.warning("authorization.notice account=%s ended=%s", named.pk, bool(notice.ended))
        if notice.ended:
            named.pause(Account.Pause.UNAUTHORIZED, detail=notice.ended)
        if notice.ends_by:
            later = Q(authorized_until=None) | Q(authorized_until__gt=notice.ends_by)
            AccessToken.objects.filter(later, account=named).update(authorized_until=notice.ends_by)
    return heeded


def _is_history(account: Account, notice: Notice) -> bool:
    return AccessToken.objects.filter(account=account, authorized_at__gt=notice.at + CLOCKS).exists()
