"""How every call to TikTok Shop is made: common parameters, signature, token, the shop's cipher, envelope."""

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
from django.utils.translation import gettext as _

from marketplaces import http
from marketplaces.adapter import Connection
from marketplaces.connectors.tiktok import signing
from marketplaces.connectors.tiktok.answered import CipherRefused, TokenRefused, error_of, knows
from marketplaces.connectors.tiktok.credentials import Credentials
from marketplaces.errors import Malformed, OutcomeUnknown, Unauthorized, Unavailable
from marketplaces.limits import Limiter

Json = dict[str, Any]
Query = Mapping[str, str | int | Sequence[str]]

#: No number is published: TikTok Shop decides per app and shop, as it goes.
LIMITS = {"calls": 10.0}
TOKEN_HEADER = "x-tts-access-token"  # noqa: S105 - the name of a header
SHOPS = "/authorization/202309/shops"

#: By account and shop, for as long as this process lives: a cipher changes with the authorization only.
_ciphers: dict[tuple[int, str], str] = {}
#: By account and call: the token with which there was no such call, or no permission for it.
_lacking: dict[tuple[int, str], str] = {}


class Envelope(msgspec.Struct, gc=False):
    """What surrounds every answer."""

    code: Any = None
    message: Any = ""
    request_id: Any = ""
    data: msgspec.Raw = msgspec.Raw(b"null")


_decoder = msgspec.json.Decoder(Envelope)


class Calls:
    """One shop and its app. Raises marketplaces.errors."""

    def __init__(self, connection: Connection, transport: httpx.AsyncClient, limiter: Limiter) -> None:
        self._connection = connection
        self._transport = transport
        self._limiter = limiter

    async def _get(self, path: str, query: Query | None = None) -> Envelope:
        return await self._shop("GET", path, query=query)

    async def _post(self, path: str, body: Json, **options: Any) -> Envelope:
        return await self._shop("POST", path, body=body, **options)

    async def shops(self) -> list[Json]:
        """Those that the token opens: [{id, name, region, seller_type, cipher, code}]."""
        answer = inner(await self._authorized("GET", SHOPS))
        return [row for row in answer.get("shops") or [] if isinstance(row, dict)]

    async def shops_of(self, token: str) -> list[Json]:
        """The same for a token that is not stored yet."""
        answer = inner(await self._send("GET", SHOPS, token=token))
        return [row for row in answer.get("shops") or [] if isinstance(row, dict)]

    async def _shop(self, method: str, path: str, *, query: Query | None = None, **options: Any) -> Envelope:
        """With the shop's cipher; once more with a new one when TikTok Shop does not know it any more."""
        try:
            return await self._authorized(method, path, query=query, cipher=await self._cipher(), **options)
        except CipherRefused:
            _ciphers.pop(self._key, None)
            return await self._authorized(method, path, query=query, cipher=await self._cipher(), **options)

    async def _authorized(self, method: str, path: str, **options: Any) -> Envelope:
        """With the access token; once more with a new one when it is refused, which means that nothing was done."""
        token = await self._connection.access.token()
        try:
            return await self._send(method, path, token=token, **options)
        except TokenRefused:
            return await self._send(method, path, token=await self._connection.access.renewed(token), **options)

    async def lacks(self, call: str) -> bool:
        """Was the call refused for good with the token that we have? The seller's next consent may grant it."""
        return _lacking.get((self._connection.account_id, call)) == await self._connection.access.token()

    async def note_lack(self, call: str) -> None:
        _lacking[self._connection.account_id, call] = await self._connection.access.token()

    @property
    def _key(self) -> tuple[int, str]:
        return self._connection.account_id, self._connection.shop_id

    async def _cipher(self) -> str:
        if self._key not in _ciphers:
            _ciphers[self._key] = str(the_shop(await self.shops(), self._connection.shop_id)["cipher"])
        return _ciphers[self._key]

    async def _send(
        self,
        method: str,
        path: str,
        *,
        token: str,
        cipher: str = "",
        query: Query | None = None,
        body: Json | None = None,
        write: bool | None = None,
        private: Sequence[str] = (),
    ) -> Envelope:
        """`private` are values in the body that nobody reads in the attempt log: a file says more than its names."""
        credentials = Credentials.of(self._connection.credentials)
        writes = method != "GET" if write is None else write
        # The very bytes that are sent are signed.
        content = None if body is None else msgspec.json.encode(body)
        async with self._turn():
            try:
                answer = await http.call(
                    self._transport,
                    method,
                    f"{self._connection.base_url}{path}",
                    account_id=self._connection.account_id,
                    params=_signed(credentials, path, query or {}, cipher, content or b""),
                    headers={"Content-Type": "application/json", TOKEN_HEADER: token},
                    content=content,
                    write=writes,
                    accepts=is_tiktoks,
                    secrets=(credentials.app_key, credentials.app_secret, token, cipher, *private),
                )
            except Unauthorized as error:
                # A gateway's bare 401 or 403: it may be the token.
                raise TokenRefused(error.detail) from error
            return judged(answer, writes=writes)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """One call in its turn. TikTok Shop counts by app and shop: a Retry-After is for all that the account does."""
        await self._limiter.take("calls")
        try:
            yield
        except Unavailable as error:
            if error.retry_after:
                await self._limiter.rest("calls", seconds=error.retry_after)
            raise


