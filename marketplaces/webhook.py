"""The door for webhooks: proven, stored, answered. What they say is never believed: it only names orders to read."""

import logging
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from marketplaces import authorizations, hints, registry
from marketplaces.adapters import connection_of
from marketplaces.crossing import Ring, Webhook
from marketplaces.errors import NotGenuine
from marketplaces.models import Account
from marketplaces.tasks import hints_bell

logger = logging.getLogger(__name__)

#: Bytes. Shopee's and TikTok Shop's messages are below two thousand.
LARGEST = 64 * 1024

#: A frozen broker takes a second to find out, which the marketplace shall not wait.
_ringer = ThreadPoolExecutor(1, thread_name_prefix="webhooks")


@csrf_exempt
@require_POST
def webhook(request: HttpRequest, code: str, key: str = "") -> HttpResponse:
    """POST /webhooks/<channel code>. 200 with an empty body is what every marketplace takes for success.

    404: there is no such channel, or its marketplace sends none. 401: not genuine. 413: too large.
    """
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        return HttpResponse(status=413)
    account = Account.objects.select_related("channel").filter(channel__code=code).first()
    if account is None or not registry.adapter_class(account.connector).overrides("verify"):
        return HttpResponse(status=404)
    came = Webhook(
        body=request.body,
        headers={name.lower(): value for name, value in request.headers.items()},
        url=address_of(request, request.path),
        key=key,
    )
    try:
        ring = _verified(account, came)
        target = _meant(account, ring, came)
    except NotGenuine:
        logger.warning("webhook.refused account=%s bytes=%s", account.pk, len(came.body))
        return HttpResponse(status=401)
    if ring.notice:
        authorizations.heed(account, ring.notice)
    if target is not None and ring.codes:
        hints.store(target, ring, came.body)
        _ringer.submit(hints_bell.ring, target.pk)
    logger.info("webhook.taken account=%s orders=%s", target.pk if target else "", len(ring.codes))
    return HttpResponse(status=200)


def address_of(request: HttpRequest, path: str) -> str:
    """An address of ours as the outside knows it: behind a proxy the request's own may differ."""
    return settings.PUBLIC_URL + path if settings.PUBLIC_URL else request.build_absolute_uri(path)


def _verified(account: Account, came: Webhook) -> Ring:
    return registry.adapter_class(account.connector).verify(connection_of(account), came)


def _meant(account: Account, ring: Ring, came: Webhook) -> Account | None:
    """Whose orders these are: one address may serve several shops of a seller."""
    if ring.shop_id in ("", account.shop_id):
        return account
    accounts = Account.objects.select_related("channel").filter(connector=account.connector, shop_id=ring.shop_id)
    other = accounts.order_by("pk").first()
    if other is not None:
        _verified(other, came)
        return other
    # An account that was never told its shop takes what comes to its own address.
    return None if account.shop_id else account
