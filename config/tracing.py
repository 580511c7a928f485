"""Traces by OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT says so; imported only then (config/observing.py)."""

import logging
import os
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from celery.signals import after_task_publish, before_task_publish
from django.db.backends.signals import connection_created
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.propagate import inject, set_global_textmap
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import SpanKind, Status
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from structlog.contextvars import get_contextvars

from marketplaces.redact import masked

#: Asked all the time, and of no interest.
UNTRACED = "/healthz$,/readyz$,/metrics$"
LONGEST_STATEMENT = 2000
#: The last spans of a process may take so long to leave; then it ends without them.
LAST_SECONDS = 2.0
#: Who complains of a collector that is away with every batch and every retry, and how often is enough.
_COMPLAINING = ("opentelemetry.exporter.otlp.proto.http.trace_exporter", "opentelemetry.sdk._shared_internal")
SELDOM_SECONDS = 600.0
#: Attributes that hold an address or a part of it, by the old and by the new conventions.
_ADDRESSES = frozenset({"http.url", "http.target", "url.full", "url.path", "url.query"})
_CALLERS = frozenset({"net.peer.ip", "client.address", "http.user_agent", "user_agent.original"})


def start(endpoint: str) -> None:
    """Once in each process, when the settings are complete. OTEL_* variables say more (docs/operations.md)."""
    resource = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", "despacho")})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(Ids())
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(Batches(Discreet(exporter)))
    trace.set_tracer_provider(provider)
    for name in _COMPLAINING:
        logging.getLogger(name).addFilter(Seldom())
    set_global_textmap(AmongUs())
    # Behind config.requests.Requests, which gives the request its id.
    DjangoInstrumentor().instrument(middleware_position=1, excluded_urls=UNTRACED)
    HTTPXClientInstrumentor().instrument()
    AioHttpClientInstrumentor().instrument()
    _trace_tasks()
    connection_created.connect(_trace_statements)


class AmongUs(TraceContextTextMapPropagator):
    """A trace goes along with our tasks; calls to marketplaces and webhooks carry no header of it."""

    def inject(self, carrier: Any, context: Context | None = None, *arguments: Any, **options: Any) -> None:
        if getattr(trace.get_current_span(context), "kind", None) is not SpanKind.CLIENT:
            super().inject(carrier, context, *arguments, **options)


class Ids(SpanProcessor):
    """A span tells the ids that the lines logged meanwhile tell: of its request or task, and what that works on."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        for name, value in get_contextvars().items():
            span.set_attribute(f"despacho.{name}", value)


class Batches(BatchSpanProcessor):
    """OpenTelemetry's own half a minute is too long for a process that ends while the collector is away."""

    def shutdown(self) -> None:
        self._batch_processor.shutdown(timeout_millis=round(LAST_SECONDS * 1000))


class Seldom(logging.Filter):
    """Lets the same message pass every ten minutes."""

    def __init__(self) -> None:
        super().__init__()
        self._again_at: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        now = time.monotonic()
        if now < self._again_at.get(record.msg, 0.0):
            return False
        self._again_at[record.msg] = now + SELDOM_SECONDS
        return True


class Discreet(SpanExporter):
    """Lets spans leave this machine without secrets and personal data."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._exporter.export([discreet(span) for span in spans])

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


def discreet(span: ReadableSpan) -> ReadableSpan:
    """As it may leave. Of an error it keeps the type alone: its words and its stack quote what they are about."""
    return ReadableSpan(
        name=masked(span.name),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=dict(kept for item in (span.attributes or {}).items() if (kept := _attribute(span, *item))),
        events=[_event(event) for event in span.events],
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _attribute(span: ReadableSpan, name: str, value: Any) -> tuple[str, Any] | None:
    """None where it is nobody's business. What we are asked is told by its route: a path may end in a secret."""
    if name in _CALLERS or ".header." in name or (name in _ADDRESSES and span.kind is not SpanKind.CLIENT):
        return None
    return name, _address(span, str(value)) if name in _ADDRESSES else masked(value)


def _address(span: ReadableSpan, url: str) -> str:
    """Without its query, where tokens and signatures stand. httpx calls webhooks, whose path may be their secret."""
    parts = urlsplit(url)
    scope = span.instrumentation_scope
    path = parts.path if scope and scope.name.endswith("aiohttp_client") else ""
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], path=path, query="", fragment="").geturl()


def _event(event: Event) -> Event:
    kind = (event.attributes or {}).get("exception.type", "")
    return Event(event.name, {"exception.type": kind} if kind else None, event.timestamp)


def _trace_tasks() -> None:
    """Without spans for publishing: one that fails would never end, and take in whatever its thread does afterwards."""
    instrumentor = CeleryInstrumentor()
    instrumentor.instrument()
    before_task_publish.disconnect(instrumentor._trace_before_publish)
    after_task_publish.disconnect(instrumentor._trace_after_publish)  # it would miss the span, and warn each time
    before_task_publish.connect(_send_along, weak=False)


def _send_along(headers: dict[str, Any], **_: object) -> None:
    inject(headers)


def _trace_statements(connection: Any, **_: object) -> None:
    """Django's own hook sees the cursors of orders/statements.py too, which psycopg's instrumentation does not."""
    if _traced not in connection.execute_wrappers:
        connection.execute_wrappers.append(_traced)


def _traced(execute: Callable[..., Any], sql: Any, parameters: Any, many: bool, context: dict[str, Any]) -> Any:
    """A statement with its places for values, never the values; outside of everything else it is not worth a trace."""
    if not trace.get_current_span().is_recording():
        return execute(sql, parameters, many, context)
    text = " ".join(str(sql).split())
    told = {"db.system.name": "postgresql", "db.query.text": text[:LONGEST_STATEMENT]}
    tracer = trace.get_tracer(__name__)
    with tracer.start_as_current_span(text.partition(" ")[0].upper(), kind=SpanKind.CLIENT, attributes=told):
        return execute(sql, parameters, many, context)
