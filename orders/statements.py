"""Running SQL of our own: apart from its values, planned once per connection, several statements in one round trip."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

Statement = tuple[str, dict[str, Any]]  #: and its parameters


def execute(statement: str, *, using: BaseDatabaseWrapper | None = None, **parameters: Any) -> list[Any]:
    """Run a statement; returns its rows, if it has any. `using` is another database than the default one."""
    database = using or connections[DEFAULT_DB_ALIAS]  # `connection` looks for it anew at each step
    with database.wrap_database_errors, _cursor(database) as cursor:
        cursor.execute(statement, parameters)
        return _rows(cursor)


def together(*statements: Statement) -> list[list[Any]]:
    """Run several in one round trip, one after the other; returns the rows of each."""
    if len(statements) == 1:
        return [execute(statements[0][0], **statements[0][1])]
    with asking(*statements) as answers:
        pass
    return answers


@contextmanager
def asking(*statements: Statement) -> Iterator[list[list[Any]]]:
    """The same, while PostgreSQL works on what the block does not need: the answers are there when it ends."""
    answers: list[list[Any]] = []
    database = connections[DEFAULT_DB_ALIAS]
    with database.wrap_database_errors, ExitStack() as stack:
        cursors = [stack.enter_context(_cursor(database)) for _ in statements]
        with database.connection.pipeline():
            for cursor, (statement, parameters) in zip(cursors, statements, strict=True):
                cursor.execute(statement, parameters)
            yield answers
        answers += map(_rows, cursors)


def _rows(cursor: Any) -> list[Any]:
    # Its description would tell as well, but is made anew each time, column by column.
    return [] if cursor.rownumber is None else cursor.fetchall()


def _cursor(database: BaseDatabaseWrapper) -> Any:
    """Django's own cursor puts values into the text. This one sends them apart, so that PostgreSQL plans a statement
    that comes again only once per connection (OPTIONS prepare_threshold)."""
    database.ensure_connection()
    raw: Any = psycopg.Cursor(database.connection)
    if database.queries_logged:
        return database.make_debug_cursor(raw)
    # Django's wrapper around it costs as much as it does itself.
    return database.make_cursor(raw) if database.execute_wrappers else raw


def names(columns: Iterable[str], form: str = "{}") -> str:
    return ", ".join(form.format(name) for name in columns)


def array(parts: Iterable[str]) -> str:
    """A text[] as PostgreSQL reads it. Psycopg would look at each value."""
    quoted = (part.replace("\\", r"\\").replace('"', r"\"") for part in parts)
    return "{" + ",".join(f'"{part}"' for part in quoted) + "}"
