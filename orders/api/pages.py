"""What lies around the views: the page of each problem type, and the answers of addresses that do not exist."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views import defaults
from django.views.decorators.http import require_safe

from orders.api.problem_types import BY_STATUS, PROBLEM_TYPES
from orders.api.problems import MEDIA_TYPE, body

API = "/api/"


@require_safe
def problem_page(request: HttpRequest, slug: str = "") -> HttpResponse:
    """One problem type, or all of them: where the `type` of a problem leads to."""
    if slug and slug not in PROBLEM_TYPES:
        raise Http404
    shown = [PROBLEM_TYPES[slug]] if slug else list(PROBLEM_TYPES.values())
    return render(request, "orders/api/problems.html", {"problems": shown, "single": bool(slug)})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _problem(request, 400) or defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _problem(request, 404) or defaults.page_not_found(request, exception)


def too_large(request: HttpRequest) -> HttpResponse | None:
    """None outside the API."""
    return _problem(request, 413)


def server_error(request: HttpRequest) -> HttpResponseBase:
    return _problem(request, 500) or defaults.server_error(request)


def _problem(request: HttpRequest, status: int) -> JsonResponse | None:
    if not request.path.startswith(API):
        return None
    return JsonResponse(body(BY_STATUS[status], request), status=status, content_type=MEDIA_TYPE)
