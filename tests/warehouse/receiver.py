"""A warehouse system that listens: a real HTTP server on this machine that keeps what it was told."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """`answers` are given one after the other, the last one for ever: (status, headers)."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.url = f"http://localhost:{server.server_port}/hooks?shop=1"
        self.answers: list[tuple[int, dict[str, str]]] = [(204, {})]
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.paths: list[str] = []
        self._lock = threading.Lock()

    def hear(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        with self._lock:
            self.paths.append(path)
            self.heard.append((headers, body))
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _headers, body in self.heard]


@contextmanager
def listening() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, answer = receiver.hear(self.path, headers, body)
            self.send_response(status)
            for name, value in {"Content-Length": "0", **answer}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("localhost", 0), Handler) as server:
        receiver = Receiver(server)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
