"""RabbitMQ's client, which waits in the middle of a message no longer than for its beginning.

py-amqp reads a message that has begun until it is whole. A link that dies in between, while something on the way still
acknowledges, would hold up a worker for ever: its heartbeats are looked after by the same thread (py-amqp 5.4).
"""

import errno
from collections.abc import Mapping
from typing import Any

from amqp.transport import SSLTransport as TLSWire
from amqp.transport import TCPTransport as TCPWire
from kombu.transport import pyamqp

#: What a read says that has run into its time-out, without and with TLS.
NOTHING_YET = (errno.EAGAIN, errno.ENOENT)


class _Patient:
    def _read(self, n: int, initial: bool = False) -> bytes:
        """py-amqp keeps what has come when it hears of a time-out, and goes on from there."""
        if initial:
            return super()._read(n, initial)  # type: ignore[misc, no-any-return]  # of the wire beside it
        try:
            return super()._read(n, initial, (errno.EINTR,))  # type: ignore[misc, no-any-return]
        except OSError as error:
            if error.errno in NOTHING_YET:
                raise TimeoutError from error
            raise


class PatientTCP(_Patient, TCPWire):
    pass


class PatientTLS(_Patient, TLSWire):
    pass


class Connection(pyamqp.Connection):
    def Transport(  # noqa: N802 - the name that it has there
        self,
        host: str,
        connect_timeout: float | None,
        ssl: bool | dict[str, Any] = False,
        read_timeout: float | None = None,
        write_timeout: float | None = None,
        socket_settings: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> Any:
        return (PatientTLS if ssl else PatientTCP)(
            host,
            connect_timeout=connect_timeout,
            ssl=ssl,
            read_timeout=read_timeout,
            write_timeout=write_timeout,
            socket_settings=socket_settings,
            **kwargs,
        )


class Transport(pyamqp.Transport):
    Connection = Connection


class SSLTransport(Transport, pyamqp.SSLTransport):
    pass
