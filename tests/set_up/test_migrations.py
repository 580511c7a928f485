"""Migrations after the first of each app only add: old code runs on the new tables while an upgrade is under way."""

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

CHANGES = (Path(settings.BASE_DIR) / "CHANGELOG.md").read_text()
#: What no old code notices.
HARMLESS = (
    migrations.CreateModel,
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
    migrations.AlterModelTableComment,
    migrations.RemoveIndex,
    migrations.RenameIndex,
    migrations.RunPython,
    AddIndexConcurrently,
)
#: Old code may still read or write what these take away, and write what these forbid.
TAKING_AWAY = (migrations.RemoveField, migrations.DeleteModel, migrations.RemoveConstraint)


class Dropping(migrations.Migration):
    """One that takes away what no code reads or writes any more: since which release, it says itself."""

    unused_since: str


def refused(migration: migrations.Migration, *, changes: str = CHANGES) -> list[str]:
    """What of it old code would stumble over."""
    since = getattr(migration, "unused_since", "Unreleased")
    unused = since != "Unreleased" and f"\n## {since}" in changes
    new = {op.name.lower() for op in migration.operations if isinstance(op, migrations.CreateModel)}
    return [op.describe() for op in _flat(migration.operations) if not _is_safe(op, new=new, unused=unused)]


def _flat(operations: list[Operation]) -> list[Operation]:
    """Without those that touch Django's state alone."""
    inner = (
        op.database_operations if isinstance(op, migrations.SeparateDatabaseAndState) else [op] for op in operations
    )
    return [op for ops in inner for op in ops]


def _is_safe(operation: Operation, *, new: set[str], unused: bool) -> bool:
    if isinstance(operation, HARMLESS) or getattr(operation, "model_name", "").lower() in new:
        return True
    if isinstance(operation, TAKING_AWAY):
        return unused
    if isinstance(operation, migrations.AddField):
        field: Any = operation.field
        return field.null or field.many_to_many or field.db_default is not models.NOT_PROVIDED
    return False


OURS = [
    app.label
    for app in apps.get_app_configs()
    if Path(app.path).is_relative_to(settings.BASE_DIR) and ".venv" not in app.path
]


def test_every_migration_since_the_first_only_adds() -> None:
    later = {
        f"{app}.{name}": refused(migration)
        for (app, name), migration in MigrationLoader(None).disk_migrations.items()
        if app in OURS and not name.startswith("0001_")
    }

    assert {"orders", "marketplaces", "warehouse"} <= set(OURS)
    assert {name: found for name, found in later.items() if found} == {}


TEXT = models.TextField()


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("order", "code"),
        migrations.DeleteModel("Order"),
        migrations.RenameField("order", "code", "name"),
        migrations.RenameModel("Order", "Sale"),
        migrations.AlterModelTable("order", "sales"),
        migrations.AddField("order", "word", TEXT),
        migrations.AddField("order", "word", models.TextField(default="")),
        migrations.AlterField("order", "code", models.IntegerField()),
        migrations.AddConstraint("order", models.UniqueConstraint(fields=["code"], name="once")),
        migrations.AddIndex("order", models.Index(fields=["code"], name="found")),
        migrations.RunSQL("ALTER TABLE orders_order DROP COLUMN code"),
        migrations.SeparateDatabaseAndState([migrations.RemoveField("order", "code")]),
    ],
    ids=lambda operation: operation.describe(),
)
def test_a_migration_that_old_code_would_stumble_over_is_refused(operation: Operation) -> None:
    migration = migrations.Migration("0002_more", "orders")
    migration.operations = [operation]

    assert len(refused(migration)) == 1


def test_a_migration_that_adds_is_taken() -> None:
    migration = migrations.Migration("0002_more", "orders")
    migration.operations = [
        migrations.AddField("order", "word", models.TextField(null=True)),
        migrations.AddField("order", "count", models.IntegerField(db_default=0)),
        migrations.CreateModel("Thing", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddField("thing", "word", TEXT),
        AddIndexConcurrently("order", models.Index(fields=["word"], name="orders_word")),
        migrations.SeparateDatabaseAndState([], [migrations.RemoveField("order", "code")]),
    ]

    assert refused(migration) == []


def test_what_is_unused_since_a_release_may_go() -> None:
    migration = Dropping("0003_less", "orders")
    migration.operations = [migrations.RemoveField("order", "code")]

    for since, problems in (("Unreleased", 1), ("1.4", 1), ("1.3", 0)):
        migration.unused_since = since
        assert len(refused(migration, changes="# Changes\n\n## Unreleased\n\n## 1.3, 2026-12-01\n")) == problems
