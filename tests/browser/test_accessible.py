"""Everybody can use the back office: axe-core finds nothing serious on its pages, light or dark."""

from collections.abc import Callable

import pytest

from tests.browser import accessible
from tests.browser.conftest import SitDown
from tests.browser.desk import Desk
from tests.browser.story import Story

Page = tuple[str, Callable[[Story], tuple[object, ...]], dict[str, str]]


def _one(name: str) -> Callable[[Story], tuple[object, ...]]:
    return lambda story: (getattr(story, name).pk,)


def _none(_story: Story) -> tuple[object, ...]:
    return ()


PAGES: dict[str, Page] = {
    "overview": ("index", _none, {}),
    "orders": ("orders_order_changelist", _none, {"tab": "all"}),
    "order to invoice": ("orders_order_change", _one("to_invoice"), {}),
    "order in trouble": ("orders_order_change", _one("refused"), {}),
    "order delivered": ("orders_order_change", _one("delivered"), {}),
    "invoice": ("orders_order_verb", lambda story: (story.to_invoice.pk, "invoice"), {}),
    "ship": ("orders_order_verb", lambda story: (story.to_ship.pk, "ship"), {}),
    "cancel": ("orders_order_verb", lambda story: (story.to_ship.pk, "cancel"), {}),
    "answer": ("orders_order_verb", lambda story: (story.asked.pk, "answer_cancel_request"), {}),
    "bulk": ("orders_job_change", _one("job"), {}),
    "files": ("orders_order_invoices", _none, {}),
    "tasks": ("orders_job_changelist", _none, {}),
    "stock": ("orders_stockitem_changelist", _none, {}),
    "one SKU": ("orders_stockitem_change", lambda _story: ("CAFE-MOIDO-500G",), {}),
    "updates": ("orders_channelupdate_changelist", _none, {}),
    "update": ("orders_channelupdate_change", _one("failed_update"), {}),
    "quarantine": ("marketplaces_inboundmessage_changelist", _none, {}),
    "message": ("marketplaces_inboundmessage_change", _one("message"), {}),
    "accounts": ("marketplaces_account_changelist", _none, {}),
    "account": ("marketplaces_account_change", _one("account"), {}),
    "new account": ("marketplaces_account_add", _none, {"connector": "skyhub"}),
    "keys": ("orders_apikey_changelist", _none, {}),
    "webhooks": ("warehouse_webhook_changelist", _none, {}),
    "users": ("auth_user_changelist", _none, {}),
    "user": ("auth_user_change", _one("user"), {}),
    "groups": ("auth_group_changelist", _none, {}),
    "audit": ("admin_logentry_changelist", _none, {}),
}


def findings(desk: Desk) -> list[str]:
    """Of the page as it is, light and then dark."""
    light = accessible.findings(desk.page)
    desk.page.emulate_media(color_scheme="dark")
    desk.page.evaluate("document.documentElement.classList.add('dark')")
    dark = accessible.findings(desk.page)
    desk.page.emulate_media(color_scheme="light")
    return light + [f"dark: {problem}" for problem in dark if problem not in light]


@pytest.mark.timeout(600)
def test_axe_finds_nothing_serious_on_any_page(story: Story, desk: Desk) -> None:
    found: dict[str, list[str]] = {}
    for name, (screen, arguments, query) in PAGES.items():
        desk.open(screen, *arguments(story), **query)
        if problems := findings(desk):
            found[name] = problems

    assert found == {}


def test_axe_finds_nothing_serious_at_the_login(sit_down: SitDown) -> None:
    desk = sit_down(logged_in=False)
    desk.open("index")

    assert findings(desk) == []


def test_axe_finds_nothing_serious_in_a_form_over_its_order(story: Story, desk: Desk) -> None:
    page = desk.open_order(story.to_invoice)
    desk.dialog("invoice").locator("[name=access_key]").fill("123")
    page.locator("[data-live-error]").first.wait_for()

    assert findings(desk) == []
