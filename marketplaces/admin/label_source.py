"""What the back office's labels learn from the connections: until when they are printed, and why one is not there."""

from django.utils.translation import gettext

from marketplaces import by_hand, registry
from marketplaces.capabilities import FetchesLabels
from marketplaces.models import Account
from orders.admin import extensions
from orders.admin.extensions import LabelSource
from orders.models import ChannelUpdate, Order


def label_source(order: Order) -> LabelSource | None:
    """None where the channel's marketplace makes no labels."""
    account = Account.objects.filter(channel=order.channel_id).first()
    adapter = registry.adapter_class(account.connector) if account else None
    if adapter is None or not issubclass(adapter, FetchesLabels):
        return None
    window = gettext(adapter.print_window) if adapter.print_window else ""
    return LabelSource(print_window=window, waiting=_waiting(order))


def _waiting(order: Order) -> str:
    """About the newest request; "" when it has brought the label, and when there is none."""
    update = order.updates.filter(kind=ChannelUpdate.Kind.LABEL).order_by("-seq").first()
    if update is None or update.state in (ChannelUpdate.State.SENT, ChannelUpdate.State.SUPERSEDED):
        return ""
    return by_hand.why_waiting(update) or update.last_error or update.get_state_display()


extensions.label_sources.append(label_source)
