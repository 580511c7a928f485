"""How every call to Shopee is made: common parameters, signature, token, envelope."""

import time
from collections.abc import Sequence
from typing import Any

import httpx
import msgspec
from django.utils.translation import gettext as _

from marketplaces import http
from marketplaces.adapter import Connection
from marketplaces.connectors.shopee import signing
from marketplaces.connectors.shopee.answered import TokenRefused, error_of, knows
from marketplaces.connectors.shopee.credentials import Credentials
from marketplaces.errors import Malformed, OutcomeUnknown, Unauthorized, Unavailable
from marketplaces.limits import Limiter

Json = dict[str, Any]
Query = dict[str, str | int | Sequence[str]]

#: No number is published; third parties name ten calls a second and shop. Nine leave room for calls that travel longer.
LIMITS = {"calls": 9.0}
#: Where documents show these as the `error` of a success. Nowhere else they are one.
PLACEHOLDERS = frozenset({"-", " "})
PLACEHOLDER_PATHS = frozenset({"/push/get_lost_push_message", "/push/confirm_consumed_lost_push_message"})


class Envelope(msgspec.Struct, gc=False):
    """What surrounds every answer; token calls and a few others have their fields beside it, not in `response`."""

    error: Any = ""
    message: Any = ""
    request_id: Any = ""
    response: msgspec.Raw = msgspec.Raw(b"null")


class _Rows(msgspec.Struct):
    order_list: list[msgspec.Raw] = []


_decoder = msgspec.json.Decoder(Envelope)


