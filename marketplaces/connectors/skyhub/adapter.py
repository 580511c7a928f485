"""SkyHub: one account (a store) at Americanas and the shops that SkyHub serves."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import httpx
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from marketplaces.adapter import Connection, Fetched, Outgoing
from marketplaces.connectors.skyhub import listing, mapping, payload, refusal, who_may
from marketplaces.connectors.skyhub.b2w import B2W
from marketplaces.connectors.skyhub.calls import TooOften
from marketplaces.connectors.skyhub.client import LIMITS, Client
from marketplaces.connectors.skyhub.desk import Desk
from marketplaces.connectors.skyhub.statuses import AccountStatuses
from marketplaces.connectors.skyhub.telling import TELLINGS, Telling
from marketplaces.crossing import Listed
from marketplaces.document import NO_JSON
from marketplaces.errors import AlreadyApplied, Malformed, MarketplaceError, Rejected, Throttled
from marketplaces.limits import Limiter
from orders.status import Status

#: The status codes of each account (id, address), as long as this process lives; a 422 has them read again.
_accounts: dict[tuple[int, str], AccountStatuses] = {}


class SkyHub(Desk):
    label = "SkyHub / Americanas"
    base_url = "https://api.skyhub.com.br"
    credential_fields = {
        "email": gettext_noop("E-mail of the SkyHub user"),
        "api_key": gettext_noop("Integration token of the store (X-Api-Key)"),
        "account_manager_key": gettext_noop("Account key of the platform (X-Accountmanager-Key)"),
    }
    limits = LIMITS
    pull_name = "SkyHub queue draining"
    pull_seconds = 15.0
    fetchers = 8
    tells = tuple(TELLINGS)

    def __init__(self, connection: Connection, http: httpx.AsyncClient, limiter: Limiter) -> None:
        super().__init__(connection, http, limiter)
        self.client = Client(connection, http, limiter)
        self.b2w = B2W(connection, http, limiter)
        self._account = (connection.account_id, connection.base_url)
        self._reading_statuses = asyncio.Lock()

    async def fetch(self, cursor: str) -> AsyncIterator[Fetched]:
        """Each call leases another order for five minutes, so iterators side by side see different ones."""
        returning: set[str] = set()
        while True:
            seen_at = datetime.now(UTC)
            body = await self.client.next_order()
            if body is None:
                return
            fetched = _read(body, seen_at)
            if fetched.problem == NO_JSON and fetched.receipt:
                fetched = await self._read_again(fetched)
            if not fetched.receipt:
                # It will not be acknowledged, so it returns; a queue that gives only this would never end.
                if fetched.raw in returning:
                    return
                returning.add(fetched.raw)
            yield fetched

    async def acknowledge(self, receipt: str) -> None:
        try:
            await self.client.acknowledge(receipt)
        except TooOften as refused:
            # Given up, the order would come again in five minutes.
            raise Throttled(refused.detail, seconds=refused.retry_after or 0.0) from refused
        except Rejected as refused:
            if refused.code != "404":
                raise

    def parse(self, raw: str, *, seen_at: datetime) -> Fetched:
        return _read(raw.encode(errors="replace"), seen_at)

    async def read(self, code: str) -> Fetched:
        seen_at = datetime.now(UTC)
        return _read(await self.client.order(code), seen_at)

    async def push(self, update: Outgoing) -> str:
        telling = TELLINGS.get(update.kind)
        if telling is None:
            return await super().push(update)
        who_may.tell(update)
        return await self._tell(update, telling, await self._statuses())

    def listed(self, since: datetime, until: datetime) -> AsyncGenerator[Listed, None]:
        return listing.orders(self.client, since, until)

    async def is_applied(self, update: Outgoing) -> bool:
        fetched = await self.read(update.code)
        if fetched.snapshot is None:
            raise Malformed(fetched.problem)
        return update.kind in TELLINGS and refusal.knows(fetched.snapshot, update, TELLINGS[update.kind].target)

    def forget_statuses(self) -> None:
        _accounts.pop(self._account, None)

    async def check(self) -> None:
        await self.client.statuses()

    async def _read_again(self, damaged: Fetched) -> Fetched:
        """Cut off on its way, or broken at its source? The order itself tells; acknowledged is only what we know."""
        try:
            return await self.read(damaged.external_id)
        except MarketplaceError:
            return replace(damaged, receipt="")

    async def _tell(
        self, update: Outgoing, telling: Telling, statuses: AccountStatuses, *, may_refresh: bool = True
    ) -> str:
        code = statuses.code_for(telling.target)
        try:
            return await telling.send(self.client, update, code, datetime.now(UTC))
        except Rejected as error:
            if error.code != "422":
                raise
            refused = error
        transition = refusal.transition(refused.detail, statuses)
        if transition is None and may_refresh:
            statuses = await self._statuses(instead_of=statuses)
            if statuses.code_for(telling.target) != code:  # the account's codes have changed since we read them
                return await self._tell(update, telling, statuses, may_refresh=False)
        raise await self._verdict(update, telling.target, transition, refused) from refused

    async def _verdict(
        self, update: Outgoing, target: Status, transition: refusal.Transition | None, refused: Rejected
    ) -> MarketplaceError:
        """SkyHub refuses every repetition; what a refusal means depends on where the order is there."""
        if transition and refusal.is_done(update, target, transition):
            return AlreadyApplied(refused.detail)
        held = transition.held if transition else None
        if held is not Status.CANCELED:
            snapshot = (await self.read(update.code)).snapshot
            if snapshot and refusal.knows(snapshot, update, target):
                return AlreadyApplied(refused.detail)
            held = snapshot.status if snapshot else held
        if held is Status.CANCELED:
            sentence = _("The marketplace canceled this order meanwhile and takes no more updates of it: %(detail)s")
            return Rejected(sentence % {"detail": refused.detail}, code=refused.code)
        return refused

    async def _statuses(self, *, instead_of: AccountStatuses | None = None) -> AccountStatuses:
        """One call however many updates ask for it at the same time: the endpoint allows one a second."""
        async with self._reading_statuses:
            known = _accounts.get(self._account)
            if known is None or known is instead_of:
                known = _accounts[self._account] = AccountStatuses(await self.client.statuses())
            return known


def _read(body: bytes, seen_at: datetime) -> Fetched:
    raw = body.decode(errors="backslashreplace").replace("\0", "\\0")
    try:
        snapshot = mapping.snapshot(body, seen_at=seen_at)
    except Malformed as error:
        code = payload.code_of(body)
        return Fetched(raw=raw, external_id=code, problem=error.detail, receipt=code)
    return Fetched(raw=raw, external_id=snapshot.code, snapshot=snapshot, receipt=snapshot.code)
