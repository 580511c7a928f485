"""The containers' health check: `python -I config/alive.py web`, `ready` or `chain`; exit code 0 is healthy.

A script of its own, without Django, because it runs twice a minute.
"""

import http.client
import os
import sys
from pathlib import Path

import psycopg

#: The canary sings every 30 s (beat → broker → worker → database).
SILENCE_SECONDS = 120


def web() -> bool:
    """Gunicorn answers."""
    return _answers("/healthz")


def ready() -> bool:
    """So does the database behind it."""
    return _answers("/readyz")


def _answers(path: str) -> bool:
    """Django refuses a Host that is not in ALLOWED_HOSTS, so we ask for one that is."""
    host = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip("*.") or "localhost"
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=5)
    connection.request("GET", path, headers={"Host": host})
    return connection.getresponse().status == http.HTTPStatus.OK


def chain() -> bool:
    """Beat rang, the broker carried it, a worker heard it and the database knows: all of it lately."""
    file = os.environ.get("DATABASE_URL_FILE")
    url = Path(file).read_text().strip() if file else os.environ["DATABASE_URL"]
    with psycopg.connect(url, connect_timeout=5) as connection:
        row = connection.execute(
            "SELECT 1 FROM marketplaces_heartbeat WHERE name = 'canary' AND at > now() - %s * interval '1 second'",
            [SILENCE_SECONDS],
        ).fetchone()
    return row is not None


if __name__ == "__main__":
    check = {"web": web, "ready": ready, "chain": chain}[sys.argv[1]]
    try:
        sys.exit(0 if check() else 1)
    except (OSError, http.client.HTTPException, psycopg.Error) as error:
        sys.exit(f"{type(error).__name__}: {error}")
