"""The Celery app and what beat rings for. Beat only rings: what is due stands in the database."""

import os
from logging.config import dictConfig
from typing import Any

from celery import Celery
from celery.signals import celeryd_init, setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("despacho")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_like_django(**_: object) -> None:
    """Worker and beat write the same lines as the web, at LOG_LEVEL."""
    from django.conf import settings

    dictConfig(settings.LOGGING)


@celeryd_init.connect
def wait_longer(conf: Any, **_: object) -> None:
    """A worker's blocking read lasts a second, which in a web process is already too long to wait for the broker."""
    conf.broker_transport_options = {**conf.broker_transport_options, "socket_timeout": 5}


@app.on_after_finalize.connect
def schedule(sender: Celery, **_: object) -> None:
    """Every entry expires before its next turn, so a worker that was away is not flooded when it is back."""
    from django.conf import settings

    drain = settings.SKYHUB_DRAIN_SECONDS
    sender.conf.beat_schedule = {
        "SkyHub queue draining": {
            "task": "marketplaces.tasks.pull_due_accounts",
            "schedule": drain,
            "kwargs": {"connector": "skyhub"},
            "options": {"expires": drain},
        },
        "Channel updates that are due": {
            "task": "marketplaces.tasks.push_due_updates",
            "schedule": 2.0,
            "options": {"expires": 4.0},
        },
        "Canary: beat to broker to worker to database": {
            "task": "marketplaces.tasks.canary",
            "schedule": 30.0,
            "options": {"expires": 25.0},
        },
    }
