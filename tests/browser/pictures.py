"""The manual's pictures: `make manual-pictures`. Each page on a screen and on a phone, light and dark."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page

from orders import arranging
from orders.arranging import Way
from tests.browser.clock import NOW
from tests.browser.conftest import SitDown
from tests.browser.desk import PHONE, SCREEN, Desk
from tests.browser.story import Story

FOLDER = Path(__file__).parents[2] / "docs" / "manual" / "pictures"
PICKUP = "Coleta · Rua das Laranjeiras, 12"
WAYS = (
    Way(choice={"way": "pickup", "slot": "1"}, group=PICKUP, label="ter 17/11, 9h–13h", usual=True),
    Way(choice={"way": "pickup", "slot": "2"}, group=PICKUP, label="ter 17/11, 14h–18h"),
    Way(choice={"way": "dropoff"}, group="Postagem", label="qualquer agência parceira"),
)
#: What a browser does by itself, a moment sooner or later.
SETTLE = "document.querySelector('[autofocus]')?.focus(); document.fonts.ready.then(() => undefined)"
Show = Callable[[Desk, Story], object]


def _listed(**query: str) -> Show:
    return lambda desk, _story: desk.open("orders_order_changelist", **{"tab": "all", **query})


def _order(name: str) -> Show:
    return lambda desk, story: desk.open_order(getattr(story, name))


def _form(name: str, verb: str) -> Show:
    def show(desk: Desk, story: Story) -> None:
        desk.open_order(getattr(story, name))
        desk.dialog(verb)

    return show


def _screen(name: str, of: str = "") -> Show:
    return lambda desk, story: desk.open(name, *([getattr(story, of).pk] if of else []))


def _login(desk: Desk, _story: Story) -> None:
    desk.context.clear_cookies()
    desk.open("index")


def _views(desk: Desk, _story: Story) -> None:
    desk.open("orders_order_changelist", tab="ship")
    desk.page.locator(".dsp-views summary").last.click()


def _chosen(desk: Desk, _story: Story) -> None:
    desk.open("orders_order_changelist", tab="all", status__exact="SHIPPING_ARRANGED")
    desk.page.locator("#dsp-all").check()
    desk.page.locator("#dsp-action").select_option("print_selected")


def _hidden(desk: Desk, story: Story) -> None:
    desk.context.clear_cookies()
    desk.user = story.user
    desk.enter()
    desk.open_order(story.to_ship)
    desk.page.locator("[data-reveal] summary").click()
    desk.page.locator("#buyer").scroll_into_view_if_needed()


#: The login last: it ends the session, and so does a change of person.
PICTURES: dict[str, Show] = {
    "painel": _screen("index"),
    "pedidos": _listed(),
    "visoes": _views,
    "lote": _chosen,
    "tarefa": _screen("orders_job_change", "job"),
    "pedido": _order("to_invoice"),
    "faturar": _form("to_invoice", "invoice"),
    "combinar": _form("to_arrange", "arrange_shipping"),
    "despachar": _form("to_ship", "ship"),
    "cancelamento": _order("asked"),
    "resposta": _form("asked", "answer_cancel_request"),
    "recusa": _order("refused"),
    "entregue": _order("delivered"),
    "estoque": _screen("orders_stockitem_changelist"),
    "atualizacoes": _screen("orders_channelupdate_changelist"),
    "quarentena": _screen("marketplaces_inboundmessage_change", "message"),
    "contas": _screen("marketplaces_account_changelist"),
    "chaves": _screen("orders_apikey_changelist"),
    "webhooks": _screen("warehouse_webhook_changelist"),
    "dados-pessoais": _hidden,
    "entrar": _login,
}
FORMS = {"computador": SCREEN, "celular": PHONE}


@pytest.fixture(autouse=True)
def _offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Shopee would offer for a parcel; no marketplace is asked for a picture."""
    monkeypatch.setattr(arranging, "_answering", [lambda _order: WAYS])


@pytest.fixture(autouse=True, scope="module")
def _afresh() -> Iterator[None]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    yield
    wanted = {f"{name}-{form}-{scheme}.webp" for name in PICTURES for form in FORMS for scheme in ("claro", "escuro")}
    for old in FOLDER.glob("*.webp"):
        if old.name not in wanted:
            old.unlink()


@pytest.mark.timeout(900)
def test_every_picture_is_taken(story: Story, sit_down: SitDown) -> None:
    for form, viewport in FORMS.items():
        desk = sit_down(viewport=viewport, has_touch=viewport == PHONE, reduced_motion="reduce")
        desk.page.clock.set_fixed_time(NOW)
        for name, show in PICTURES.items():
            show(desk, story)
            desk.page.wait_for_load_state("networkidle")
            desk.page.evaluate(SETTLE)
            for scheme, dark in (("claro", False), ("escuro", True)):
                _take(desk.page, FOLDER / f"{name}-{form}-{scheme}.webp", dark=dark)
            desk.page.emulate_media(color_scheme="light")

    assert all(file.stat().st_size < 150_000 for file in FOLDER.iterdir())


def _take(page: Page, file: Path, *, dark: bool) -> None:
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.evaluate("dark => document.documentElement.classList.toggle('dark', dark)", dark)
    with Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide"))) as picture:
        picture.convert("RGB").save(file, "WEBP", quality=60, method=6)
