"""One hub for all tests that break things: real processes take seconds to start."""

from collections.abc import Iterator

import pytest

from tests.hub import Hub, running_hub


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with running_hub(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


@pytest.fixture
def hub(running: Hub) -> Hub:
    """As it stands between two tests: everything alive, nothing waiting, the ledger of the sandbox going on."""
    running.sandbox.clear_faults()
    return running
