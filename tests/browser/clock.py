"""Time that stands still: what is written while a moment lasts bears its date, in the database, too."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import connection, models
from django.utils import timezone

#: A Monday morning, always in the past: sessions and queries by the database's own clock see nothing still to come.
NOW = datetime(2026, 11, 16, 10, 30, tzinfo=ZoneInfo("America/Sao_Paulo"))


@contextmanager
def standing_still(at: datetime = NOW) -> Iterator[None]:
    """For Python alone: what is looked at, not what is written."""
    with patch.object(timezone, "now", lambda: at):
        yield


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """What happens in here happened then. What the database dates by itself is dated back afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (began,) = cursor.fetchone()
    with standing_still(moment):
        yield
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.DateTimeField):
                fresh = {f"{field.name}__range": (began, began + timedelta(minutes=30))}
                model._base_manager.filter(**fresh).update(**{field.name: moment})


def ago(**parts: float) -> datetime:
    return NOW - timedelta(**parts)
