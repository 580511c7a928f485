"""What the connections add to the first page."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from marketplaces.admin.account_health import authorizations_that_end, silent_accounts
from marketplaces.models import Account, InboundMessage
from orders.admin import extensions
from orders.admin.extensions import Tile
from orders.models import ChannelUpdate


def connection_tiles(request: HttpRequest) -> tuple[str, Iterable[Tile]] | None:
    tiles = []
    if request.user.has_perm("orders.view_channelupdate"):
        url = reverse("admin:orders_channelupdate_changelist")
        updates = ChannelUpdate.objects.all()
        failed, waiting = ChannelUpdate.State.FAILED, ChannelUpdate.State.PENDING
        tiles += [
            Tile(label=_("Updates refused"), count=updates.filter(state=failed).count(), url=url, tone="bad"),
            Tile(label=_("Updates waiting"), count=updates.filter(state=waiting).count(), url=url, tone="todo"),
        ]
    if request.user.has_perm("marketplaces.view_inboundmessage"):
        count = InboundMessage.objects.filter(state=InboundMessage.State.QUARANTINED).count()
        url = reverse("admin:marketplaces_inboundmessage_changelist")
        tiles.append(Tile(label=_("In quarantine"), count=count, url=url, tone="bad"))
    if request.user.has_perm("marketplaces.view_account"):
        count = Account.objects.filter(paused_at__isnull=False).count()
        url = reverse("admin:marketplaces_account_changelist")
        tiles.append(Tile(label=_("Accounts paused"), count=count, url=url, tone="warning"))
        silent, ending = silent_accounts().count(), authorizations_that_end().count()
        tiles.append(Tile(label=_("Accounts not heard from"), count=silent, url=url, tone="bad"))
        if ending:
            tiles.append(Tile(label=_("Authorizations that end soon"), count=ending, url=url, tone="bad"))
    return (_("Channels"), tiles) if tiles else None


extensions.tile_groups.append(connection_tiles)
