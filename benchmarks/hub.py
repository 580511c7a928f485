"""A migrated Despacho on its own durable PostgreSQL (synchronous_commit stays on), gone after the run."""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from config.running import services
from config.running.guard import guarded


def run(benchmark: Callable[[], None]) -> None:
    """Start services, migrate, run `benchmark`, exit."""
    sys.exit(guarded(lambda: _run(benchmark)))


def _run(benchmark: Callable[[], None]) -> int:
    with (
        tempfile.TemporaryDirectory(prefix="despacho-bench-") as folder,
        services.running(data_dir=Path(folder)) as own,
    ):
        Path(folder).chmod(0o755)
        os.environ.update(
            own.env,
            DJANGO_SETTINGS_MODULE="config.settings",
            SECRET_KEY="only for benchmarks",
            FIELD_ENCRYPTION_KEYS="b25seSBmb3IgdGVzdHMsIDMyIGJ5dGVzIGxvbmchISE=",
            LOG_LEVEL="WARNING",
            DATABASE_POOL="40",  # twenty stores are pulled by as many threads, and counted by one more
        )
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        benchmark()
    return 0
