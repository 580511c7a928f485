"""A pasted column in the search box: the orders of all its lines, and the lines that are nobody's."""

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from orders.admin.search import MOST_LINES, Found, exact, find, lines_of
from orders.models import Order

#: In the session, because a column is longer than an address may be.
SESSION = "pasted_lines"


@require_POST
def search_page(request: HttpRequest, admin: "ModelAdmin[Order]") -> HttpResponse:
    """Where the search box sends a column; one line is an ordinary search."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    lines = lines_of(request.POST.get("q", ""))
    orders = reverse("admin:orders_order_changelist")
    if len(lines) > 1:
        request.session[SESSION] = lines[:MOST_LINES]
        return HttpResponseRedirect(f"{orders}?pasted=1")
    return HttpResponseRedirect(f"{orders}?{urlencode({'q': lines[0]})}" if lines else orders)


def only_order(request: HttpRequest) -> int | None:
    """The one order that a search of one line names exactly."""
    lines = lines_of(request.GET.get("q", ""))
    ids = exact(lines[0]) if len(lines) == 1 else []
    return ids[0] if len(ids) == 1 else None


def found(request: HttpRequest) -> Found | None:
    """What became of the pasted lines; None where nothing was pasted. Looked up once a request."""
    lines = request.session.get(SESSION, []) if "pasted" in request.GET else lines_of(request.GET.get("q", ""))
    if "pasted" not in request.GET and len(lines) < 2:
        return None
    known: Found | None = getattr(request, "found_lines", None)
    if known is None:
        known = find(lines)
        request.found_lines = known  # type: ignore[attr-defined]  # ours, for this request
    return known


def narrow(request: HttpRequest, orders: QuerySet[Order]) -> QuerySet[Order]:
    looked_up = found(request)
    return orders if looked_up is None else orders.filter(pk__in=looked_up.ids)
