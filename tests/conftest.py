"""What every test may use."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.hub import Hub


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with real processes stay in one worker of `-n`: one hub serves all of them."""
    for item in items:
        if "hub" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("hub"))


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


@pytest.fixture(autouse=True)
def default_language() -> None:
    """A request leaves its language behind in its thread; each test begins with the installation's."""
    from django.utils import translation

    translation.deactivate()
