"""Whose failures to log in are counted together, and for how long anybody remembers them."""

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import settings as project
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from config import tasks
from config.celery import app

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ana() -> User:
    return User.objects.create_user("ana", password="certa-e-longa", is_staff=True)


def log_in(password: str, **headers: str) -> Any:
    return Client(**headers).post("/admin/login/", {"username": "ana", "password": password})


def guess(times: int, forwarded: str) -> int:
    """The last answer's status; `{n}` in the header is another number each time."""
    answers = [log_in("errada", HTTP_X_FORWARDED_FOR=forwarded.format(n=n)) for n in range(times)]
    return int(answers[-1].status_code)


@pytest.mark.parametrize(
    ("proxies", "forwarded"),
    [
        (0, "198.51.100.{n}"),  # nobody of ours has written it
        (1, "198.51.100.{n}, 203.0.113.9"),
        (2, "198.51.100.{n}, 203.0.113.9, 10.0.0.1"),
        (1, "198.51.100.{n}, not an address"),
    ],
)
def test_forged_addresses_give_no_more_tries(settings: Settings, proxies: int, forwarded: str) -> None:
    settings.TRUSTED_PROXIES = proxies

    assert guess(project.AXES_FAILURE_LIMIT, forwarded) == 429
    assert log_in("certa-e-longa", HTTP_X_FORWARDED_FOR=forwarded.format(n=200)).status_code == 429


def test_somebody_else_s_failures_lock_nobody_out_behind_the_same_proxy(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1

    assert guess(project.AXES_FAILURE_LIMIT, "203.0.113.9") == 429
    assert log_in("certa-e-longa", HTTP_X_FORWARDED_FOR="203.0.113.10").status_code == 302


def test_ended_sessions_and_old_failures_are_forgotten_every_hour(settings: Settings) -> None:
    assert log_in("certa-e-longa").status_code == 302
    assert log_in("errada").status_code == 200
    app.finalize()
    (entry,) = [entry for entry in app.conf.beat_schedule.values() if entry["task"] == "config.tasks.forget_old"]

    app.tasks[entry["task"]].apply(kwargs=entry["kwargs"])
    assert (Session.objects.count(), AccessAttempt.objects.count()) == (1, 1)

    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    AccessAttempt.objects.update(attempt_time=timezone.now() - settings.AXES_COOLOFF_TIME - timedelta(seconds=1))
    tasks.forget_old()
    assert (Session.objects.count(), AccessAttempt.objects.count()) == (0, 0)
    assert entry["schedule"] == 3600
