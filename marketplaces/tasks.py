"""Celery's entries. They carry ids, may be lost, late or double, and retry nothing: what is due stands in the database.

`**_` lets a worker take the messages of a newer publisher.
"""

from datetime import timedelta

from celery import shared_task

from marketplaces import hints, inbound, late_errors, listings, outbound, outbox, reconcile, retention, stock, tokens
from marketplaces.doorbell import AHEAD, RING_EXPIRES, Doorbell
from marketplaces.models import Account, Heartbeat
from marketplaces.stopping import stopping
from orders import jobs
from orders.models import Channel

#: Updates that become due in so long a time are announced at once; longer than from one announcement to the next.
ANNOUNCED = timedelta(seconds=90)
#: The database's clock and a worker's may differ by this much.
CLOCKS = timedelta(seconds=10)


@shared_task
def pull_due_accounts(*, connector: str, **_: object) -> None:
    for account_id in inbound.due_accounts(connector):
        pull_account.apply_async(kwargs={"account_id": account_id}, expires=RING_EXPIRES)
    Heartbeat.beat(f"pull {connector}")


@shared_task
def pull_account(*, account_id: int, **_: object) -> None:
    inbound.pull(Account.objects.only("pk").get(pk=account_id))


@shared_task
def push_due_updates(**_: object) -> None:
    for channel_id in outbox.due_channels():
        push_channel.apply_async(kwargs={"channel_id": channel_id}, expires=RING_EXPIRES)
    Heartbeat.beat("sweep")


@shared_task
def push_channel(*, channel_id: int, **_: object) -> None:
    outbound.push_channel(Channel.objects.get(pk=channel_id))


@shared_task
def announce_updates(**_: object) -> None:
    """Ring in time for what is due within the next minutes; the sweep finds it all the same, a second or two late."""
    for channel_id, due_at in outbox.due_soon(AHEAD - CLOCKS, after=AHEAD - CLOCKS - ANNOUNCED):
        push_bell.ring_at(channel_id, due_at)


@shared_task
def pull_hinted_orders(**_: object) -> None:
    """For webhooks whose ring was lost, and those that wait for their next try."""
    for account_id in hints.due_accounts():
        pull_orders.apply_async(kwargs={"account_id": account_id}, expires=RING_EXPIRES)


@shared_task
def pull_orders(*, account_id: int, **_: object) -> None:
    hints.read_named(Account.objects.select_related("channel").get(pk=account_id))


@shared_task
def renew_tokens(**_: object) -> None:
    for account_id in tokens.due():
        renew_token.apply_async(kwargs={"account_id": account_id}, expires=RING_EXPIRES)
    Heartbeat.beat("tokens")


@shared_task
def renew_token(*, account_id: int, **_: object) -> None:
    tokens.renew(account_id, within=tokens.AHEAD)


@shared_task
def tell_due_stock(*, everything: bool = False, **_: object) -> None:
    stock.notice(everything=everything)
    for account_id in stock.due_accounts():
        tell_stock.apply_async(kwargs={"account_id": account_id}, expires=RING_EXPIRES)


@shared_task
def tell_stock(*, account_id: int, **_: object) -> None:
    stock.tell(Account.objects.select_related("channel").get(pk=account_id))


@shared_task
def read_due_catalogs(**_: object) -> None:
    for account_id in listings.due_accounts():
        read_catalog.apply_async(kwargs={"account_id": account_id}, expires=RING_EXPIRES)


@shared_task
def read_catalog(*, account_id: int, **_: object) -> None:
    listings.read_catalog(account_id)


@shared_task
def look_for_late_errors(**_: object) -> None:
    for account_id in late_errors.accounts():
        look_for_late_errors_of.apply_async(kwargs={"account_id": account_id}, expires=RING_EXPIRES)


@shared_task
def look_for_late_errors_of(*, account_id: int, **_: object) -> None:
    late_errors.look(Account.objects.select_related("channel").get(pk=account_id))


@shared_task
def reconcile_due_accounts(**_: object) -> None:
    for account_id in reconcile.due_accounts():
        reconcile_account.apply_async(kwargs={"account_id": account_id}, expires=RING_EXPIRES)
    Heartbeat.beat("reconcile")


@shared_task
def reconcile_account(*, account_id: int, **_: object) -> None:
    reconcile.reconcile(account_id)


@shared_task
def work_due_jobs(**_: object) -> None:
    """For jobs of which the ring was lost, whose worker was killed, or whose turn is over."""
    for job_id in jobs.due():
        work_job.apply_async(kwargs={"job_id": job_id}, expires=RING_EXPIRES)


@shared_task
def work_job(*, job_id: int, **_: object) -> None:
    jobs.work(job_id, stopping=stopping.is_set)


@shared_task
def forget_old(**_: object) -> None:
    retention.forget()


@shared_task
def canary(**_: object) -> None:
    """Proves the whole way: beat, broker, worker, database."""
    Heartbeat.beat("canary")


push_bell = Doorbell(push_channel, names="channel_id", answered=outbound.is_pushed)
hints_bell = Doorbell(pull_orders, names="account_id")
job_bell = Doorbell(work_job, names="job_id")
