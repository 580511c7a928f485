"""Which queue a task goes to: pull, push, or those of a marketplace that an operator gave workers of its own."""

from functools import lru_cache
from typing import Any

from django.conf import settings

from marketplaces.models import Account

#: Everything else, beat's rings included, is quick and goes to the default queue, control.
QUEUES = {
    "marketplaces.tasks.pull_account": "pull",
    "marketplaces.tasks.pull_orders": "pull",
    "marketplaces.tasks.reconcile_account": "pull",
    "marketplaces.tasks.push_channel": "push",
    "marketplaces.tasks.tell_stock": "push",
    "warehouse.tasks.deliver_webhook": "push",
}


def all_queues() -> list[str]:
    """Of which each needs a worker that listens."""
    own = [f"{queue}.{name}" for name in settings.MARKETPLACE_QUEUES for queue in ("pull", "push")]
    return [settings.CELERY_TASK_DEFAULT_QUEUE, "pull", "push", *sorted(own)]


def route(name: str, args: object, kwargs: dict[str, Any] | None, *_: object, **__: object) -> dict[str, str] | None:
    """Celery asks this for every task that is sent; None is the default queue."""
    queue = QUEUES.get(name)
    if queue is None:
        return None
    connector = _connector(kwargs or {}) if settings.MARKETPLACE_QUEUES else None
    return {"queue": f"{queue}.{connector}" if connector in settings.MARKETPLACE_QUEUES else queue}


def _connector(kwargs: dict[str, Any]) -> str | None:
    """The marketplace's name; None for what concerns none."""
    for name, lookup in (("account_id", "pk"), ("channel_id", "channel")):
        if name in kwargs:
            return _connector_where(lookup, kwargs[name])
    return None


@lru_cache(maxsize=10_000)
def _connector_where(lookup: str, value: int) -> str | None:
    """Never changes once the account exists."""
    return Account.objects.filter(**{lookup: value}).values_list("connector", flat=True).first()
