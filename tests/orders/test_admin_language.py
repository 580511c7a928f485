"""The back office speaks Portuguese, completely."""

import ast
import gettext
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import template, trans_real

from orders import verbs
from orders.models import Attention, ChannelUpdate
from orders.status import Status
from tests.backoffice import Office, english_in, text_of
from tests.factories import WAREHOUSE, make_access_key, make_account, make_api_key, make_channel, make_order

ROOT = Path(settings.BASE_DIR)
CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
CATALOGUES = [
    ROOT / place / "pt_BR/LC_MESSAGES"
    for place in ("orders/locale", "marketplaces/locale", "warehouse/locale", "config/locale")
]
CATALOGUES += sorted(ROOT.glob("marketplaces/connectors/*/locale/pt_BR/LC_MESSAGES"))


def said_in_python(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in CALLS and node.args:
            said = node.args[0]
            if isinstance(said, ast.Constant) and isinstance(said.value, str):
                yield said.value


def said_in_template(path: Path) -> Iterator[str]:
    code = template.templatize(path.read_text(), origin=str(path))
    for quoted in re.findall(r"""n?gettext\(\s*u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""", code):
        yield ast.literal_eval(quoted).replace("%%", "%")


def catalogue(folder: Path) -> dict[Any, str]:
    """What the compiled file answers with: it is what Django reads. Keys are texts, or (singular, form)."""
    with (folder / "django.mo").open("rb") as file:
        return dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]


def singulars(keys: Iterable[Any]) -> set[str]:
    return {key[0] if isinstance(key, tuple) else key for key in keys}


@pytest.mark.parametrize("app", ["orders", "marketplaces", "warehouse", "config"])
def test_everything_that_is_said_is_translated(app: str) -> None:
    """Mended in the app's folder, with gettext's tools installed: `django-admin makemessages -l pt_BR --no-wrap
    --add-location=file`, write what is missing in django.po, `django-admin compilemessages`; commit both files."""
    known = singulars(catalogue(ROOT / app / "locale/pt_BR/LC_MESSAGES"))
    for own in (ROOT / app).glob("connectors/*/locale/pt_BR/LC_MESSAGES"):
        known |= singulars(catalogue(own))
    known |= singulars(trans_real.translation("pt-br")._catalog.keys())  # what Django says itself
    sources = [path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]
    said = {text for path in sources for text in said_in_python(path)}
    said |= {text for path in (ROOT / app).rglob("*.html") for text in said_in_template(path)}

    assert said
    assert sorted(said - known) == []


@pytest.mark.parametrize("folder", CATALOGUES, ids=lambda folder: folder.parts[-4])
def test_the_compiled_catalogue_is_the_written_one(folder: Path) -> None:
    written = (folder / "django.po").read_text()
    texts = re.findall(r'^msgstr(?:\[\d\])? "(.*)"$', written, re.MULTILINE)[1:]
    compiled = set(catalogue(folder).values())

    assert "fuzzy" not in written
    assert all(texts)
    assert {text.replace('\\"', '"') for text in texts} <= compiled


@pytest.mark.django_db
def test_the_login_page_is_portuguese_for_a_browser_that_asks_for_english() -> None:
    answer = Client(headers={"accept-language": "en-US"}).get("/admin/", follow=True)

    assert "Usuário" in text_of(answer)
    assert english_in(answer) == []


@pytest.mark.django_db
def test_pages_that_cannot_be_shown_say_why() -> None:
    reader = Office("orders.view_order")
    expired = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x"})
    pages = {
        "Você não tem acesso a esta página": reader.get("orders_apikey_changelist"),
        "Esta página não existe": reader.client.get("/admin/nothing/"),
        "Este formulário venceu": expired,
    }

    assert [english_in(page) for page in pages.values()] == [[], [], []]
    assert all(sentence in text_of(page) for sentence, page in pages.items())


@pytest.mark.django_db
def test_the_menu_has_only_what_opens() -> None:
    page = Office("orders.view_order").get("index").content.decode()

    assert "/admin/orders/order/" in page
    assert "/admin/marketplaces/account/" not in page
    assert "/admin/auth/user/" not in page


@pytest.mark.django_db
def test_a_language_chosen_on_purpose_is_spoken() -> None:
    client = Client()
    client.cookies["django_language"] = "en"

    assert "Log in" in text_of(client.get("/admin/", follow=True))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "screen",
    [
        "index",
        "orders_order_changelist",
        "orders_channelupdate_changelist",
        "orders_apikey_changelist",
        "orders_apikey_add",
        "marketplaces_account_changelist",
        "marketplaces_account_add",
        "marketplaces_inboundmessage_changelist",
        "auth_user_changelist",
        "auth_user_add",
        "auth_group_changelist",
        "auth_group_add",
        "password_change",
    ],
)
@pytest.mark.parametrize("full", [False, True], ids=["empty", "full"])
def test_no_screen_has_an_english_word(screen: str, full: bool) -> None:
    office = Office(everything=True)
    if full:
        fill()

    assert english_in(office.get(screen)) == []


@pytest.mark.django_db
def test_no_page_has_an_english_word() -> None:
    office = Office(everything=True)
    fill()
    update = ChannelUpdate.objects.earliest("id")

    assert english_in(office.get("orders_order_change", update.order_id)) == []
    assert english_in(office.get("orders_channelupdate_change", update.pk)) == []


def fill() -> None:
    """A little of everything, with Portuguese names."""
    channel = make_channel(name="Loja principal", code="loja")
    make_account(channel=channel, last_error="")
    make_api_key("wms")
    order = make_order(channel=channel, code="Submarino-1")
    verbs.invoice(order, access_key=make_access_key(1), by=WAREHOUSE)
    verbs.ship(order, tracking_code="QB1", by=WAREHOUSE)
    Attention.objects.create(order=order, reason=Attention.Reason.UNKNOWN_STATUS)
    make_order(channel=channel, code="Submarino-2", status=Status.CANCELED)
