"""The Celery app: how its workers log, wait and end. What beat rings for stands in config/schedule.py."""

import os
from logging.config import dictConfig
from typing import Any

from celery import Celery
from celery.signals import celeryd_init, setup_logging, task_postrun, task_prerun, worker_ready, worker_shutting_down
from kombu.transport import TRANSPORT_ALIASES
from structlog.contextvars import bind_contextvars, clear_contextvars

from config import brokers, garbage

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

TRANSPORT_ALIASES.update(amqp="config.amqp:Transport", amqps="config.amqp:SSLTransport")
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
    options = brokers.transport_options(conf.broker_url, seconds=brokers.WORKER_SECONDS)
    # By these names alone: what is set as conf.broker_heartbeat is kept, and settings.py's is read all the same.
    conf["CELERY_BROKER_TRANSPORT_OPTIONS"] = options
    conf["CELERY_BROKER_CONNECTION_TIMEOUT"] = brokers.WORKER_SECONDS
    conf["CELERY_BROKER_HEARTBEAT"] = brokers.HEARTBEAT_SECONDS


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
    from config.schedule import entries

    sender.conf.beat_schedule = entries()
