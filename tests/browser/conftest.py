"""A browser, a server of our own, and people at desks; what their browsers complain of fails a test."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Browser, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from marketplaces import clients, tokens
from marketplaces.crossing import Grant
from marketplaces.inbound import pull
from marketplaces.models import Account
from marketplaces.outbound import push_channel
from orders import jobs
from orders.models import Channel, Job
from sandbox.client import SandboxClient
from tests.browser import chromium
from tests.browser.clock import standing_still
from tests.browser.desk import PATIENCE, Desk
from tests.browser.story import Story, tell
from tests.factories import make_account, make_channel
from tests.sandbox_server import sandbox_client, shopee_sandbox, skyhub_sandbox

__all__ = ["sandbox_client", "shopee_sandbox", "skyhub_sandbox"]

# Playwright keeps an event loop in the thread of the tests; they may use the database there nevertheless.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's Chromium; as root it needs to run without its own sandbox."""
    found = chromium.path()
    assert found, chromium.REMEDY
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"], timeout=120_000)
        yield started
        started.close()


SitDown = Callable[..., Desk]


@pytest.fixture
def sit_down(transactional_db: None, live_server: LiveServer, browser: Browser) -> Iterator[SitDown]:
    """Give somebody a desk: `sit_down("maria", viewport=PHONE)`. They may do everything unless they exist already."""
    desks: list[Desk] = []

    def sit(name: str = "maria", *, logged_in: bool = True, **context: Any) -> Desk:
        known = User.objects.filter(username=name).first()
        user = known or User.objects.create_superuser(name, password="uma-senha-de-teste")
        desk = Desk(browser, live_server.url, user, **context)
        desks.append(desk)
        if logged_in:
            desk.enter()
        return desk

    yield sit
    for desk in desks:
        desk.context.close()
    assert [problem for desk in desks for problem in desk.problems] == []


@pytest.fixture
def desk(sit_down: SitDown) -> Desk:
    return sit_down()


class Workers:
    """What worker and beat do, done now; in a thread without an event loop, as theirs are."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)

    def _do(self, work: Callable[[], object]) -> None:
        def run() -> None:
            try:
                work()
            finally:
                connections.close_all()

        self._thread.submit(run).result(120)

    def pull(self, account: Account) -> None:
        self._do(lambda: pull(account))

    def push(self, channel: Channel) -> None:
        self._do(lambda: push_channel(channel))

    def work(self) -> None:
        """On every task that was confirmed."""
        for job in Job.objects.filter(state=Job.State.QUEUED):
            self._do(lambda pk=job.pk: jobs.work(pk))

    def close(self) -> None:
        self._do(clients.close)
        self._thread.shutdown()


@pytest.fixture
def workers(transactional_db: None) -> Iterator[Workers]:
    found = Workers()
    yield found
    found.close()


@pytest.fixture
def skyhub(transactional_db: None, skyhub_sandbox: SandboxClient) -> Account:
    """Connected to the sandbox's store."""
    names = {"email": "email", "api_key": "api_key", "account_manager_key": "accountmanager_key"}
    credentials = {ours: skyhub_sandbox.credentials[theirs] for ours, theirs in names.items()}
    channel = make_channel(name="Americanas")
    return make_account(channel=channel, base_url=skyhub_sandbox.url, credentials=credentials)


@pytest.fixture
def shopee(transactional_db: None, shopee_sandbox: SandboxClient) -> Account:
    """Connected to the sandbox's shop, and authorized."""
    shopee_sandbox.lift_limits()
    known = shopee_sandbox.credentials
    credentials = {
        "partner_id": known["partner_id"],
        "partner_key": known["partner_key"],
        "push_key": known["push_partner_key"],
    }
    channel = make_channel(name="Shopee", marketplace="shopee")
    account = make_account(
        channel=channel,
        connector="shopee",
        base_url=shopee_sandbox.url,
        credentials=credentials,
        shop_id=known["shop_id"],
    )
    grant = Grant(
        access_token=known["access_token"],
        refresh_token=known["refresh_token"],
        expires_at=timezone.now() + timedelta(hours=4),
    )
    tokens.store(account, grant)
    return account


@pytest.fixture
def story(transactional_db: None) -> Iterator[Story]:
    """A morning's orders; the clock stands still as long as it is told."""
    with standing_still():
        yield tell()
