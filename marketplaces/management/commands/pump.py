"""pump: what worker and beat do, without them and without a broker. Beside them it is harmless: leases are shared."""

import logging
import signal
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, connections

from marketplaces import (
    hints,
    inbound,
    listings,
    outbound,
    outbox,
    reconcile,
    registry,
    retention,
    stock,
    tokens,
)
from marketplaces.models import Account, Heartbeat
from marketplaces.stopping import stopping
from marketplaces.sweeps import sweeps
from orders import jobs
from orders.models import Channel

logger = logging.getLogger(__name__)

THREADS = 16
#: Between two looks for tokens that end and accounts to compare.
KEEP_UP_SECONDS = 60.0
#: And for data whose time is over.
FORGET_SECONDS = 3600.0


class Command(BaseCommand):
    help = "Pull orders, push updates, renew tokens, compare orders and work on tasks without a broker, until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="pull every account once, push what is due, and end")
        parser.add_argument("--sweep-seconds", type=float, default=2.0, help="how often to look for due updates")

    def handle(self, *args: object, once: bool, sweep_seconds: float, **options: object) -> None:
        pump = Pump()
        if once:
            pump.once()
            return
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, lambda *_: _end(pump))
        self.stdout.write("Pumping; Ctrl-C ends it after the calls in flight.")
        pump.run(sweep_seconds=sweep_seconds)


def _end(pump: "Pump") -> None:
    stopping.set()
    pump.stop()


class Pump:
    """Each account and each channel has its own job, at most one at a time: a slow one holds up no other."""

    def __init__(self) -> None:
        self._pull_at: dict[str, float] = {}
        self._keep_up_at = self._forget_at = 0.0
        self._jobs: dict[tuple[str, int], Future[None]] = {}
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="pump")
        self._stopped = threading.Event()

    def once(self) -> None:
        self._pull_due()
        wait(self._jobs.values())
        self._push_due()
        self._work_due()
        self._pool.shutdown()

    def run(self, *, sweep_seconds: float) -> None:
        while not self._stopped.is_set():
            try:
                self._pull_due()
                self._push_due()
                self._read_due()
                self._tell_stock()
                self._do_others()
                self._work_due()
                self._keep_up()
            except DatabaseError:
                logger.exception("pump.failed looking for work")
                connections.close_all()  # the next round connects anew
            self._stopped.wait(sweep_seconds)
        self._pool.shutdown(cancel_futures=True)

    def stop(self) -> None:
        """Calls in flight are finished, nothing new is begun."""
        self._stopped.set()

    def _pull_due(self) -> None:
        now = time.monotonic()
        for connector in registry.CONNECTORS:
            if now >= self._pull_at.get(connector, 0.0):
                self._pull_at[connector] = now + registry.pull_seconds(connector)
                Heartbeat.beat(f"pull {connector}")
                for account_id in inbound.due_accounts(connector):
                    self._start("pull", account_id, lambda pk: inbound.pull(Account.objects.only("pk").get(pk=pk)))

    def _push_due(self) -> None:
        Heartbeat.beat("sweep")
        for channel_id in outbox.due_channels():
            self._start("push", channel_id, lambda pk: outbound.push_channel(Channel.objects.get(pk=pk)))

    def _read_due(self) -> None:
        """What webhooks named."""
        for account_id in hints.due_accounts():
            self._start("hints", account_id, lambda pk: hints.read_named(_account(pk)))

    def _tell_stock(self) -> None:
        stock.notice()
        for account_id in stock.due_accounts():
            self._start("stock", account_id, lambda pk: stock.tell(_account(pk)))

    def _work_due(self) -> None:
        for job_id in jobs.due():
            self._start("job", job_id, lambda pk: jobs.work(pk, stopping=stopping.is_set))

    def _do_others(self) -> None:
        for name, due, work in sweeps:
            for pk in due():
                self._start(name, pk, work)

    def _keep_up(self) -> None:
        if time.monotonic() < self._keep_up_at:
            return
        self._keep_up_at = time.monotonic() + KEEP_UP_SECONDS
        for account_id in tokens.due():
            self._start("token", account_id, lambda pk: tokens.renew(pk, within=tokens.AHEAD))
        for account_id in reconcile.due_accounts():
            self._start("reconcile", account_id, reconcile.reconcile)
        for account_id in listings.due_accounts():
            self._start("catalog", account_id, listings.read_catalog)
        stock.notice(everything=True)
        if time.monotonic() >= self._forget_at:
            self._forget_at = time.monotonic() + FORGET_SECONDS
            self._start("forget", 0, lambda _: retention.forget())

    def _start(self, kind: str, pk: int, work: Callable[[int], Any]) -> None:
        job = self._jobs.get((kind, pk))
        if job is None or job.done():
            self._jobs[kind, pk] = self._pool.submit(_job, kind, pk, work)


def _account(pk: int) -> Account:
    return Account.objects.select_related("channel").get(pk=pk)


def _job(kind: str, pk: int, work: Callable[[int], Any]) -> None:
    try:
        work(pk)
    except Exception:
        logger.exception("pump.failed %s %s", kind, pk)
    finally:
        connections.close_all()
