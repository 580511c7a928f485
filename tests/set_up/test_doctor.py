"""`manage.py doctor` on a healthy installation and on broken ones."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from io import StringIO

import httpx
import pytest
import respx
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from config import doctor
from config.celery import app
from config.doctor import workers
from marketplaces import registry
from marketplaces.adapter import Connection
from marketplaces.crossing import Ring, Webhook
from marketplaces.errors import Unauthorized
from marketplaces.models import Account, Heartbeat
from marketplaces.queues import all_queues
from marketplaces.tasks import canary
from tests import fakes
from tests.factories import make_account
from tests.marketplaces.engine.test_tasks import worker

SHOP = "https://shop.invalid"
PUBLIC = "https://hub.invalid"
NOWHERE = "127.0.0.1:1"


class RingingMarketplace(fakes.FakeMarketplace):
    """One that calls webhooks."""

    @classmethod
    def verify(cls, connection: Connection, webhook: Webhook) -> Ring:
        return Ring(codes=())


@pytest.fixture
def account(db: None, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[Account]:
    """Everything is well: one account at a marketplace that answers, the hub's door open, beat and worker alive."""
    monkeypatch.setitem(registry.CONNECTORS, "fake", "tests.set_up.test_doctor.RingingMarketplace")
    fakes.SHOPS[SHOP] = fakes.Shop()
    settings.PUBLIC_URL = PUBLIC
    beats_at(timezone.now())
    yield make_account(connector="fake", base_url=SHOP)
    fakes.SHOPS.clear()


@pytest.fixture(autouse=True)
def internet() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        router.get(SHOP).mock(side_effect=lambda request: httpx.Response(404, headers={"date": date(0)}))
        router.get(url__startswith=f"{PUBLIC}/webhooks/").respond(405, headers={"allow": "POST"})
        yield router


@pytest.fixture
def empty_queue() -> Iterator[None]:
    """The one that beat rings in."""
    app.control.purge()
    yield
    app.control.purge()


def date(drift: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=drift), usegmt=True)


def beats_at(at: datetime) -> None:
    for name in ("sweep", "canary"):
        Heartbeat.objects.update_or_create(name=name, defaults={"at": at})


def problems() -> list[doctor.Finding]:
    return [finding for finding in doctor.examine() if finding.verdict is doctor.Verdict.BAD]


def the_problem() -> doctor.Finding:
    (finding,) = problems()
    assert finding.remedy
    return finding


def printed() -> str:
    out = StringIO()
    call_command("doctor", stdout=out, no_color=True)
    return out.getvalue()


def test_a_healthy_installation_has_no_problem(account: Account) -> None:
    said = printed()

    assert "\nNo problems, " in said
    for subject in ("settings", "broker", "database", "clock", "worker", "beat", "keys", "account", "webhooks"):
        assert f" {subject}" in said


def test_a_broker_that_is_away_is_named_with_its_address(account: Account, settings: Settings) -> None:
    settings.REDIS_URL = f"redis://{NOWHERE}/0"

    finding = the_problem()

    assert finding.subject == "broker"
    assert NOWHERE in finding.says
    assert "REDIS_URL" in finding.remedy


def test_a_dead_worker_is_named_and_beat_whom_nobody_can_hear_is_not_blamed(account: Account) -> None:
    beats_at(timezone.now() - timedelta(seconds=130))

    finding = the_problem()

    assert finding.subject == "worker"
    assert "no worker answers; beat was last heard 13" in finding.says
    assert "celery -A config worker" in finding.remedy


def test_while_the_broker_is_away_neither_beat_nor_worker_is_blamed(account: Account, settings: Settings) -> None:
    beats_at(timezone.now() - timedelta(minutes=10))
    settings.REDIS_URL = f"redis://{NOWHERE}/0"

    assert the_problem().subject == "broker"


def test_what_pump_does_is_not_taken_for_beat_and_worker(account: Account) -> None:
    Heartbeat.objects.filter(name="canary").update(at=timezone.now() - timedelta(minutes=10))

    warned = {finding.subject: finding.says for finding in doctor.examine() if finding.verdict is doctor.Verdict.ODD}

    assert problems() == []
    assert "pump" in warned["worker"]
    assert "pump" in warned["beat"]


