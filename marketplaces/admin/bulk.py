"""What the connections add to what can be done with many orders at once."""

from django.utils.translation import gettext_lazy as _

from marketplaces.jobs import RETRY
from orders.admin.bulk import BulkForm, add_form


class RetryForm(BulkForm):
    kind = RETRY
    label = _("Send failed updates again")
    notice = _("What the channels refused or could not take is sent to them again now. Nothing is sent a second time.")


add_form(RetryForm, allowed=lambda user: user.has_perm("orders.change_channelupdate"))
