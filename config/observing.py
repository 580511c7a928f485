"""Errors to Sentry, traces by OpenTelemetry: without secrets and personal data. Unset, nothing of them is imported."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from marketplaces.redact import is_private, masked

#: Parts of a report in which a field's name tells whether its value is nobody's business.
_NAMED = {"extra", "tags", "request", "breadcrumbs", "contexts"}


def start(dsn: str) -> None:
    """Once in each process. Raises ImproperlyConfigured when the package is missing."""
    if not dsn:
        return
    try:
        import sentry_sdk
    except ImportError:
        remedy = "Install requirements/observability.lock, or unset SENTRY_DSN."
        raise ImproperlyConfigured(f"SENTRY_DSN is set, but sentry-sdk is not installed. {remedy}") from None
    # Django, Celery and logging are connected by themselves. No call to a marketplace gets a header of Sentry's.
    sentry_sdk.init(
        dsn,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        trace_propagation_targets=[],
        before_send=lambda event, _hint: report(event),
    )


def trace(endpoint: str) -> None:
    """Once in each process, when its settings are complete. Raises ImproperlyConfigured when a package is missing."""
    if not endpoint:
        return
    try:
        from config import tracing
    except ImportError as error:
        remedy = "Install requirements/observability.lock, or unset it."
        sentence = f"OTEL_EXPORTER_OTLP_ENDPOINT is set, but {error.name} is not installed. {remedy}"
        raise ImproperlyConfigured(sentence) from None
    tracing.start(endpoint)


def report(event: Any) -> Any:
    """As it may leave this machine."""
    event.get("logentry", {}).pop(
        "params", None
    )  # they stand in the line already, where their names tell what they are
    return without_private(event)


def without_private(event: Any, *, named: bool = False) -> Any:
    """The report without secrets, names, addresses, e-mails and CPFs."""
    if isinstance(event, dict):
        return {key: _value(key, value, named=named) for key, value in event.items()}
    if isinstance(event, list):
        return [without_private(value, named=named) for value in event]
    return masked(event)


def _value(key: str, value: Any, *, named: bool) -> Any:
    if named and is_private(str(key)) and not isinstance(value, dict | list):
        return masked(value, private=True)
    return without_private(value, named=named or key in _NAMED)
