"""Nobody passes into the back office with a password alone who has a second factor, or must have one."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode

from config.two_factor.models import Authenticator


class Gate:
    """Middleware; comes after django-otp's, which says whether this session is verified."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(self._back_office) and request.path not in self._open and _must_verify(request):
            # Only a page can be come back to.
            after = request.get_full_path() if request.method == "GET" else self._back_office
            return HttpResponseRedirect(f"{reverse('two_factor')}?{urlencode({'next': after})}")
        return self.get_response(request)

    @cached_property
    def _back_office(self) -> str:
        return reverse("admin:index")

    @cached_property
    def _open(self) -> frozenset[str]:
        return frozenset(map(reverse, ("two_factor", "admin:login", "admin:logout", "admin:jsi18n")))


def _must_verify(request: HttpRequest) -> bool:
    user = request.user
    if not user.is_authenticated or user.is_verified():  # type: ignore[attr-defined]  # django-otp's
        return False
    return settings.REQUIRE_TWO_FACTOR or Authenticator.objects.filter(user=user, confirmed=True).exists()
