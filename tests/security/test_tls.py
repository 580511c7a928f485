"""Whoever we speak to by TLS proves to be the one that was meant, before a byte of ours is sent."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db.backends.postgresql.base import DatabaseWrapper
from kombu import Connection
from pytest_django.fixtures import Settings

from config import brokers
from config.environment import database
from marketplaces import clients, http, loop
from warehouse import sending

#: PostgreSQL's clients ask first whether TLS is spoken.
SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"


def certificate(folder: Path, name: str) -> Path:
    """Of a host that vouches for itself, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(named, named, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "certificate.pem"
    file.write_bytes(private + builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return file


class Host:
    """Speaks TLS with one caller and hears the first bytes, of whatever protocol."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.heard = b""
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(file)
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        caller, _ = self._door.accept()
        self._door.close()  # whoever tries again is refused at once
        caller.settimeout(10)
        with caller, contextlib.suppress(OSError):
            if caller.recv(8, socket.MSG_PEEK) == SSL_REQUEST:
                caller.recv(8)
                caller.sendall(b"S")
            with self._context.wrap_socket(caller, server_side=True) as private:
                self.heard = private.recv(100)

    def end(self) -> None:
        self._thread.join(10)


def marketplace(host: Host) -> None:
    call = http.call(clients.client_for(1), "GET", f"https://localhost:{host.port}/", account_id=1)
    loop.run(call, timeout=10)


def database_server(host: Host) -> None:
    url = f"postgresql://user:password@localhost:{host.port}/name?sslmode=verify-full&sslrootcert={host.file}"
    psycopg.connect(**wanted(url))


def rate_limits(host: Host) -> None:
    redis.Redis.from_url(f"rediss://localhost:{host.port}/0", socket_timeout=5).ping()


def redis_broker(host: Host) -> None:
    broker(f"rediss://localhost:{host.port}/0")


def rabbit_broker(host: Host) -> None:
    broker(f"amqps://user:password@localhost:{host.port}/")


def broker(url: str) -> None:
    options = brokers.transport_options(url, seconds=5)
    with Connection(url, ssl=brokers.tls(url), transport_options=options, connect_timeout=5) as connection:
        connection.ensure_connection(max_retries=1, interval_start=0)


def wanted(url: str) -> dict[str, str]:
    parameters = DatabaseWrapper({"TIME_ZONE": None, "ATOMIC_REQUESTS": False, **database(url)}).get_connection_params()
    return {name: parameters[name] for name in ("host", "port", "sslmode", "sslrootcert")}


@pytest.fixture(autouse=True)
def fresh_clients() -> Iterator[None]:
    clients._tls.cache_clear()
    yield
    clients.close()
    clients._tls.cache_clear()


@pytest.mark.parametrize("call", [marketplace, rate_limits, redis_broker, rabbit_broker, database_server])
@pytest.mark.parametrize(
    ("name", "vouched_for", "spoken_to"),
    [("localhost", True, True), ("elsewhere.invalid", True, False), ("localhost", False, False)],
    ids=["the one that was meant", "another", "one that nobody vouches for"],
)
def test_who_cannot_prove_to_be_the_one_that_was_meant_hears_nothing(
    call: Callable[[Host], None],
    name: str,
    vouched_for: bool,
    spoken_to: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host = Host(certificate(tmp_path, name))
    if vouched_for:
        monkeypatch.setenv("SSL_CERT_FILE", str(host.file))
    elif call is database_server:
        (tmp_path / "other").mkdir()
        trusted = certificate(tmp_path / "other", "localhost")
        host.file = trusted

    with contextlib.suppress(Exception):  # the host answers nothing, and each client says so in its own way
        call(host)
    host.end()

    assert bool(host.heard) is spoken_to


def test_a_warehouse_that_nobody_vouches_for_hears_nothing(tmp_path: Path, settings: Settings) -> None:
    settings.WEBHOOK_ALLOWED_HOSTS = ["localhost"]
    host = Host(certificate(tmp_path, "localhost"))

    with sending.client() as client:
        answer = sending.post(client, f"https://localhost:{host.port}/", b"{}", {})
    host.end()

    assert "CERTIFICATE_VERIFY_FAILED" in answer.error
    assert host.heard == b""
