"""What the settings read from the environment, and the shape in which Django wants a database."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def env(name: str, default: str | None = None) -> str:
    """The variable `name`, or the content of the file that `name`_FILE names (Docker and Kubernetes secrets)."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set the environment variable {name} (or {name}_FILE).")
    return value


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in env(name, default).split(",") if part.strip()]


def database(url: str) -> dict[str, Any]:
    """postgresql://user:password@host:port/name; a host that is a folder (%2Frun%2Fpg) means a Unix socket."""
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
            "pool": {"min_size": 1, "max_size": int(env("DATABASE_POOL", "20")), "timeout": 10},
            # Statements of orders/statements.py are prepared once they came so often. PgBouncer before 1.21: set 0.
            "prepare_threshold": int(env("DATABASE_PREPARE_AFTER", "3")) or None,
        },
        # They belong to a session, which PgBouncer gives to somebody else meanwhile. Nothing here reads that much.
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,  # after a restart of PostgreSQL the pool is full of dead connections
    }
