"""What the connections add to the first page."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Now
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from marketplaces.admin.account_health import authorizations_that_end, silent_accounts
from marketplaces.admin.account_words import last_contact, state_badge
from marketplaces.models import Account, InboundMessage
from orders.admin import extensions
from orders.admin.deadline import duration
from orders.admin.extensions import Panel, Tile
from orders.admin.figures import MOST
from orders.models import ChannelUpdate


def connection_tiles(request: HttpRequest) -> tuple[str, Iterable[Tile]] | None:
    tiles = []
    if request.user.has_perm("orders.view_channelupdate"):
        url = reverse("admin:orders_channelupdate_changelist")
        words = {"FAILED": (_("Updates refused"), "bad"), "PENDING": (_("Updates waiting"), "todo")}
        tiles += [
            Tile(label=label, count=count_up_to(state), most=MOST, url=f"{url}?state={state}", tone=tone)
            for state, (label, tone) in words.items()
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
        webhooks = Account.objects.exclude(webhook_problem="").count()
        if webhooks:
            tiles.append(Tile(label=_("Accounts whose webhooks may not come"), count=webhooks, url=url, tone="bad"))
        if ending:
            tiles.append(Tile(label=_("Authorizations that end soon"), count=ending, url=url, tone="bad"))
    return (_("Channels"), tiles) if tiles else None


def count_up_to(state: str) -> int:
    return ChannelUpdate.objects.filter(state=state).order_by()[: MOST + 1].count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An account on the first page."""

    account: Account
    state: SafeString
    last_contact: str
    oldest: str  #: how long the oldest update that is due waits; "" when none does
    updates_url: str


#: By the index over what waits, for each channel its first.
OLDEST = ChannelUpdate.objects.filter(
    channel=OuterRef("channel"), state=ChannelUpdate.State.PENDING, due_at__lte=Now()
).order_by("due_at")


def accounts_panel(request: HttpRequest) -> Panel | None:
    """When each account was heard from last, and what has waited longest to be told."""
    if not request.user.has_perm("marketplaces.view_account"):
        return None
    accounts = Account.objects.select_related("channel", "access_token").annotate(
        oldest=Subquery(OLDEST.values("due_at")[:1])
    )
    lines = [_line(account) for account in accounts.order_by("channel__name", "id")]
    return Panel("marketplaces/admin/first_page.html", {"lines": lines}) if lines else None


def _line(account: Any) -> Line:
    oldest = timezone.now() - account.oldest if account.oldest else None
    url = reverse("admin:orders_channelupdate_changelist")
    return Line(
        account=account,
        state=state_badge(account),
        last_contact=last_contact(account),
        oldest=duration(oldest) if oldest else "",
        updates_url=f"{url}?state=PENDING&channel__id__exact={account.channel_id}",
    )


extensions.tile_groups.append(connection_tiles)
extensions.first_page_panels.append(accounts_panel)
