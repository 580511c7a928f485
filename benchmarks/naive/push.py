"""Telling updates the usual way: one Celery task for each, which loads it, posts it with bare httpx and saves it."""

import os

import httpx
from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.naive.settings")

# Not the current app: Despacho's tasks in the process that measures would be sent to it.
app = Celery("naive", broker=os.environ["REDIS_URL"], set_as_current=False)


@app.task
def tell(update_id: int) -> None:
    from django.utils import timezone

    from orders.models import ChannelUpdate, ChannelUpdateAttempt

    update = ChannelUpdate.objects.select_related("order__invoice", "channel__account").get(pk=update_id)
    account = update.channel.account
    answer = httpx.post(
        f"{account.base_url}/orders/{update.order.code}/invoice",
        headers={"X-User-Email": account.credentials["email"], "X-Api-Key": account.credentials["api_key"]},
        json={"status": "order_invoiced", "invoice": {"key": update.order.invoice.access_key}},
    )
    answer.raise_for_status()
    update.state = ChannelUpdate.State.SENT
    update.finished_at = timezone.now()
    update.save(update_fields=["state", "finished_at"])
    ChannelUpdateAttempt.objects.create(update=update, outcome="SENT", response=answer.text)
