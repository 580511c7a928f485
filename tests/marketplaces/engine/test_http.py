"""One call over a real socket: what can go wrong with it, and which of marketplaces.errors it becomes."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from django.utils import translation

from config.running.ports import free_port
from marketplaces import clients, http, loop
from marketplaces.errors import Malformed, OutcomeUnknown, Rejected, Unauthorized, Unavailable
from tests.marketplaces.engine.wire import CUT, Server, running_server

ACCOUNT = -1  # no row has this id, so this client is nobody else's


@pytest.fixture
def server() -> Iterator[Server]:
    with running_server() as server:
        yield server
    clients.close()


def call(server: Server, method: str = "GET", path: str = "/orders", **options: Any) -> httpx.Response:
    coroutine = http.call(clients.client_for(ACCOUNT), method, server.url + path, account_id=ACCOUNT, **options)
    return loop.run(coroutine, timeout=10)


def test_an_answer_comes_back_and_the_connection_is_kept(server: Server) -> None:
    server.answer(200, '{"a": 1}')
    server.answer(204)

    assert http.decode(call(server)) == {"a": 1}
    assert call(server, "POST", json={"b": 2}).status_code == 204
    assert server.requests[1].endswith(b'{"b":2}')


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials(server: Server, status: int) -> None:
    server.answer(status, "who are you?")

    with pytest.raises(Unauthorized, match=f"HTTP {status}: who are you?"):
        call(server)


@pytest.mark.parametrize("status", [408, 425, 429, 503])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_not_now_means_that_nothing_was_done(server: Server, status: int, method: str) -> None:
    server.answer(status, "slow down", Retry_After="7")

    with pytest.raises(Unavailable) as raised:
        call(server, method)

    assert type(raised.value) is Unavailable
    assert raised.value.retry_after == 7


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_broken_answer_to_a_write_leaves_its_outcome_unknown(server: Server, status: int) -> None:
    server.answer(status, "<html>Bad gateway</html>")
    server.answer(status)

    with pytest.raises(OutcomeUnknown):
        call(server, "POST")
    with pytest.raises(Unavailable) as raised:
        call(server, "GET")

    assert type(raised.value) is Unavailable


def test_any_other_refusal_carries_the_marketplaces_own_sentence_and_status(server: Server) -> None:
    server.answer(422, '{"error": "X is X already"}')

    with pytest.raises(Rejected, match="HTTP 422: X is X already") as raised:
        call(server, "POST", explain=lambda response: str(response.json()["error"]))

    assert raised.value.code == "422"


def test_an_error_body_of_another_shape_is_shown_as_it_is(server: Server) -> None:
    server.answer(404, "<html>nginx</html>")

    with pytest.raises(Rejected, match="<html>nginx</html>"):
        call(server, explain=lambda response: str(response.json()["error"]))


def test_a_redirect_is_refused_with_where_it_leads(server: Server) -> None:
    server.answer(301, Location="https://elsewhere.example.com/")

    with pytest.raises(Rejected, match=r"elsewhere\.example\.com"):
        call(server)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_connection_that_is_refused_sent_nothing(method: str) -> None:
    with pytest.raises(Unavailable) as raised:
        call(Server(url=f"http://127.0.0.1:{free_port()}"), method)

    assert type(raised.value) is Unavailable
    clients.close()


def test_a_connection_dropped_after_a_write_leaves_its_outcome_unknown(server: Server) -> None:
    server.answers.append(CUT)

    with pytest.raises(OutcomeUnknown):
        call(server, "POST", json={"invoice": 1})

    assert len(server.requests) == 1


def test_a_connection_dropped_during_the_answer_to_a_write_leaves_its_outcome_unknown(server: Server) -> None:
    server.answers.append(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"or' + CUT)

    with pytest.raises(OutcomeUnknown):
        call(server, "POST")


def test_an_answer_that_is_not_http_leaves_a_writes_outcome_unknown(server: Server) -> None:
    server.answers.append(b"SSH-2.0-OpenSSH\r\n\r\n")

    with pytest.raises(OutcomeUnknown):
        call(server, "POST")


def test_a_body_that_is_not_what_its_header_says_leaves_a_writes_outcome_unknown(server: Server) -> None:
    server.answer(200, "plain", Content_Encoding="gzip")

    with pytest.raises(OutcomeUnknown):
        call(server, "POST")


def test_a_write_without_answer_leaves_its_outcome_unknown_and_a_read_is_only_unavailable(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "DEADLINE", 0.1)
    server.answers.extend([1.0, 1.0, 1.0])

    with pytest.raises(OutcomeUnknown):
        call(server, "POST")
    with pytest.raises(Unavailable) as raised:
        call(server, "GET")
    assert type(raised.value) is Unavailable
    with pytest.raises(Unavailable) as raised:
        call(server, "POST", write=False)  # a search, for example
    assert type(raised.value) is Unavailable


def test_an_unreadable_body_is_malformed(server: Server) -> None:
    server.answer(200, '{"code": ')

    sentence = "GET /orders answered something that is not JSON"
    with translation.override("en"), pytest.raises(Malformed, match=sentence):
        http.decode(call(server))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("999999", 3600),
        ("Fri, 31 Dec 2100 23:59:59 GMT", 3600),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("-5", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_an_hour_at_most(value: str, seconds: float | None) -> None:
    assert http.retry_after(httpx.Response(429, headers={"Retry-After": value})) == seconds


def test_a_date_in_retry_after_is_counted_from_now() -> None:
    at = datetime.now(UTC) + timedelta(seconds=90)
    answer = httpx.Response(429, headers={"Retry-After": format_datetime(at, usegmt=True)})

    assert http.retry_after(answer) == pytest.approx(90, abs=3)


def test_the_log_line_has_neither_query_nor_header_nor_body(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    server.answer(200, '{"cpf": "52998224725"}')

    with caplog.at_level(logging.DEBUG):
        call(server, "POST", "/orders?sign=QUERY", headers={"X-Api-Key": "HEADER"}, json={"name": "BODY"})

    line = next(record.getMessage() for record in caplog.records if record.name == "marketplaces.calls")
    assert line.startswith(f"marketplace.call account={ACCOUNT} POST /orders status=200 ms=")
    assert not any(secret in caplog.text for secret in ("QUERY", "HEADER", "BODY", "52998224725"))


def test_a_recorded_call_shows_what_was_said_without_personal_data(server: Server) -> None:
    server.answer(201, '{"customer": {"name": "Ana", "vat_number": "52998224725"}, "ok": true}')

    async def record() -> list[http.Call]:
        with http.recording() as calls:
            url = f"{server.url}/orders/X-1/invoice?token=T"
            body = {"key": "35261111222333000181550010000000011000000018", "email": "ana@example.com"}
            await http.call(clients.client_for(ACCOUNT), "POST", url, account_id=ACCOUNT, json=body)
        return calls

    (recorded,) = loop.run(record(), timeout=10)

    assert recorded.request.startswith("POST /orders/X-1/invoice {")
    assert "35261111222333000181550010000000011000000018" in recorded.request
    assert recorded.response.startswith("201 ")
    assert "ok" in recorded.response
    shown = recorded.request + recorded.response
    assert not any(private in shown for private in ("Ana", "52998224725", "ana@example.com", "token"))


def test_an_answer_that_the_caller_accepts_comes_back_whatever_its_status(server: Server) -> None:
    server.answer(403, '{"error": "invalid_acceess_token"}')

    answer = call(server, accepts=lambda response: b"error" in response.content)

    assert answer.status_code == 403


def test_what_a_call_is_signed_with_is_shown_to_nobody(server: Server) -> None:
    server.answer(403, "wrong signature by key-of-the-app")

    with http.recording() as calls, pytest.raises(Unauthorized) as caught:
        call(server, secrets=["key-of-the-app"])

    assert "key-of-the-app" not in caught.value.detail + calls[0].response
