"""pump: pull and push without broker, worker and beat. Beside them it is harmless: leases and claims are shared."""

import logging
import signal
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections

from marketplaces import inbound, outbound, outbox
from marketplaces.models import Account
from orders.models import Channel

logger = logging.getLogger(__name__)

THREADS = 16


class Command(BaseCommand):
    help = "Pull orders and push updates without a broker, until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="pull every account once, push what is due, and end")
        parser.add_argument("--sweep-seconds", type=float, default=2.0, help="how often to look for due updates")
        parser.add_argument("--pull-seconds", type=float, default=15.0, help="how often to pull each account")

    def handle(self, *args: object, once: bool, sweep_seconds: float, pull_seconds: float, **options: object) -> None:
        pump = Pump(pull_seconds=pull_seconds)
        if once:
            pump.once()
            return
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, lambda *_: pump.stop())
        self.stdout.write("Pumping; Ctrl-C ends it after the calls in flight.")
        pump.run(sweep_seconds=sweep_seconds)


class Pump:
    """Each account and each channel has its own job, at most one at a time: a slow one holds up no other."""

    def __init__(self, *, pull_seconds: float) -> None:
        self.pull_seconds = pull_seconds
        self._pulled_at: dict[int, float] = {}
        self._jobs: dict[tuple[str, int], Future[None]] = {}
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="pump")
        self._stopped = threading.Event()

    def once(self) -> None:
        self._pull_due()
        wait(self._jobs.values())
        self._push_due()
        self._pool.shutdown()

    def run(self, *, sweep_seconds: float) -> None:
        while not self._stopped.is_set():
            self._pull_due()
            self._push_due()
            self._stopped.wait(sweep_seconds)
        self._pool.shutdown(cancel_futures=True)

    def stop(self) -> None:
        self._stopped.set()

    def _pull_due(self) -> None:
        now = time.monotonic()
        for account in inbound.due_accounts():
            if now - self._pulled_at.get(account.pk, -self.pull_seconds) >= self.pull_seconds:
                self._pulled_at[account.pk] = now
                self._start("pull", account.pk, lambda pk: inbound.pull(Account.objects.get(pk=pk)))

    def _push_due(self) -> None:
        for channel_id in outbox.due_channels():
            self._start("push", channel_id, lambda pk: outbound.push_channel(Channel.objects.get(pk=pk)))

    def _start(self, kind: str, pk: int, work: Callable[[int], Any]) -> None:
        job = self._jobs.get((kind, pk))
        if job is None or job.done():
            self._jobs[kind, pk] = self._pool.submit(_job, kind, pk, work)


def _job(kind: str, pk: int, work: Callable[[int], Any]) -> None:
    try:
        work(pk)
    except Exception:
        logger.exception("pump.failed %s %s", kind, pk)
    finally:
        connections.close_all()
