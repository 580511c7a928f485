"""What every answer of the API has: an id that stands in the logs, and a smaller body for who can unpack it."""

import gzip
import logging

import pytest

from tests.factories import make_api_key, make_order
from tests.orders.warehouse import Warehouse

pytestmark = pytest.mark.django_db


def test_the_caller_s_request_id_is_answered_and_logged_with_the_key_s_name(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="orders.api")
    wms = Warehouse(make_api_key("galpão 2"), **{"X-Request-ID": "wms-4711"})

    answer = wms.get("/channels")

    assert answer["X-Request-ID"] == "wms-4711"
    [line] = [record.getMessage() for record in caplog.records if record.name == "orders.api"]
    assert "path='/api/v1/channels' status=200" in line
    assert "key='galpão 2'" in line


@pytest.mark.parametrize("given", ["", "two words", "x" * 101, "a\nb", "ä"])
def test_an_id_that_is_none_is_replaced_by_ours(given: str) -> None:
    headers = {"X-Request-ID": given} if given else {}

    first, second = (Warehouse(make_api_key(f"key {n}"), **headers).get("/channels") for n in range(2))

    assert len(first["X-Request-ID"]) == 32
    assert first["X-Request-ID"] != second["X-Request-ID"]


def test_errors_have_an_id_too() -> None:
    assert Warehouse("dsp_nobody", **{"X-Request-ID": "a"}).get("/channels")["X-Request-ID"] == "a"


def test_answers_are_compressed_for_who_asks() -> None:
    for _ in range(20):
        make_order()
    secret = make_api_key()

    plain = Warehouse(secret).get("/orders")
    packed = Warehouse(secret, **{"Accept-Encoding": "gzip"}).send("GET", "/orders")

    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 5
