"""After a restore: the database knows less than the marketplaces and the warehouse do. Nothing may be told twice.

What was told between backup and loss is not known any more. So every update of an order that stood in the backup is
read back before it is sent, each account compares its orders at once, and the change feed goes on where no reader was.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Now

from marketplaces.models import AccessToken, Account
from orders.models import ChannelUpdate, FeedOrigin


@dataclass(frozen=True, slots=True)
class Restored:
    updates: int  #: that will be read back first
    accounts: int
    may_need_authorization: list[str]  #: channels whose refresh token may have been used up since the backup
    position: int  #: where the feed goes on


@transaction.atomic
def after_restore() -> Restored:
    """Once, before web, worker and beat run again. Twice does no harm."""
    updates = ChannelUpdate.objects.filter(state=ChannelUpdate.State.PENDING)
    count = updates.update(outcome_unknown=True, lease_until=None)
    accounts = Account.objects.update(
        restored_at=Now(), lease_until=None, reconcile_after=None, reconciled_to=0, pull_after=None, push_after=None
    )
    tokens = AccessToken.objects.order_by("account__channel__code").values_list("account__channel__code", flat=True)
    return Restored(count, accounts, list(tokens), FeedOrigin.leap())
