"""axe-core's verdict on a page; the rules are the package's own copy, nothing is loaded from anywhere."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

GRAVE = ("serious", "critical")
_axe = Axe()


def findings(page: Page) -> list[str]:
    """What is seriously or critically wrong: rule, what it asks, and the first places."""
    found = _axe.run(page).response["violations"]
    return [_told(violation) for violation in found if violation["impact"] in GRAVE]


def _told(violation: dict[str, object]) -> str:
    nodes: list[dict[str, object]] = violation["nodes"]  # type: ignore[assignment]  # axe's JSON
    places = " | ".join(f"{node['target']} {node['html']}"[:250] for node in nodes[:4])
    return f"{violation['id']} ({len(nodes)}×): {violation['help']}: {places}"
