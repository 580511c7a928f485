"""What the connections add to an order's page: updates to the channel, and where raw messages can be read."""

from collections.abc import Collection, Mapping

from django.http import HttpRequest
from django.urls import reverse

from marketplaces import by_hand
from marketplaces.admin.updates import OPEN
from marketplaces.models import InboundMessage
from orders.admin import extensions
from orders.admin.extensions import Panel
from orders.models import Order


def updates_panel(request: HttpRequest, order: Order) -> Panel | None:
    """Newest first; for what is not finished, why it waits."""
    updates = list(order.updates.select_related("channel").order_by("-seq"))
    if not updates:
        return None
    rows = [(update, update.state in OPEN, by_hand.why_waiting(update)) for update in updates]
    context = {"rows": rows, "order": order, "may_change": request.user.has_perm("orders.change_channelupdate")}
    return Panel("marketplaces/admin/order_updates.html", context)


def tags_panel(request: HttpRequest, order: Order) -> Panel | None:
    """Who canceled and why, how many packages: what the order's own columns have no place for."""
    return Panel("marketplaces/admin/order_tags.html", {"tags": order.tags}) if order.tags else None


def raw_messages(request: HttpRequest, ids: Collection[str]) -> Mapping[str, str]:
    if not request.user.has_perm("marketplaces.view_inboundmessage"):
        return {}
    kept = InboundMessage.objects.filter(pk__in=ids).values_list("pk", flat=True)
    return {pk: reverse("admin:marketplaces_inboundmessage_change", args=[pk]) for pk in kept}


extensions.order_panels.append(updates_panel)
extensions.order_panels.append(tags_panel)
extensions.message_links.append(raw_messages)
