"""A wire to a server that can be cut, or go deaf: half-open connections, as a dying router leaves them."""

import asyncio
import threading
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlsplit


@dataclass(eq=False)
class Link:
    """One connection. A deaf one takes everything, passes nothing on in either direction, and never ends by itself."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    deaf: bool = False
    torn: bool = False


class Proxy:
    """Listens at `url` for the server of another URL; `with` starts and ends it. Its methods are for any thread."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._server = (parts.hostname or "", parts.port or 0)
        self._parts = parts
        self._links: set[Link] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "Proxy":
        self._thread.start()
        listening = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop)
        self._listener = listening.result(10)
        port = self._listener.sockets[0].getsockname()[1]
        login = self._parts.netloc.rpartition("@")[0]
        self.url = self._parts._replace(netloc=f"{login}@127.0.0.1:{port}").geturl()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def deafen(self) -> None:
        """Every connection of now; new ones hear."""
        for link in list(self._links):
            link.deaf = True

    def tear(self) -> None:
        """Every connection of now goes deaf in the middle of what the server says next."""
        for link in list(self._links):
            link.torn = True

    def cut(self) -> None:
        """Reset every connection of now."""
        self._loop.call_soon_threadsafe(self._cut)

    async def _end(self) -> None:
        self._listener.close()
        self._cut()
        while self._links:
            await asyncio.sleep(0.01)

    def _cut(self) -> None:
        for link in list(self._links):
            link.near.transport.abort()
            link.far.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        try:
            far_reader, far = await asyncio.open_connection(*self._server)
        except OSError:
            near.transport.abort()
            return
        link = Link(near, far)
        self._links.add(link)
        await asyncio.gather(self._pump(reader, far, link), self._pump(far_reader, near, link))
        link.near.transport.abort()
        link.far.transport.abort()
        self._links.discard(link)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, link: Link) -> None:
        try:
            while data := await reader.read(65_536):
                torn = link.torn and writer is link.near
                if not link.deaf:
                    writer.write(data[: len(data) // 2] if torn else data)
                    await writer.drain()
                link.deaf = link.deaf or torn
        except OSError:
            pass  # reset: the other side hears of it, unless it has gone deaf
        if not link.deaf:
            writer.close()
