"""Traces reach an OpenTelemetry collector: requests, tasks, calls and statements, and nothing of anybody's business."""

import logging
import os
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db import connection
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from config.tracing import LAST_SECONDS, Seldom
from tests.factories import make_account, make_api_key, make_order
from tests.set_up.test_observing import PREPARE, run

SECRET = "segredo" * 5
#: Requests, a task that is rung for and taken by a worker, an error, and calls that leave this machine.
WORK = PREPARE + textwrap.dedent(
    """
    django.setup()
    import httpx, time
    from django.test import Client
    from opentelemetry import trace
    from config.celery import app
    from marketplaces import clients, http, loop
    from marketplaces.models import Turn
    from marketplaces.tasks import push_bell
    from orders.models import Channel
    from tests.marketplaces.engine.test_tasks import eventually, worker

    key, wire, secret = sys.argv[1:]
    headers = {"Authorization": "Bearer " + key}
    api = Client(SERVER_NAME="localhost", raise_request_exception=False)
    api.get("/api/v1/orders", {"status": "APPROVED"}, headers={**headers, "X-Request-ID": "asked-1"})
    api.get("/api/v1/orders", {"who": "Maria da Silva"}, headers=headers)
    api.get("/webhooks/nowhere/" + secret)
    with trace.get_tracer("test").start_as_current_span("work"), worker():
        push_bell.ring(Channel.objects.get().pk)
        try:
            raise ValueError("Maria da Silva, " + secret)
        except ValueError as error:
            trace.get_current_span().record_exception(error)
        asked = {"account_id": 1, "params": {"access_token": secret}}
        loop.run(http.call(clients.client_for(1), "GET", wire + "/orders/1", **asked), timeout=10)
        httpx.post(wire + "/hooks/" + secret, json={})
        assert eventually(Turn.objects.exists)
    began = time.monotonic()
    trace.get_tracer_provider().shutdown()
    print("shutdown took", time.monotonic() - began)
    """
)


class Collector(BaseHTTPRequestHandler):
    """An OTLP/HTTP collector, and a marketplace beside it: which headers it is sent is noted."""

    spans: list[Span]
    headers_seen: list[set[str]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != "/v1/traces":
            return self.do_GET()
        told = ExportTraceServiceRequest.FromString(body).resource_spans
        self.spans.extend(span for resource in told for scope in resource.scope_spans for span in scope.spans)
        return self._answer()

    def do_GET(self) -> None:
        self.headers_seen.append({name.lower() for name in self.headers})
        self._answer()

    def _answer(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def collector() -> Iterator[tuple[str, type[Collector]]]:
    handler = type("One", (Collector,), {"spans": [], "headers_seen": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", handler
        server.shutdown()


def attributes(span: Span) -> dict[str, Any]:
    return {item.key: item.value.string_value or item.value.int_value for item in span.attributes}


def work(*arguments: str, endpoint: str) -> "subprocess.CompletedProcess[str]":
    """In a process of its own, with the test's database."""
    url = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{connection.settings_dict['NAME']}"
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": url}
    env = {**os.environ, **settings, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
    done = subprocess.run(
        [sys.executable, "-c", WORK, *arguments], env=env, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.django_db(transaction=True)
def test_a_collector_hears_of_all_that_is_done_and_of_nothing_private(collector: tuple[str, type[Collector]]) -> None:
    url, heard = collector
    make_order(channel=make_account(base_url=url).channel, buyer_name="Maria da Silva")
    key = make_api_key()

    done = work(key, url, SECRET, endpoint=url)

    assert "opentelemetry" not in done.stderr
    named = {span.name: span for span in heard.spans}
    task = attributes(named["run/marketplaces.tasks.push_channel"])
    assert named["run/marketplaces.tasks.push_channel"].trace_id == named["work"].trace_id
    assert task["despacho.task_id"]
    assert task["despacho.channel_id"]
    asked = [span for span in heard.spans if attributes(span).get("despacho.request_id") == "asked-1"]
    assert {span.trace_id for span in asked} == {asked[0].trace_id}
    assert "GET api/v1/orders" in {span.name for span in asked}
    assert [span for span in asked if "FROM orders_order" in attributes(span).get("db.query.text", "")]
    called = [attributes(span)["http.url"] for span in heard.spans if "http.url" in attributes(span)]
    assert sorted(called) == [url, f"{url}/orders/1"]

    told = "\n".join(str(span) for span in heard.spans)
    assert "ValueError" in told
    assert [private for private in (SECRET, key, "Maria", "52998224725") if private in told] == []
    assert len(heard.headers_seen) == len(called)
    assert [name for names in heard.headers_seen for name in names if "trace" in name] == []


@pytest.mark.django_db(transaction=True)
def test_a_process_does_not_wait_for_a_collector_that_never_answers(collector: tuple[str, type[Collector]]) -> None:
    wire, _ = collector
    make_order(channel=make_account(base_url=wire).channel)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        done = work(make_api_key(), wire, SECRET, endpoint=f"http://127.0.0.1:{deaf.getsockname()[1]}")

    seconds = float(done.stdout.rpartition("shutdown took ")[2])
    assert LAST_SECONDS <= seconds < LAST_SECONDS + 2


def test_what_a_collector_that_is_away_costs_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("tests.away")
    logger.addFilter(Seldom())
    for retry in range(3):
        logger.warning("Transient error, retrying in %s s", retry)
        logger.error("Failed to export")

    assert caplog.messages == ["Transient error, retrying in 0 s", "Failed to export"]


def test_without_an_endpoint_nothing_is_traced() -> None:
    """redis imports the parts of OpenTelemetry that it finds by itself."""
    ours = "[m for m in sys.modules if m == 'config.tracing' or m.startswith('opentelemetry.instrumentation')]"
    done = run(PREPARE + f"django.setup(); import config.celery; print({ours})")

    assert done.stdout.strip() == "[]", done.stderr


def test_an_endpoint_without_the_packages_is_told_with_its_remedy() -> None:
    script = "import sys; sys.modules['opentelemetry'] = None; import django; django.setup()"
    done = run(script, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:1")

    assert done.returncode != 0
    assert "requirements/observability.lock" in done.stderr
