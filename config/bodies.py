"""How large a request may be, decided by its headers: what is too much is not read, and fills no disk."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property

from orders.api.pages import too_large
from orders.api.parsing import LARGEST_BODY


class Bodies:
    """Middleware. Only the back office takes files, and its login none. Without Content-Length Django reads nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = request.headers.get("Content-Length", "")
        most = self._most(request.path)
        if not told.isdecimal() or int(told) <= most:
            return self.get_response(request)
        # The rest of the body is not worth waiting for.
        answer = too_large(request) or render(request, "413.html", {"mb": most // 1_000_000}, status=413)
        answer["Connection"] = "close"
        return answer

    def _most(self, path: str) -> int:
        takes_files = path.startswith(self._back_office) and path != self._login
        return settings.UPLOAD_MAX_MB * 1_000_000 if takes_files else LARGEST_BODY

    @cached_property
    def _back_office(self) -> str:
        return reverse("admin:index")

    @cached_property
    def _login(self) -> str:
        return reverse("admin:login")
