"""Transactions that may meet others in another order."""

from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError
from psycopg.errors import DeadlockDetected

T = TypeVar("T")


def retried(transaction: Callable[[], T]) -> T:
    """Its result. Once more when PostgreSQL broke a deadlock by undoing it; a second time is an error."""
    try:
        return transaction()
    except OperationalError as error:
        if not isinstance(error.__cause__, DeadlockDetected):
            raise
        return transaction()
