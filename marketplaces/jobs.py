"""What many orders can have done to their channel updates at once."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplaces import by_hand
from orders.jobs import Kind, Result, register
from orders.jobs.kinds import Outcome, Task
from orders.models import ChannelUpdate

RETRY = "retry_updates"


def retry(task: Task) -> Result:
    """Send again what failed or waits for another attempt."""
    open_updates = ChannelUpdate.objects.filter(
        order=task.order, state__in=[ChannelUpdate.State.FAILED, ChannelUpdate.State.PENDING]
    )
    sent = by_hand.retry(open_updates, by=task.by)
    if not sent:
        return Result(_("No update of this order failed or waits for another attempt."), Outcome.UNCHANGED)
    return Result(ngettext("%(n)s update is sent again.", "%(n)s updates are sent again.", sent) % {"n": sent})


register(Kind(name=RETRY, work=retry))
