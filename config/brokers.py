"""Celery's options by the kind of broker: Redis (or Valkey), or RabbitMQ with quorum queues (docs/decisions/0016)."""

import ssl
from typing import Any
from urllib.parse import urlsplit

#: Seconds that a worker waits for a broker that does not answer.
WORKER_SECONDS = 5.0
#: RabbitMQ and a worker notice after two to three times as long that the other is gone, without a word or half-open.
HEARTBEAT_SECONDS = 10

_REDIS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_keepalive": True,
    "health_check_interval": 5,
}
#: Publishing tries once: a ring that is lost costs two seconds, a request that waits costs a customer.
_ONCE = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1}


def is_rabbit(url: str) -> bool:
    return url.startswith(("amqp://", "amqps://"))


def request_seconds(url: str) -> float:
    """That a request waits each time: once for Redis; for RabbitMQ's confirmation, and twice to connect anew."""
    return 0.4 if is_rabbit(url) else 1.0


def transport_options(url: str, *, seconds: float) -> dict[str, Any]:
    """What kombu hands to its client, which gives up on a silent broker after so many seconds."""
    if is_rabbit(url):
        # Unconfirmed, a message to a broker that is just dying is lost and nobody hears of it.
        return {**_ONCE, "confirm_publish": True, "read_timeout": seconds, "write_timeout": seconds}
    return {**_ONCE, **_REDIS, "socket_timeout": seconds, "socket_connect_timeout": request_seconds(url)}


def tls(url: str) -> dict[str, Any] | None:
    """A broker proves who it is: by itself kombu asks Redis for no certificate, and that of RabbitMQ for no name."""
    if url.startswith("amqps://"):
        return {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": urlsplit(url).hostname}
    if url.startswith("rediss://"):
        return {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True}
    return None


def publish_policy(url: str) -> dict[str, float]:
    """A Redis client connects anew by itself. To RabbitMQ kombu does, when it tries again; else never."""
    return {**_ONCE, "max_retries": 1 if is_rabbit(url) else 0}


def queue_type(url: str) -> str:
    """Quorum queues are replicated: the loss of a node loses nothing. Redis' queues are lists and have no type."""
    return "quorum" if is_rabbit(url) else "classic"


def exchange_type(url: str) -> str:
    """Messages to quorum queues are delayed by the broker itself, for which Celery needs topic exchanges."""
    return "topic" if is_rabbit(url) else "direct"
