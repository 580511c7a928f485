"""Who knocks: a warehouse system with its API key, where from, and what that key may do."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from orders.models import ApiKey
from orders.statements import execute, names

if TYPE_CHECKING:  # the framework's views import this module while they load
    from orders.api.base import Door

SCHEME = "Bearer"
#: `last_used_at` is for people: more often than this it is not worth a write.
USE_NOTED_EVERY = timedelta(minutes=1)
COLUMNS = [field.attname for field in ApiKey._meta.concrete_fields]
#: Asked with every request and never remembered, so that a revoked key is refused at once. Django's own query would
#: take longer to compose than to answer.
KNOWN = f"""
SELECT {names(COLUMNS)}, ARRAY(SELECT channel_id FROM orders_apikey_channels WHERE apikey_id = k.id)
  FROM orders_apikey AS k WHERE hash = %(hash)s
"""


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
        _guard_address(key, caller_address(request))
        _note_use(key, now)
        return None, key

    def authenticate_header(self, request: Request) -> str:
        presented = ', error="invalid_token"' if request.headers.get("Authorization") else ""
        return f'{SCHEME} realm="despacho"{presented}'


class HasScope(BasePermission):
    """Each door names the scope for reading at it, and the one for recording."""

    def has_permission(self, request: Request, view: "Door") -> bool:  # type: ignore[override]  # all views are doors
        if not isinstance(request.auth, ApiKey):
            return False
        scope = view.read_scope if request.method in ("GET", "HEAD") else view.write_scope
        if scope in request.auth.scopes:
            return True
        sentence = _("The key “%(name)s” lacks the scope %(scope)s.")
        raise PermissionDenied(sentence % {"name": request.auth.name, "scope": scope.value}, code="missing-scope")


def api_key(request: Request) -> ApiKey:
    """Whose request it is, once the door is open."""
    assert isinstance(request.auth, ApiKey)  # or HasScope would not have let it in
    return request.auth


def allowed_channels(request: Request) -> list[int]:
    """Ids of the channels that the key is bound to; none means all of them."""
    channels: list[int] = vars(api_key(request))["channel_ids"]
    return channels


def caller_address(request: Request | HttpRequest) -> str:
    """As the outermost of our own proxies saw it (TRUSTED_PROXIES says how many there are)."""
    if proxies := settings.TRUSTED_PROXIES:
        forwarded = request.headers.get("X-Forwarded-For", "").split(",")
        return forwarded[max(-proxies, -len(forwarded))].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def _guard_address(key: ApiKey, address: str) -> None:
    if not key.may_come_from(address):
        sentence = _("The key “%(name)s” may not be used from %(address)s.")
        raise PermissionDenied(sentence % {"name": key.name, "address": address}, code="address-not-allowed")


def _live_key(secret: str, now: datetime) -> ApiKey:
    found = execute(KNOWN, hash=ApiKey.digest(secret))
    if not found:
        raise AuthenticationFailed(_("No API key has this secret."), code="key-unknown")
    *columns, channels = found[0]
    key = ApiKey.from_db(DEFAULT_DB_ALIAS, COLUMNS, columns)
    vars(key)["channel_ids"] = channels
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
