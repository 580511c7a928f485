"""On an order's page: a cancellation that the marketplace has not confirmed yet."""

from django.http import HttpRequest

from marketplaces.cancellation import waiting_since
from orders.admin import extensions
from orders.admin.extensions import Panel
from orders.models import Order


def cancellation_panel(request: HttpRequest, order: Order) -> Panel | None:
    since = waiting_since(order)
    return Panel("marketplaces/admin/cancellation.html", {"since": since}) if since else None


extensions.order_panels.append(cancellation_panel)
