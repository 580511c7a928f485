"""The version of an order: another one after each change of its facts. It travels as ETag and in the order itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def version_of(changed_at: datetime) -> str:
    """What the channel has been told meanwhile is no change of the order."""
    return str((changed_at - EPOCH) // timedelta(microseconds=1))


def etag(order: dict[str, Any]) -> dict[str, str]:
    """The header for a representation of this order."""
    return {"ETag": f'"{order["version"]}"'}