class Calls:
    """One shop and its app. Raises marketplaces.errors."""

    def __init__(self, connection: Connection, transport: httpx.AsyncClient, limiter: Limiter) -> None:
        self.connection = connection
        self._transport = transport
        self._limiter = limiter

    async def _get(self, path: str, query: Query) -> httpx.Response:
        return await self._shop("GET", path, query=query)

    async def _post(self, path: str, body: Json, *, write: bool = True, tolerate: str = "") -> httpx.Response:
        """`tolerate` is an error code whose answer is to be read all the same."""
        return await self._shop("POST", path, body=body, write=write, tolerate=tolerate)

    async def _shop(self, method: str, path: str, **options: Any) -> httpx.Response:
        """With the access token; once more with a new one when Shopee refuses it, which means that nothing was done."""
        token = await self.connection.access.token()
        try:
            return await self._call(method, path, token=token, **options)
        except TokenRefused:
            return await self._call(method, path, token=await self.connection.access.renewed(token), **options)

    async def _public(self, method: str, path: str, **options: Any) -> httpx.Response:
        return await self._call(method, path, token="", **options)

    async def _call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A rest that Shopee asks for is the whole account's; until a quota's end each update waits by itself."""
        try:
            return await self._send(method, path, **options)
        except Unavailable as error:
            if error.retry_after and error.retry_after <= http.LONGEST_RETRY_AFTER:
                await self._limiter.rest("calls", seconds=error.retry_after)
            raise

    async def _send(
        self,
        method: str,
        path: str,
        *,
        token: str,
        query: Query | None = None,
        body: Json | None = None,
        form: httpx.Request | None = None,
        write: bool | None = None,
        tolerate: str = "",
    ) -> httpx.Response:
        credentials = Credentials.of(self.connection.credentials)
        await self._limiter.take("calls")
        writes = method == "POST" if write is None else write
        params = {name: _joined(value) for name, value in (query or {}).items()}
        try:
            answer = await http.call(
                self._transport,
                method,
                f"{self.connection.base_url}{signing.PREFIX}{path}",
                account_id=self.connection.account_id,
                params=params | self._signed(credentials, path, token),
                headers={"Content-Type": form.headers["Content-Type"]} if form else None,
                json=body,
                content=form.content if form else None,
                write=writes,
                accepts=_is_shopees,
                secrets=(credentials.partner_key, *credentials.push_keys, token),
            )
        except Unauthorized as error:
            # A gateway's bare 401 or 403: it may be the token.
            raise TokenRefused(error.detail) from error
        _judge(answer, path, writes, tolerate)
        return answer

    def _signed(self, credentials: Credentials, path: str, token: str) -> dict[str, str]:
        """The time is taken now, after waiting for our turn: it may be five minutes off, no more."""
        now, key, path = int(time.time()), credentials.partner_key, signing.PREFIX + path
        common = {"partner_id": credentials.partner_id, "timestamp": str(now)}
        if not token:
            sign = signing.public(key, partner_id=credentials.partner_id, path=path, timestamp=now)
            return common | {"sign": sign}
        own = {"access_token": token, "shop_id": self._shop_id}
        sign = signing.shop(key, partner_id=credentials.partner_id, path=path, timestamp=now, **own)
        return common | own | {"sign": sign}

    @property
    def _shop_id(self) -> str:
        if not self.connection.shop_id:
            raise Unauthorized(_("The account is not connected yet: authorize it at the marketplace."))
        return self.connection.shop_id


def envelope_of(answer: httpx.Response) -> Envelope | None:
    """None for what is no JSON object: a file, or somebody else's page."""
    try:
        return _decoder.decode(answer.content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def inner(answer: httpx.Response) -> Json:
    """The payload: `response`, or the whole of it where there is no such wrapper."""
    document = http.decode(answer)
    payload = document.get("response")
    return payload if isinstance(payload, dict) else document


def rows_of(answer: httpx.Response) -> list[bytes]:
    """The orders of a list, each byte for byte as it was written."""
    envelope = envelope_of(answer)
    try:
        found = msgspec.json.decode(envelope.response, type=_Rows | None) if envelope else None
    except msgspec.MsgspecError as error:
        raise Malformed(_("Shopee's answer holds no list of orders.")) from error
    return [bytes(row) for row in found.order_list] if found else []


def told(answer: httpx.Response) -> str:
    """For the attempt log: what Shopee's support asks for."""
    envelope = envelope_of(answer)
    return f"request_id {envelope.request_id}" if envelope and envelope.request_id else f"HTTP {answer.status_code}"


def is_file(answer: httpx.Response) -> bool:
    """The first byte tells, not the content type."""
    return not answer.content.lstrip().startswith((b"{", b"<"))


def _is_shopees(answer: httpx.Response) -> bool:
    """HTTP statuses are not documented: failures come with 200, and through some gateways with others."""
    if answer.is_success:
        return True
    envelope = envelope_of(answer)
    code = envelope.error if envelope else ""
    if envelope is None or not isinstance(code, str) or not code.strip():
        return False
    # A proxy's JSON has no request_id, and a crash's says nothing.
    return knows(code) or (bool(envelope.request_id) and answer.status_code < 500 and answer.status_code != 429)


def _judge(answer: httpx.Response, path: str, writes: bool, tolerate: str) -> None:
    envelope = envelope_of(answer)
    if envelope is None:
        if path.startswith("/logistics/download") and is_file(answer):
            return
        sentence = _("Shopee answered something that is not its own (HTTP %(status)s).")
        raise (OutcomeUnknown if writes else Unavailable)(sentence % {"status": answer.status_code})
    code = envelope.error if isinstance(envelope.error, str) else ""
    placeholder = path in PLACEHOLDER_PATHS and code in PLACEHOLDERS
    if not code or placeholder or (tolerate and code.strip() == tolerate and _has_rows(envelope)):
        return
    message = http.said(envelope.message, answer) if isinstance(envelope.message, str) else ""
    raise error_of(code, message, writes=writes, retry_after=http.retry_after(answer))


def _has_rows(envelope: Envelope) -> bool:
    """An error that is told row by row has them beside it."""
    return bytes(envelope.response).strip() not in (b"", b"null", b"{}")


def _joined(value: str | int | Sequence[str]) -> str:
    """Lists are joined by commas."""
    return str(value) if isinstance(value, str | int) else ",".join(value)
