"""Documents say what the code does."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from marketplaces.management.commands.write_docs import DOCUMENTS

DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_made_from_code_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text() == DOCUMENTS[name](), "run: make docs"


def test_every_setting_is_documented_and_no_other() -> None:
    sources = "".join((DOCS.parent / "config" / name).read_text() for name in ("settings.py", "environment.py"))
    read = set(re.findall(r'env(?:_list|_int|_seconds|_url)?\("([A-Z_]+)"', sources))
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", (DOCS / "configuration.md").read_text(), re.MULTILINE))

    assert documented == read


@pytest.mark.parametrize("page", [DOCS.parent / "README.md", *DOCS.rglob("*.md")], ids=lambda page: page.name)
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_test_that_the_threat_model_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", (DOCS / "security.md").read_text()))
    sources = (path.read_text() for path in (DOCS.parent / "tests").rglob("test_*.py"))
    there = {name for source in sources for name in re.findall(r"^ *def (test_\w+)", source, re.MULTILINE)}

    assert named
    assert named - there == set()


def test_every_test_and_setting_in_the_table_of_requirements_exists_where_it_says() -> None:
    text = (DOCS / "security.md").read_text()
    named = set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", text))
    there = {
        (path, name)
        for path in {path for path, _ in named}
        for name in re.findall(r"^ *(?:async )?def (test_\w+)", (DOCS.parent / path).read_text(), re.MULTILINE)
    }

    assert len(named) > 30
    assert text.count("::") == len(re.findall(r"`tests/[\w/]+\.py::test_\w+`", text))
    assert named - there == set()
    assert [name for name in re.findall(r"`settings\.(\w+)`", text) if not hasattr(settings, name)] == []


MANUAL = DOCS / "manual"


def test_every_page_of_the_manual_is_in_its_contents_and_every_picture_on_a_page() -> None:
    pages = {page.name: page.read_text() for page in MANUAL.glob("*.md")}
    linked = set(re.findall(r"^\d+\. \[.+\]\((.+\.md)\)$", pages["README.md"], re.MULTILINE))
    shown = {name for text in pages.values() for name in re.findall(r"\]\(pictures/([^)]+)\)", text)}

    assert linked == set(pages) - {"README.md"}
    assert shown == {picture.name for picture in (MANUAL / "pictures").iterdir()}


def test_the_manuals_pictures_stay_small_and_each_says_what_it_shows() -> None:
    sizes = [picture.stat().st_size for picture in (MANUAL / "pictures").iterdir()]

    assert max(sizes) < 150_000
    assert sum(sizes) < 4_000_000
    assert [page.name for page in MANUAL.glob("*.md") if "![](" in page.read_text()] == []
