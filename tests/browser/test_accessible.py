"""Everybody can use the back office: axe-core finds nothing serious on its pages, light or dark."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from config.two_factor.models import Authenticator
from marketplaces.models import Account
from orders.models import ApiKey, Label
from tests.browser import accessible
from tests.browser.conftest import SitDown
from tests.browser.desk import Desk
from tests.browser.story import Story
from tests.factories import make_api_key
from tests.security.test_two_factor import code
from warehouse.models import Webhook

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
    "arrange": ("orders_order_verb", lambda story: (story.to_arrange.pk, "arrange_shipping"), {}),
    "correct": ("orders_order_verb", lambda story: (story.refused.pk, "correct_shipment"), {}),
    "labels": ("orders_label_choose", lambda _story: (Label.objects.latest("pk").order_id,), {}),
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
    "key": ("orders_apikey_change", lambda _story: (ApiKey.objects.get().pk,), {}),
    "new key": ("orders_apikey_add", _none, {}),
    "webhooks": ("warehouse_webhook_changelist", _none, {}),
    "webhook": ("warehouse_webhook_change", lambda _story: (Webhook.objects.get().pk,), {}),
    "new webhook": ("warehouse_webhook_add", _none, {}),
    "deliveries": ("warehouse_delivery_changelist", _none, {}),
    "disclosures": ("orders_disclosure_changelist", _none, {}),
    "new user": ("auth_user_add", _none, {}),
    "marketplaces": ("marketplaces_account_add", _none, {}),
    "users": ("auth_user_changelist", _none, {}),
    "user": ("auth_user_change", _one("user"), {}),
    "groups": ("auth_group_changelist", _none, {}),
    "group": ("auth_group_change", lambda _story: (Group.objects.first().pk,), {}),  # type: ignore[union-attr]  # made by the story
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


#: Of an account in the sandbox, where a marketplace answers.
ACCOUNT_PAGES = {"skyhub": ("statuses", "labels", "test-orders"), "shopee": ("arranging", "label-format", "webhooks")}


@pytest.mark.parametrize("marketplace", ACCOUNT_PAGES)
def test_axe_finds_nothing_serious_on_an_accounts_pages(
    desk: Desk, marketplace: str, request: pytest.FixtureRequest
) -> None:
    account = request.getfixturevalue(marketplace)
    Account.objects.update(production=False)
    found = {}
    desk.open("marketplaces_account_change", account.pk)
    found["account"] = findings(desk)
    for name in ACCOUNT_PAGES[marketplace]:
        desk.open("marketplaces_account_page", account.pk, name)
        found[name] = findings(desk)

    assert {name: problems for name, problems in found.items() if problems} == {}


def test_axe_finds_nothing_serious_on_the_pages_of_a_task(story: Story, desk: Desk) -> None:
    page = desk.open("orders_job_change", story.job.pk)
    page.locator("[name=reason]").fill("Avariado no estoque")
    with desk.leaving():
        page.locator("form.dsp-card button").first.click()
    page.locator("#dsp-progress [data-state=DONE]").wait_for()

    assert findings(desk) == []


def test_axe_finds_nothing_serious_in_a_form_that_was_refused(sit_down: SitDown) -> None:
    desk = sit_down()
    make_api_key("wms")
    key = ApiKey.objects.get()
    page = desk.open("orders_apikey_change", key.pk)
    ApiKey.objects.update(name="wms-galpao")
    page.locator("[name=networks]").fill("203.0.113.7")
    page.get_by_role("button", name="Salvar", exact=True).click()
    desk.reads("Nada foi salvo")

    assert findings(desk) == []


def test_axe_finds_nothing_serious_while_the_second_factor_is_set_up_proved_and_kept(sit_down: SitDown) -> None:
    desk = sit_down()
    found = {}
    page = desk.page
    page.goto(desk.address + reverse("two_factor"))
    found["set up"] = findings(desk)
    page.locator("[name=code]").fill(code(Authenticator.objects.get()))
    page.keyboard.press("Enter")
    page.locator("li code").first.wait_for()
    found["codes"] = findings(desk)
    page.goto(desk.address + reverse("two_factor"))
    found["kept"] = findings(desk)
    desk.enter()
    page.goto(desk.address + reverse("two_factor"))
    found["proved"] = findings(desk)

    assert page.locator("[name=code]").is_visible()
    assert {name: problems for name, problems in found.items() if problems} == {}


def test_axe_finds_nothing_serious_at_the_login(sit_down: SitDown) -> None:
    desk = sit_down(logged_in=False)
    desk.open("index")

    assert findings(desk) == []


def test_axe_finds_nothing_serious_in_a_form_over_its_order(story: Story, desk: Desk) -> None:
    page = desk.open_order(story.to_invoice)
    desk.dialog("invoice").locator("[name=access_key]").fill("123")
    page.locator("[data-live-error]").first.wait_for()

    assert findings(desk) == []
