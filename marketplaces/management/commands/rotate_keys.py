"""rotate_keys: write every stored secret anew with the first of FIELD_ENCRYPTION_KEYS, so that old keys can go."""

from collections.abc import Iterator

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models, transaction

from marketplaces.fields import EncryptedJSONField


class Command(BaseCommand):
    help = "Encrypt all stored secrets with the first of FIELD_ENCRYPTION_KEYS; the others may be removed afterwards."

    def handle(self, *args: object, **options: object) -> None:
        rotated = sum(_rotate(model, name) for model, name in _encrypted_columns())
        self.stdout.write(f"{rotated} secrets are encrypted with the first key; the others may go.")


def _encrypted_columns() -> Iterator[tuple[type[models.Model], str]]:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedJSONField):
                yield model, field.name


def _rotate(model: type[models.Model], name: str) -> int:
    """Row by row under its lock: worker and web go on, and a token renewed meanwhile is not overwritten."""
    keys = list(model._default_manager.values_list("pk", flat=True))
    return sum(_rotate_row(model, name, pk) for pk in keys)


@transaction.atomic
def _rotate_row(model: type[models.Model], name: str, pk: object) -> int:
    rows = model._default_manager.filter(pk=pk).select_for_update()
    return sum(rows.update(**{name: secret}) for secret in rows.values_list(name, flat=True) if secret)
