"""The Celery app and what beat rings for. Beat only rings: what is due stands in the database."""

import os
from logging.config import dictConfig
from typing import Any

from celery import Celery
from celery.signals import celeryd_init, setup_logging, task_postrun, task_prerun, worker_ready, worker_shutting_down
from structlog.contextvars import bind_contextvars, clear_contextvars

from config import brokers, garbage

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("despacho")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_like_django(**_: object) -> None:
    """Worker and beat write the same lines as the web, at LOG_LEVEL."""
    from django.conf import settings

    dictConfig(settings.LOGGING)


@task_prerun.connect
def name_what_is_worked_on(task_id: str, task: Any, kwargs: dict[str, Any], **_: object) -> None:
    """Every line that is logged meanwhile tells the task and its ids."""
    ids = {name: value for name, value in kwargs.items() if name.endswith("_id")}
    bind_contextvars(task=task.name.rpartition(".")[2], task_id=task_id, **ids)


@task_postrun.connect
def forget_what_was_worked_on(**_: object) -> None:
    clear_contextvars()


@celeryd_init.connect
def wait_longer(conf: Any, **_: object) -> None:
    """A worker's blocking read lasts a second, which in a web process is already too long to wait for the broker."""
    conf.broker_transport_options = brokers.transport_options(conf.broker_url, seconds=brokers.WORKER_SECONDS)
    conf.broker_connection_timeout = brokers.WORKER_SECONDS
    conf.broker_heartbeat = brokers.HEARTBEAT_SECONDS


@worker_ready.connect
def settle(**_: object) -> None:
    garbage.settle()


@worker_shutting_down.connect
def end_runs_early(**_: object) -> None:
    """What is on its way is finished, nothing new is begun: a worker ends in seconds, and leaves no leases behind."""
    from marketplaces.stopping import stopping

    stopping.set()


@app.on_after_finalize.connect
def schedule(sender: Celery, **_: object) -> None:
    """Every entry expires, so a worker that was away is not flooded when it is back."""
    from marketplaces import registry
    from marketplaces.doorbell import EXPIRES

    entries = {
        **{
            registry.adapter_class(name).pull_name: pulling(name, registry.pull_seconds(name))
            for name in registry.CONNECTORS
        },
        "Channel updates that are due": {
            "task": "marketplaces.tasks.push_due_updates",
            "schedule": 2.0,
        },
        "Stock that accounts must know": {
            "task": "marketplaces.tasks.tell_due_stock",
            "schedule": 5.0,
        },
        "What accounts sell, under the marketplaces' numbers": {
            "task": "marketplaces.tasks.read_due_catalogs",
            "schedule": 30.0,
            "options": {"expires": 25.0},
        },
        "Stock of all SKUs, compared with what accounts were told": {
            "task": "marketplaces.tasks.tell_due_stock",
            "schedule": 600.0,
            "kwargs": {"everything": True},
        },
        "Errors that marketplaces report afterwards": {
            "task": "marketplaces.tasks.look_for_late_errors",
            "schedule": 300.0,
        },
        "Held updates that are due within minutes": {
            "task": "marketplaces.tasks.announce_updates",
            "schedule": 60.0,
        },
        "Orders that webhooks named": {
            "task": "marketplaces.tasks.pull_hinted_orders",
            "schedule": 5.0,
        },
        "Access tokens that end soon": {
            "task": "marketplaces.tasks.renew_tokens",
            "schedule": 60.0,
        },
        "Open orders compared with the marketplaces": {
            "task": "marketplaces.tasks.reconcile_due_accounts",
            "schedule": 60.0,
        },
        "Work on many orders that somebody asked for": {
            "task": "marketplaces.tasks.work_due_jobs",
            "schedule": 5.0,
        },
        "What was kept for long enough is forgotten": {
            "task": "marketplaces.tasks.forget_old",
            "schedule": 3600.0,
        },
        "Changes that webhooks are told": {
            "task": "warehouse.tasks.deliver_due_webhooks",
            "schedule": 2.0,
        },
        "Old deliveries and answers are forgotten": {
            "task": "warehouse.tasks.forget_old",
            "schedule": 3600.0,
        },
        "Canary: beat to broker to worker to database": {
            "task": "marketplaces.tasks.canary",
            "schedule": 30.0,
        },
    }
    sender.conf.beat_schedule = {
        name: {**entry, "options": {"expires": max(EXPIRES, entry["schedule"] / 2)}} for name, entry in entries.items()
    }


def pulling(connector: str, seconds: float) -> dict[str, Any]:
    return {
        "task": "marketplaces.tasks.pull_due_accounts",
        "schedule": seconds,
        "kwargs": {"connector": connector},
    }
