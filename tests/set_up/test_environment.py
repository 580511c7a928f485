"""What stands in the environment and cannot be used is told by its name, with what it should look like."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings


def manage(**env: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", "check"]
    known = {**os.environ, **env}
    return subprocess.run(command, cwd=settings.BASE_DIR, env=known, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DATABASE_URL", "nonsense", "postgresql://"),
        ("DATABASE_URL", "postgresql://user:geheim@host:port/name", "postgresql://"),
        ("DATABASE_URL", "", "postgresql://"),
        ("DATABASE_URL", "postgresql://user:geheim@host/name?tls=yes", "tls"),
        ("REDIS_URL", "localhost:6379", "redis://"),
        ("BROKER_URL", "kafka://host", "amqp://"),
        ("UPLOAD_MAX_MB", "50MB", "whole number such as 50"),
        ("PULL_SECONDS", "often", "seconds"),
        ("SECRET_KEY_FILE", "/nowhere/key", "/nowhere/key"),
    ],
)
def test_a_wrong_value_is_one_sentence_and_no_traceback(name: str, value: str, says: str) -> None:
    done = manage(**{name: value})

    assert done.returncode == 1
    assert name in done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert "geheim" not in done.stderr


def test_a_secret_is_read_from_the_file_that_is_named(tmp_path: Path) -> None:
    file = tmp_path / "database"
    file.write_text(os.environ["DATABASE_URL"] + "\n")

    done = manage(DATABASE_URL="", DATABASE_URL_FILE=str(file))

    assert done.returncode == 0, done.stderr
