"""Where the hub goes by itself: the account's own host, and public hosts by HTTPS; never where an answer lures it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from marketplaces import clients, documents, http, labels, loop
from marketplaces.capabilities import LabelFile
from marketplaces.documents import LARGEST, download
from marketplaces.errors import Malformed, MarketplaceError, Rejected, Unavailable

PDF = b"%PDF-1.7 label"


@pytest.fixture(autouse=True)
def fresh_clients() -> Iterator[None]:
    yield
    clients.close()


@asynccontextmanager
async def server(handler: Any) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def fetch(url: str, *, base_url: str = "https://open-api.tiktokglobalshop.com") -> bytes:
    client = clients.client_for(1)
    return loop.run(download(client, url, account_id=1, base_url=base_url), timeout=20)


@pytest.mark.parametrize(
    "url",
    [
        "http://cdn.example.com/label.pdf",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.5/label.pdf",
        "https://[::1]/label.pdf",
        "https://[::ffff:127.0.0.1]/label.pdf",
        "https://localhost/label.pdf",  # a name: refused by what it resolves to
        "https://user:secret@cdn.example.com/label.pdf",
        "https://cdn.example.com:8443/label.pdf",
        "file:///etc/passwd",
        "//cdn.example.com/label.pdf",
    ],
)
def test_a_document_s_address_leads_nowhere_inside(url: str) -> None:
    with pytest.raises(Malformed):
        fetch(url)


def test_the_account_s_own_host_serves_documents_wherever_it_stands() -> None:
    async def label(request: web.Request) -> web.Response:
        return web.Response(body=PDF)

    async def go() -> list[bytes]:
        async with server(label) as here:
            client, port = clients.client_for(1), here.rpartition(":")[2]
            return [
                await download(client, f"{here}/label.pdf", account_id=1, base_url=f"{here}/tiktok"),
                await download(client, f"http://localhost:{port}/label.pdf", account_id=1, base_url=here),
            ]

    assert loop.run(go(), timeout=20) == [PDF, PDF]


def test_no_redirect_is_followed() -> None:
    asked = []

    async def lure(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=302, headers={"Location": "/secret"})

    async def go() -> None:
        async with server(lure) as here:
            await http.call(clients.client_for(1), "GET", f"{here}/label", account_id=1)

    with pytest.raises(Rejected):
        loop.run(go(), timeout=20)
    assert asked == ["/label"]


@pytest.mark.parametrize("headers", [{}, {"Content-Encoding": "gzip"}])
def test_an_answer_is_read_only_as_far_as_it_may_be_long(headers: dict[str, str]) -> None:
    async def flood(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        for _chunk in range(LARGEST // 2**20 + 5):
            await response.write(b"x" * 2**20)
        return response

    async def go() -> None:
        async with server(flood) as here:
            stranger = clients.stranger(resolver=documents._PublicOnly(), largest=LARGEST)
            try:
                await http.call(stranger, "GET", here, account_id=1, headers=clients.PLAIN)
            finally:
                await stranger.aclose()

    with pytest.raises(Malformed):
        loop.run(go(), timeout=30)


def test_a_host_that_does_not_exist_is_tried_again_later() -> None:
    with pytest.raises(Unavailable):
        fetch("https://label.invalid/label.pdf")


class Gives:
    """An adapter whose marketplace gives this label."""

    label = "Shop"

    def __init__(self, file: LabelFile) -> None:
        self.file = file

    async def labels(self, _update: object) -> list[LabelFile]:
        return [self.file]


@pytest.mark.parametrize(
    "file",
    [
        LabelFile(content=b"<html><script>alert(1)</script>", content_type="text/html"),
        LabelFile(content=b"<html><script>alert(1)</script>", content_type="application/pdf"),
        LabelFile(content=b"%PDF-" + b"x" * LARGEST, content_type="application/pdf"),
    ],
    ids=["a page", "a page called PDF", "too large"],
)
def test_a_label_that_is_none_is_not_kept(file: LabelFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "FetchesLabels", Gives)

    with pytest.raises(MarketplaceError):
        asyncio.run(labels.fetch(Gives(file), object()))  # type: ignore[arg-type]