def _signed(credentials: Credentials, path: str, query: Query, cipher: str, body: bytes) -> dict[str, str]:
    """The time is taken now, after waiting for our turn: it may be thirty seconds ahead, five minutes behind."""
    params = {name: value if isinstance(value, str) else _joined(value) for name, value in query.items()}
    params |= {"app_key": credentials.app_key, "timestamp": str(int(time.time()))}
    if cipher:
        params["shop_cipher"] = cipher
    return params | {"sign": signing.sign(credentials.app_secret, path=path, params=params, body=body)}


def the_shop(shops: Sequence[Json], shop_id: str) -> Json:
    """The account's own among those that its token opens; the only one where it knows none. Raises Unauthorized."""
    found = [shop for shop in shops if str(shop.get("id")) == shop_id or not shop_id]
    if len(found) == 1 and found[0].get("cipher"):
        return found[0]
    names = ", ".join(f"{shop.get('name', '?')} ({shop.get('id', '?')})" for shop in shops) or "–"
    sentence = _("The authorization opens these shops, and it is not clear which one is meant: %(shops)s.")
    raise Unauthorized(sentence % {"shops": names})


def judged(answer: httpx.Response, *, writes: bool) -> Envelope:
    """The answer of a call that succeeded."""
    envelope = _envelope_of(answer)
    if envelope is None:
        sentence = _("TikTok Shop answered something that is not its own (HTTP %(status)s).")
        raise (OutcomeUnknown if writes else Unavailable)(sentence % {"status": answer.status_code})
    if envelope.code == 0:
        return envelope
    raise error_of(
        envelope.code,
        _message(answer, envelope),
        writes=writes,
        status=answer.status_code,
        retry_after=http.retry_after(answer),
    )


def _message(answer: httpx.Response, envelope: Envelope) -> str:
    return http.said(envelope.message, answer).strip() if isinstance(envelope.message, str) else ""


def is_tiktoks(answer: httpx.Response) -> bool:
    """The HTTP status says nothing: failures come with 200, and successes might come with others."""
    if answer.is_success:
        return True
    envelope = _envelope_of(answer)
    if envelope is None:
        return False
    # A proxy's JSON has no request_id, and a crash's says nothing.
    return knows(envelope.code) or (bool(envelope.request_id) and answer.status_code < 500)


def _envelope_of(answer: httpx.Response) -> Envelope | None:
    """None for what has no code: somebody else's page."""
    try:
        envelope = _decoder.decode(answer.content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return envelope if isinstance(envelope.code, int) and not isinstance(envelope.code, bool) else None


class _Rows(msgspec.Struct):
    orders: list[msgspec.Raw] | None = None


def inner(envelope: Envelope) -> Json:
    """`data`, which is an object or nothing."""
    try:
        return msgspec.json.decode(envelope.data, type=Json | None) or {}
    except msgspec.MsgspecError as error:
        raise Malformed(_("TikTok Shop's answer holds no data that we know.")) from error


def orders_of(envelope: Envelope) -> list[bytes]:
    """Each byte for byte as it was written."""
    try:
        found = msgspec.json.decode(envelope.data, type=_Rows | None)
    except msgspec.MsgspecError as error:
        raise Malformed(_("TikTok Shop's answer holds no list of orders.")) from error
    return [bytes(row) for row in (found.orders or [])] if found else []


def told(envelope: Envelope) -> str:
    """For the attempt log: what TikTok Shop's support asks for."""
    return f"request_id {envelope.request_id}" if envelope.request_id else "code 0"


def _joined(value: int | Sequence[str]) -> str:
    """Lists are one parameter, joined by commas."""
    return str(value) if isinstance(value, int) else ",".join(value)
