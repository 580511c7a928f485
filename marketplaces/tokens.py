"""Access tokens: renewed before they end, by one worker at a time, and stored before anybody uses them."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

from django.db import connections, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplaces import loop
from marketplaces.adapters import adapter_of
from marketplaces.crossing import Access, Grant
from marketplaces.errors import MarketplaceError, Throttled, Unauthorized, Unavailable
from marketplaces.http import DEADLINE
from marketplaces.lease import turn
from marketplaces.models import AccessToken, Account

logger = logging.getLogger(__name__)

T = TypeVar("T")

#: A token that ends sooner is renewed by beat; sooner than LAST_MOMENT, by whoever wants to use it.
AHEAD = timedelta(minutes=15)
LAST_MOMENT = timedelta(minutes=2)
#: Seconds that a worker waits for another one's renewal before it tries its own work later.
PATIENCE = 10.0
#: Seconds; longer than the call that renews may last.
TURN_SECONDS = DEADLINE + 15


def due() -> list[int]:
    """Ids of the accounts whose access token ends soon; also of paused ones, for an unused refresh token ends too."""
    accounts = Account.objects.exclude(pause_reason=Account.Pause.UNAUTHORIZED)
    return list(accounts.filter(access_token__expires_at__lt=Now() + AHEAD).values_list("pk", flat=True))


def renew(account_id: int, *, refused: str = "", within: timedelta = LAST_MOMENT) -> str:
    """An access token that is not `refused` and lives longer than `within`, renewed if need be. Blocks.

    However many workers ask at once, the marketplace is asked once. Raises Unauthorized when a person has to connect
    the account again (it is paused then), Unavailable while nobody can tell.
    """
    give_up_at = time.monotonic() + PATIENCE
    while True:
        held = _held(account_id)
        if _is_good(held, refused, within):
            return held.secrets["access"] if held else ""
        with turn(f"token {account_id}", seconds=TURN_SECONDS) as mine:
            if mine is not None:
                # Between our look and our turn somebody may have renewed it.
                held = _held(account_id)
                if held is None or not _is_good(held, refused, within):
                    held = _renewed(account_id, held)
                return str(held.secrets["access"])
        if time.monotonic() > give_up_at:
            raise Unavailable(_("Another worker is renewing the access token."))
        time.sleep(0.1)


def _held(account_id: int) -> AccessToken | None:
    return AccessToken.objects.filter(pk=account_id).first()


def _is_good(held: AccessToken | None, refused: str, within: timedelta) -> bool:
    return held is not None and held.secrets["access"] != refused and held.expires_at > timezone.now() + within


def _renewed(account_id: int, held: AccessToken | None) -> AccessToken:
    account = Account.objects.select_related("channel").get(pk=account_id)
    adapter = adapter_of(account, patience=PATIENCE)
    if held is None and adapter.overrides("authorization_url"):
        raise Unauthorized(_("The account is not connected yet: authorize it at the marketplace."))
    try:
        grant = loop.run(adapter.refresh(held.secrets["refresh"] if held else ""), timeout=DEADLINE + 5)
    except Unauthorized as error:
        return _lost_race(account, held, error)
    except (Unavailable, Throttled):
        raise
    except MarketplaceError as error:
        # Whatever it says about the token, it says nothing about the order that the token was wanted for.
        raise Unavailable(error.detail) from error
    except TimeoutError:
        raise Unavailable(_("The marketplace did not renew the access token in time.")) from None
    logger.info("token.renewed account=%s until=%s", account_id, grant.expires_at.isoformat())
    return store(account, grant, instead_of=held)


def _lost_race(account: Account, held: AccessToken | None, error: Unauthorized) -> AccessToken:
    """A refresh token works once: who comes second is refused like a forger, and must not call that a disconnection."""
    newer = _held(account.pk)
    if newer is not None and (held is None or newer.version != held.version):
        return newer
    detail = _("The marketplace ended the authorization: connect the account again. (%(error)s)")
    account.pause(Account.Pause.UNAUTHORIZED, detail=detail % {"error": error.detail})
    logger.warning("token.ended account=%s %s", account.pk, error.detail)
    raise error


@transaction.atomic
def store(account: Account, grant: Grant, *, instead_of: AccessToken | None = None) -> AccessToken:
    """Keep a pair. A newer one than `instead_of` that is there by now stays, and is returned."""
    facts = {
        "secrets": {"access": grant.access_token, "refresh": grant.refresh_token},
        "expires_at": grant.expires_at,
        "renewed_at": Now(),
        **({"authorized_until": grant.authorized_until} if grant.authorized_until else {}),
    }
    if instead_of is None:
        AccessToken.objects.update_or_create(
            pk=account.pk,
            defaults={**facts, "authorized_at": Now(), "version": F("version") + 1},
            create_defaults=facts,
        )
    else:
        AccessToken.objects.filter(pk=account.pk, version=instead_of.version).update(version=F("version") + 1, **facts)
    return AccessToken.objects.get(pk=account.pk)


class StoredAccess(Access):
    """The account's token as the database has it. Used on marketplaces.loop; asks the database in threads."""

    def __init__(self, account_id: int) -> None:
        self._account_id = account_id
        self._token = ""
        self._good_until = 0.0
        self._renewing = asyncio.Lock()

    async def token(self) -> str:
        async with self._renewing:
            if time.monotonic() > self._good_until:
                await self._renew("")
            return self._token

    async def renewed(self, refused: str) -> str:
        async with self._renewing:
            if self._token == refused:
                await self._renew(refused)
            return self._token

    async def _renew(self, refused: str) -> None:
        self._token = await _aside(lambda: renew(self._account_id, refused=refused))
        # Somebody else may renew it any time: it is looked up anew well within what renew() vouches for.
        self._good_until = time.monotonic() + LAST_MOMENT.total_seconds() / 2


#: Not the loop's own threads: those look up hosts, and a renewal that waits in all of them would wait for itself.
_threads = ThreadPoolExecutor(4, thread_name_prefix="tokens")


async def _aside(work: Callable[[], T]) -> T:
    def run() -> T:
        try:
            return work()
        finally:
            connections.close_all()

    return await asyncio.get_running_loop().run_in_executor(_threads, run)
