"""docker-compose.yml, .env.example and the containers' health check agree with each other."""

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from django.conf import settings
from django.db import connection
from django.utils import timezone

from marketplaces.models import Heartbeat

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
SERVICES = yaml.safe_load(COMPOSE)["services"]


def test_every_secret_must_be_given_and_is_explained() -> None:
    required = set(re.findall(r"\$\{(\w+):\?", COMPOSE))
    assert required == set(re.findall(r"^(\w+)=$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert {"POSTGRES_PASSWORD", "SECRET_KEY", "FIELD_ENCRYPTION_KEYS"} <= required


def test_everything_that_lasts_starts_again_and_is_looked_after() -> None:
    assert set(SERVICES) == {"postgres", "redis", "migrate", "web", "worker", "beat"}
    lasting = {name: service for name, service in SERVICES.items() if name != "migrate"}
    assert {service["restart"] for service in lasting.values()} == {"unless-stopped"}
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()
    assert all("healthcheck" in service for name, service in lasting.items() if name != "web")


def test_a_worker_may_finish_what_its_lease_allows() -> None:
    assert SERVICES["worker"]["stop_grace_period"] == "100s"


def health_of(what: str, **env: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-I", str(ROOT / "config/alive.py"), what]
    return subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True, timeout=30)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("age", "code"), [(timedelta(seconds=20), 0), (timedelta(minutes=5), 1), (None, 1)])
def test_the_chain_is_healthy_while_the_canary_sings(age: timedelta | None, code: int) -> None:
    if age is not None:
        Heartbeat.objects.create(name="canary", at=timezone.now() - age)
    database = settings.DATABASES["default"]
    host = f"{quote(database['HOST'], safe='')}:{database['PORT']}"
    login = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}"
    checked = health_of("chain", DATABASE_URL=f"postgresql://{login}@{host}/{connection.settings_dict['NAME']}")
    assert (checked.returncode, checked.stderr) == (code, "")


def test_a_database_that_is_away_is_unhealthy_in_one_line() -> None:
    checked = health_of("chain", DATABASE_URL="postgresql://me@127.0.0.1:1/none")
    assert checked.returncode == 1
    assert checked.stderr.startswith("OperationalError: ")
    assert "Traceback" not in checked.stderr
