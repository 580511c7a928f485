"""One message to one webhook, and how it ended."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from django.utils.translation import gettext as _

from marketplaces.http import retry_after
from warehouse import guard

#: Seconds: to connect, and from the first byte sent to the last that is read of the answer.
CONNECT, DEADLINE = 5.0, 15.0
#: Of an answer, for people; the rest is not read.
READ_AT_MOST = 2_000
HEADERS = {"Content-Type": "application/json", "User-Agent": "Despacho"}
#: The receiver wants no more.
GONE = 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`status` is None when nobody answered; `error` says in words what went wrong, "" when nothing did."""

    status: int | None = None
    error: str = ""
    retry_after: float = 0.0


def client() -> httpx.Client:
    """For one webhook: a kept connection belongs to a name, and several names may share an address."""
    # Neither a proxy of the environment nor a redirect may lead elsewhere than guard.py has looked.
    return httpx.Client(trust_env=False, follow_redirects=False, timeout=httpx.Timeout(DEADLINE, connect=CONNECT))


def post(to: httpx.Client, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Never raises for what the other side does."""
    try:
        target = guard.resolve(url)
        return _post(to, url, target, body, headers)
    except guard.Refused as error:
        return Answer(error=str(error))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        words = f"{type(error).__name__} {error}".strip()
        return Answer(error=_("Nobody answered (%(error)s).") % {"error": words[:300]})


def _post(to: httpx.Client, url: str, target: guard.Target, body: bytes, headers: Mapping[str, str]) -> Answer:
    named = httpx.URL(url)
    deadline = time.monotonic() + DEADLINE
    # To the address that was looked at; certificate and Host header are of the name.
    request = to.build_request(
        "POST",
        named.copy_with(host=target.address),
        content=body,
        headers={**HEADERS, **headers, "Host": named.netloc.decode("ascii")},
        extensions={"sni_hostname": target.host},
    )
    response = to.send(request, stream=True)
    try:
        text = _beginning(response, deadline)
    finally:
        response.close()
    if response.is_success:
        return Answer(status=response.status_code)
    if response.has_redirect_location:
        sentence = _("It redirects to %(location)s, which is not followed: correct the address.")
        text = sentence % {"location": response.headers["Location"][:300]}
    return Answer(
        status=response.status_code,
        error=f"HTTP {response.status_code}: {text or response.reason_phrase}",
        retry_after=retry_after(response) or 0.0,
    )


def _beginning(response: httpx.Response, deadline: float) -> str:
    content = b""
    for chunk in response.iter_raw(READ_AT_MOST):
        content += chunk
        if len(content) >= READ_AT_MOST or time.monotonic() > deadline:
            break
    return content[:READ_AT_MOST].decode(errors="replace").replace("\0", "").strip()
