"""write_docs: the documents that are made from code."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from marketplaces import features
from orders import diagram

#: Path below docs/ → what makes its text.
DOCUMENTS = {"statuses.md": diagram.document, "feature-matrix.md": features.document}


class Command(BaseCommand):
    help = "Write the documents that are made from code; a test fails while they differ from it."

    def handle(self, *args: object, **options: object) -> None:
        for name, document in DOCUMENTS.items():
            path = Path(settings.BASE_DIR) / "docs" / name
            path.write_text(document())
            self.stdout.write(f"docs/{name}")