@pytest.mark.django_db(transaction=True)
def test_where_a_worker_answers_and_nothing_waits_it_is_beat_that_is_silent(empty_queue: None) -> None:
    beats_at(timezone.now() - timedelta(minutes=10))
    with worker():
        life = list(workers.beat_and_worker_live(broker_answers=True))

    assert [(finding.subject, finding.verdict) for finding in life[:2]] == [
        ("worker", doctor.Verdict.GOOD),
        ("beat", doctor.Verdict.BAD),
    ]
    assert "is silent: last heard 60" in life[1].says
    assert "celery -A config beat" in life[1].remedy


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "beat_rang", [canary.apply_async, lambda: Heartbeat.beat("canary")], ids=["messages wait", "sweeps fail"]
)
def test_a_worker_that_is_behind_is_not_taken_for_a_silent_beat(
    monkeypatch: pytest.MonkeyPatch, empty_queue: None, beat_rang: Callable[[], object]
) -> None:
    monkeypatch.setattr(workers, "_queues_heard", lambda: set(all_queues()))
    beats_at(timezone.now() - timedelta(minutes=10))
    beat_rang()

    life = list(workers.beat_and_worker_live(broker_answers=True))

    assert [(finding.subject, finding.verdict) for finding in life] == [
        ("worker", doctor.Verdict.BAD),
        ("beat", doctor.Verdict.ODD),
    ]


def test_a_database_that_is_away_is_told_with_the_reason(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")

    finding = the_problem()

    assert finding.subject == "database"
    assert "refused" in finding.says
    assert "DATABASE_URL" in finding.remedy


def test_refused_credentials_are_told_in_the_marketplaces_words(account: Account) -> None:
    fakes.SHOPS[SHOP].always["check"] = Unauthorized("HTTP 401: no such key")

    finding = the_problem()

    assert finding.subject == f"account {account.channel.code}"
    assert finding.says == "HTTP 401: no such key"


def test_secrets_of_a_lost_key_are_a_problem_and_not_a_crash(account: Account, settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    finding = the_problem()

    assert finding.subject == "keys"
    assert "FIELD_ENCRYPTION_KEYS" in finding.remedy


@pytest.mark.parametrize(("production", "warned"), [(True, True), (False, False)])
def test_a_production_account_that_speaks_plain_http_is_a_warning(
    account: Account, production: bool, warned: bool, internet: respx.MockRouter
) -> None:
    plain = SHOP.replace("https:", "http:")
    fakes.SHOPS[plain] = fakes.Shop()
    internet.get(plain).respond(404, headers={"date": date(0)})
    Account.objects.update(base_url=plain, production=production)

    assert ("speaks plain HTTP" in printed()) is warned


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda request: httpx.Response(404), "404"),
        (httpx.ConnectError("certificate verify failed"), "certificate verify failed"),
    ],
)
def test_an_address_that_does_not_lead_to_our_door_is_found_out(
    account: Account,
    internet: respx.MockRouter,
    answer: Callable[[httpx.Request], httpx.Response] | httpx.ConnectError,
    says: str,
) -> None:
    internet.get(url__startswith=f"{PUBLIC}/webhooks/").mock(side_effect=answer)

    finding = the_problem()

    assert finding.subject == "webhooks"
    assert says in finding.says


def test_a_clock_that_differs_from_the_marketplaces_is_measured(account: Account, internet: respx.MockRouter) -> None:
    internet.get(SHOP).mock(side_effect=lambda request: httpx.Response(404, headers={"date": date(-400)}))

    finding = the_problem()

    assert finding.subject == "clock"
    assert "400 s ahead" in finding.says or "401 s ahead" in finding.says


def test_a_missing_migration_is_named_with_its_command(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "django.db.migrations.executor.MigrationExecutor.migration_plan", lambda *_: [("orders.0002", False)]
    )

    assert the_problem().remedy == "Run `python manage.py migrate`."


def test_the_command_fails_when_something_is_wrong(account: Account, settings: Settings) -> None:
    settings.REDIS_URL = f"redis://{NOWHERE}/0"

    with pytest.raises(SystemExit) as ended:
        printed()

    assert ended.value.code == 1


def test_a_paused_account_and_one_without_public_address_are_warnings(account: Account, settings: Settings) -> None:
    settings.PUBLIC_URL = ""
    account.pause(reason=Account.Pause.MANUAL, detail="")

    warned = {finding.subject for finding in doctor.examine() if finding.verdict is doctor.Verdict.ODD}

    assert problems() == []
    assert {"webhooks", f"account {account.channel.code}"} <= warned


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_no_worker_listens_to_is_named(settings: Settings) -> None:
    settings.MARKETPLACE_QUEUES = frozenset({"skyhub"})
    found: list[doctor.Finding] = []
    begun_at = time.monotonic()
    with worker():
        while not found and time.monotonic() < begun_at + 20:  # it takes a moment until it listens
            found = [one for one in workers.beat_and_worker_live(broker_answers=True) if one.subject == "queues"]

    (finding,) = found
    assert "pull.skyhub,push.skyhub" in finding.remedy


def test_a_rabbitmq_that_is_away_is_a_problem_of_its_own(account: Account, settings: Settings) -> None:
    settings.BROKER_URL = f"amqp://{NOWHERE}//"

    finding = the_problem()

    assert "RabbitMQ" in finding.says
    assert "BROKER_URL" in finding.remedy
