"""What browsers may do with our pages: Content-Security-Policy, and the headers that Django does not set itself."""

from typing import Any

from csp.constants import HEADER, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from csp.utils import build_policy
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property

#: Of every answer: what is not named is forbidden, and nothing that stands inside a page runs.
STRICT: dict[str, Any] = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
    "object-src": [NONE],
}
#: Unfold's Alpine evaluates the expressions of its attributes, and its templates hold styles. Scripts in a page and
#: handlers in attributes stay forbidden.
BACK_OFFICE: dict[str, Any] = STRICT | {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}
#: Its answers are all alike, and putting the policy together would take a twentieth of each.
API, API_POLICY = "/api/v1/", build_policy(STRICT)
_UNUSED = ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "microphone", "payment", "usb")
PERMISSIONS = ", ".join(f"{name}=()" for name in _UNUSED)


class Headers(CSPMiddleware):
    """An answer that brings a policy of its own, as documents do (orders/serving.py), keeps it."""

    @cached_property
    def _back_office(self) -> str:
        return reverse("admin:index")

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and request.path.startswith(self._back_office):
            parts.config = BACK_OFFICE
        return parts

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        if request.path.startswith(API):
            response.headers.setdefault(HEADER, API_POLICY)
            return response
        return super().process_response(request, response)
