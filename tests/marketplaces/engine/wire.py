"""A server on a real socket that answers exactly what a test says, byte for byte, or worse."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from marketplaces import loop

CUT = b"<cut>"


@dataclass
class Server:
    """`answers` are used in their order: bytes (`CUT` at their end drops the connection), or seconds to wait."""

    url: str = ""
    answers: list[bytes | float] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)

    def answer(self, status: int, body: str = "", **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body.encode())}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.answers.append("\r\n".join([*lines, "", body]).encode())

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.requests.append(head + await reader.read(_length(head)) if _length(head) else head)
                answer = self.answers.pop(0)
                if isinstance(answer, float):
                    await asyncio.sleep(answer)
                    return
                writer.write(answer.removesuffix(CUT))
                await writer.drain()
                if answer.endswith(CUT):
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


@contextmanager
def running_server() -> Iterator[Server]:
    server = Server()

    async def start() -> asyncio.Server:
        return await asyncio.start_server(server.serve, "127.0.0.1", 0)

    listening = loop.run(start(), timeout=5)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        loop.loop().call_soon_threadsafe(listening.close)
