"""Lists may be read from a copy of the database that is seconds behind; everything else goes to the database itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

REPLICA = "replica"
#: What decides about rights, and what its reader has just changed by looking at it.
KEPT_AT_HOME = {"apikey", "savedview", "disclosure", "job", "storedanswer"}

_alias = ContextVar("orders_replica", default=DEFAULT_DB_ALIAS)


class Router:
    """Django asks it for every query. Only reading, and only within `reading_replica`, leaves the database itself."""

    def db_for_read(self, model: type[models.Model], **hints: object) -> str:
        asked = (model, hints.get("instance"))  # which channels a key may read is asked of the key
        return _alias.get() if all(may_be_behind(one) for one in asked if one is not None) else DEFAULT_DB_ALIAS

    def db_for_write(self, model: type[models.Model], **_: object) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, *_: models.Model, **__: object) -> bool:
        return True

    def allow_migrate(self, db: str, *_: object, **__: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


def may_be_behind(model: Any) -> bool:
    return model._meta.app_label == "orders" and model._meta.model_name not in KEPT_AT_HOME


@contextmanager
def reading_replica() -> Iterator[None]:
    token = _alias.set(REPLICA)
    try:
        yield
    finally:
        _alias.reset(token)


def is_read() -> bool:
    return _alias.get() == REPLICA


def leave() -> None:
    """The rest of the block reads the database itself: the replica has not heard of something yet."""
    _alias.set(DEFAULT_DB_ALIAS)


def connection() -> BaseDatabaseWrapper:
    """For statements of our own."""
    return connections[_alias.get()]
