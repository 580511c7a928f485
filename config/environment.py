"""What the settings read from the environment, and the shape in which Django wants a database."""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg
from django.core.exceptions import ImproperlyConfigured

POSTGRES = ("postgresql://user:password@host:5432/name", "postgres://…")
REDIS = ("redis://:password@host:6379/0", "rediss://…", "unix://…")
RABBIT = ("amqp://user:password@host:5672/vhost", "amqps://…")


def env(name: str, default: str | None = None) -> str:
    """The variable `name`, or the content of the file that `name`_FILE names (Docker and Kubernetes secrets)."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror} ({path}).") from None
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set the environment variable {name} (or {name}_FILE).")
    return value


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in env(name, default).split(",") if part.strip()]


def env_int(name: str, default: int) -> int:
    text = env(name, "") or str(default)
    if not text.isdigit():
        raise ImproperlyConfigured(f"{name} must be a whole number such as {default}, not “{text}”.")
    return int(text)


def env_seconds(name: str, default: float) -> float:
    text = env(name, "") or str(default)
    if not re.fullmatch(r"\d+(\.\d+)?", text):
        raise ImproperlyConfigured(f"{name} must be seconds such as {default:g} or 2.5, not “{text}”.")
    return float(text)


def env_url(name: str, *shapes: str, default: str | None = None) -> str:
    """One that begins as a shape does, and has a port that is one; "" only where that is the default."""
    url = env(name, default)
    if url or default is None:
        try:
            known = url.startswith(tuple(shape.partition("://")[0] + "://" for shape in shapes))
            known = known and urlsplit(url).port != 0
        except ValueError:
            known = False
        if not known:  # it is not quoted: a password may stand in it
            raise ImproperlyConfigured(f"{name} must be an address such as {' or '.join(shapes)}.")
    return url


def database(url: str, *, name: str = "DATABASE_URL") -> dict[str, Any]:
    """postgresql://user:password@host:port/name?sslmode=verify-full, and libpq's other parameters.

    A host that is a folder (%2Frun%2Fpg) means a Unix socket.
    """
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        # Celery closes persistent connections around every task; a pool keeps them (docs/decisions/0004).
        "OPTIONS": {
            "pool": {"min_size": 1, "max_size": env_int("DATABASE_POOL", 20), "timeout": 10},
            # Statements of orders/statements.py are prepared once they came so often. PgBouncer before 1.21: set 0.
            "prepare_threshold": env_int("DATABASE_PREPARE_AFTER", 3) or None,
            **_libpq(parts.query, name),
        },
        # They belong to a session, which PgBouncer gives to somebody else meanwhile. Nothing here reads that much.
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,  # after a restart of PostgreSQL the pool is full of dead connections
    }


def _libpq(query: str, name: str) -> dict[str, str]:
    said = dict(parse_qsl(query, keep_blank_values=True))
    try:
        psycopg.conninfo.make_conninfo("", **said)
    except psycopg.ProgrammingError as error:
        sentence = f"{name}: what stands behind “?” must be libpq's parameters, such as sslmode=verify-full ({error})."
        raise ImproperlyConfigured(sentence) from None
    return said
