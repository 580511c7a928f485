"""What every test may use."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.hub import Hub

# Settings read these when pytest-django imports them; the service plugin has set DATABASE_URL and REDIS_URL by then.
os.environ.setdefault("SECRET_KEY", "only for tests")
os.environ.setdefault("FIELD_ENCRYPTION_KEYS", "b25seSBmb3IgdGVzdHMsIDMyIGJ5dGVzIGxvbmchISE=")


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Hub]":
    """One hub for all tests with real processes: starting it takes seconds."""
    from tests.hub import running_hub  # its models can be imported only once Django is set up

    with running_hub(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


@pytest.fixture
def hub(running: "Hub") -> "Hub":
    """As it stands between two tests: everything alive, nothing waiting, the ledger of the sandbox going on."""
    running.sandbox.clear_faults()
    return running
