"""Documents say what the code does."""

from pathlib import Path

import pytest

from marketplaces.management.commands.write_docs import DOCUMENTS

DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_made_from_code_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text() == DOCUMENTS[name](), "run: python manage.py write_docs"
