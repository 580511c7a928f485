"""Rows as objects of their models, by statements that PostgreSQL has planned: for what every request asks and writes.

Django composes its statements anew each time, which takes it several times as long as the database needs to run them.
"""

from functools import cache
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import JSONField, Model
from django.db.models.expressions import DatabaseDefault

from orders.statements import execute, names

M = TypeVar("M", bound=Model)


def fetch(model: type[M], condition: str, **values: Any) -> list[M]:
    """`condition` is SQL, with what may follow it. JSON and arrays are read once somebody looks at them."""
    columns = _columns(model)
    rows = execute(f"SELECT {names(columns)} FROM {model._meta.db_table} WHERE {condition}", **values)
    return [model.from_db(DEFAULT_DB_ALIAS, columns, row) for row in rows]


def insert(row: M) -> M:
    """A row that is new, as `Model.objects.create` has it: what the database fills in is there afterwards."""
    told, filled, database = {}, [], connections[DEFAULT_DB_ALIAS]
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(value, DatabaseDefault) or (field.primary_key and value is None):
            filled.append(field.attname)
        else:
            told[field.attname] = field.get_db_prep_save(value, database)
    statement = f"INSERT INTO {row._meta.db_table} ({names(told)}) VALUES ({names(told, '%({})s')})"
    (values,) = execute(f"{statement} RETURNING {names(filled)}", **told)
    for name, value in zip(filled, values, strict=True):
        setattr(row, name, value)
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return row


@cache
def _columns(model: type[Model]) -> list[str]:
    documents = (JSONField, ArrayField)
    return [field.attname for field in model._meta.concrete_fields if not isinstance(field, documents)]
