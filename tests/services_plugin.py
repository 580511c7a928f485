"""Start PostgreSQL and Valkey once for the whole test run, before pytest-django reads the settings.

Loaded with `-p tests.services_plugin`: a conftest.py would be too late.
"""

import os
from collections.abc import Generator
from urllib.parse import urlsplit

import pytest

from config.running import services
from config.running.processes import SetupError

KEYS = {
    "SECRET_KEY": "only for tests",
    "FIELD_ENCRYPTION_KEYS": "b25seSBmb3IgdGVzdHMsIDMyIGJ5dGVzIGxvbmchISE=",
    "STATIC_ROOT": "",  # nothing is collected for a test, and WhiteNoise warns about a missing folder
}


#: What this run started itself. A worker of `-n` does not share it: a transaction that is open in one database holds
#: the change feed back in all databases of its server.
STARTED = "DESPACHO_TESTS_STARTED"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Export what settings.py reads. A worker has servers of its own, or shares those that somebody else named."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    for name in os.environ.pop(STARTED, "").split():
        del os.environ[name]
    if worker and "REDIS_URL" in os.environ:
        os.environ["REDIS_URL"] = redis_url_of(worker, os.environ["REDIS_URL"])
    ours = [name for name in ("DATABASE_URL", "REDIS_URL") if name not in os.environ]
    os.environ.update({**KEYS, **_start(early_config).env, STARTED: " ".join(ours)})
    return (yield)


def _start(config: pytest.Config) -> services.Services:
    starting = services.running()
    try:
        started = starting.__enter__()
    except SetupError as error:
        raise pytest.UsageError(str(error)) from None
    config.add_cleanup(lambda: starting.__exit__(None, None, None))
    return started


def redis_url_of(worker: str, url: str) -> str:
    """Worker gw3 gets a database of its own, 4, at the same address; 0 stays with a run without workers."""
    number = int(worker.removeprefix("gw")) + 1
    return urlsplit(url)._replace(path=f"/{number}").geturl()
