"""Who knocks: a warehouse system with its API key, and what that key may do."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from orders.models import ApiKey
from orders.models.api_key import Scope

if TYPE_CHECKING:  # the framework's views import this module while they load
    from rest_framework.views import APIView

SCHEME = "Bearer"
#: `last_used_at` is for people: more often than this it is not worth a write.
USE_NOTED_EVERY = timedelta(minutes=1)


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer dsp_…`. The key becomes `request.auth`; there is no user."""

    def authenticate(self, request: Request) -> tuple[None, ApiKey] | None:
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        scheme, _space, secret = header.partition(" ")
        if scheme.lower() != SCHEME.lower():
            raise AuthenticationFailed(_("The header “Authorization” must begin with “Bearer”."), code="key-unknown")
        now = timezone.now()
        key = _live_key(secret.strip(), now)
        _note_use(key, now)
        return None, key

    def authenticate_header(self, request: Request) -> str:
        presented = ', error="invalid_token"' if request.headers.get("Authorization") else ""
        return f'{SCHEME} realm="despacho"{presented}'


class HasScope(BasePermission):
    """Reading needs one scope, recording facts the other."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not isinstance(request.auth, ApiKey):
            return False
        scope = Scope.ORDERS_READ if request.method in ("GET", "HEAD") else Scope.ORDERS_WRITE
        if scope in request.auth.scopes:
            return True
        sentence = _("The key “%(name)s” lacks the scope %(scope)s.")
        raise PermissionDenied(sentence % {"name": request.auth.name, "scope": scope.value}, code="missing-scope")


def _live_key(secret: str, now: datetime) -> ApiKey:
    key = ApiKey.objects.filter(hash=ApiKey.digest(secret)).first()
    if key is None:
        raise AuthenticationFailed(_("No API key has this secret."), code="key-unknown")
    if key.is_live(now):
        return key
    if key.revoked_at:
        raise AuthenticationFailed(_("The key “%(name)s” was revoked.") % {"name": key.name}, code="key-revoked")
    raise AuthenticationFailed(_("The key “%(name)s” has expired.") % {"name": key.name}, code="key-expired")


def _note_use(key: ApiKey, now: datetime) -> None:
    due = now - USE_NOTED_EVERY
    if key.last_used_at is None or key.last_used_at < due:
        unnoted = Q(last_used_at__isnull=True) | Q(last_used_at__lt=due)
        ApiKey.objects.filter(unnoted, pk=key.pk).update(last_used_at=now)
