"""Celery's entries, as in marketplaces/tasks.py: ids only, harmless when late, lost or double."""

from celery import shared_task

from orders.api import once
from warehouse import delivering

#: Seconds after which a message that no worker took is void. Late, it is as good as new (marketplaces/doorbell.py).
EXPIRES = 900.0


@shared_task
def deliver_due_webhooks(**_: object) -> None:
    for webhook_id in delivering.due():
        deliver_webhook.apply_async(kwargs={"webhook_id": webhook_id}, expires=EXPIRES)


@shared_task
def deliver_webhook(*, webhook_id: int, **_: object) -> None:
    delivering.deliver(webhook_id)


@shared_task
def forget_old(**_: object) -> None:
    delivering.forget_old()
    once.forget_old()
