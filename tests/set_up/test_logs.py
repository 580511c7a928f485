"""Logs: fields for machines, lines for people, secrets and personal data for nobody."""

import io
import json
import logging
import logging.config
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from structlog.contextvars import bound_contextvars

from config import celery, logs
from marketplaces.redact import MASK, masked

Log = Callable[..., str]


@pytest.fixture(params=[True, False], ids=["json", "line"])
def written(request: pytest.FixtureRequest) -> Iterator[Log]:
    """What a call of the logger writes."""
    yield from writing(json_lines=request.param)


@pytest.fixture
def as_json() -> Iterator[Log]:
    yield from writing(json_lines=True)


@pytest.fixture
def as_line() -> Iterator[Log]:
    yield from writing(json_lines=False)


def writing(*, json_lines: bool) -> Iterator[Log]:
    configuration = logs.configuration(json_lines=json_lines, level="INFO")
    made = logging.config.DictConfigurator({"version": 1}).configure_formatter(configuration["formatters"]["despacho"])
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(made)
    logger = logging.getLogger("marketplaces.test")
    logger.addHandler(handler)

    def write(message: str, *args: object, level: int = logging.INFO, **options: Any) -> str:
        stream.truncate(0)
        stream.seek(0)
        logger.log(level, message, *args, **options)
        return stream.getvalue().rstrip("\n")

    yield write
    logger.removeHandler(handler)


def test_our_lines_become_events_with_fields(as_json: Log) -> None:
    told = json.loads(as_json("push.update id=%s order=%s outcome=%s ms=%s", 7, "Submarino-1", "SENT", 12))

    assert told["event"] == "push.update"
    assert (told["id"], told["order"], told["outcome"], told["ms"]) == ("7", "Submarino-1", "SENT", "12")
    assert (told["level"], told["logger"]) == ("info", "marketplaces.test")
    assert told["timestamp"].endswith("Z")


def test_a_quoted_field_may_hold_blanks_and_what_is_no_field_is_kept(as_json: Log) -> None:
    told = json.loads(as_json("pull.done account=3 error=%r and more", "HTTP 503: it is down"))

    assert told["error"] == "HTTP 503: it is down"
    assert told["detail"] == "and more"


def test_an_empty_field_does_not_swallow_the_next(as_json: Log) -> None:
    told = json.loads(as_json("webhook.taken account= orders=2"))

    assert (told["account"], told["orders"]) == ("", "2")


def test_lines_of_others_stay_whole(as_json: Log) -> None:
    assert json.loads(as_json("Task x[1] received a=b"))["event"] == "Task x[1] received a=b"


def test_people_get_a_line(as_line: Log) -> None:
    line = as_line("push.done channel=shop sent=3")

    assert line.endswith("INFO marketplaces.test push.done channel=shop sent=3")


def test_what_a_task_works_on_stands_in_every_line(written: Log) -> None:
    class Task:
        name = "marketplaces.tasks.pull_account"

    celery.name_what_is_worked_on(task_id="t-1", task=Task(), kwargs={"account_id": 5, "something": "else"})
    try:
        line = written("pull.done fetched=3")
    finally:
        celery.forget_what_was_worked_on()

    assert all(word in line for word in ("t-1", "pull_account", "account_id"))
    assert "else" not in line
    assert "t-1" not in written("pull.done fetched=3")


SECRETS = {
    "a token in an address": "GET /api/v2/order?access_token=7177746&shop_id=1&sign=a1deedca",
    "a code that buys tokens": "/admin/marketplaces/account/authorized/?code=4f6d6a7177746&shop_id=1",
    "a header": "{'Authorization': 'Bearer dsp_7177746'}",
    "a key in JSON": '{"x-api-key": "k7177746", "ok": 1}',
    "a CPF": "529.982.247-25 and 52998224725",
    "a name and an address": '{"customer": {"name": "Maria 7177746"}, "street": "Rua 7177746, 130"}',
    "an e-mail": "maria.7177746@example.com",
}


@pytest.mark.parametrize("text", SECRETS.values(), ids=SECRETS.keys())
def test_no_secret_and_nothing_personal_is_written(written: Log, text: str) -> None:
    line = written("call.failed told=%s", text)

    assert "7177746" not in line
    assert "52998224725" not in line
    assert MASK in line


def test_nor_in_a_traceback(written: Log) -> None:
    try:
        raise ValueError('refused: {"refresh_token": "r7177746"} of 529.982.247-25')
    except ValueError:
        line = written("call.failed", level=logging.ERROR, exc_info=sys.exc_info())

    assert "ValueError" in line
    assert "7177746" not in line
    assert "529.982" not in line


def test_nor_in_a_field_that_is_named_for_it(written: Log) -> None:
    with bound_contextvars(buyer_name="Maria", access_token="t7177746", shipping_address="Rua 130"):
        line = written("order.seen order=A")

    assert not any(word in line for word in ("Maria", "7177746", "Rua"))


@pytest.mark.parametrize("text", ["order=281000000101 ms=52", "HTTP 404: code=404", "Rua e nome, sem valor", "sign in"])
def test_what_is_harmless_stays(text: str) -> None:
    assert masked(text) == text


def test_a_long_text_is_not_cut() -> None:
    assert len(masked("x" * 100_000)) == 100_000


@pytest.mark.parametrize(("setting", "terminal", "json_lines"), [
    ("1", True, True), ("0", False, False), ("", True, False), ("", False, True),
])  # fmt: skip
def test_people_at_a_terminal_get_lines_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, setting: str, terminal: bool, json_lines: bool
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)

    assert logs.as_json(setting) is json_lines
