"""Sentry is optional, and hears nothing that is nobody's business."""

import json
import os
import subprocess
import sys
import textwrap

PREPARE = "import django, sys, json\n"
SENTRY = PREPARE + textwrap.dedent(
    """
    import sentry_sdk
    from sentry_sdk.transport import Transport

    sent = []
    class Wire(Transport):
        def capture_envelope(self, envelope):
            sent.extend(item.payload.json for item in envelope.items if item.payload.json)
    init = sentry_sdk.init
    sentry_sdk.init = lambda dsn, **options: init(dsn, transport=Wire, **options)

    django.setup()
    import logging
    secret = "segredo" * 5
    logging.getLogger("marketplaces.calls").error(
        "call.failed url=https://shop.invalid/?access_token=%s&x=1", secret, extra={"buyer_name": "Maria da Silva"}
    )
    def fail(password):
        raise ValueError("no order for maria@example.com, CPF 529.982.247-25")
    try:
        fail(secret)
    except ValueError:
        sentry_sdk.capture_exception()
    from django.test import Client
    sentry_sdk.set_tag("cpf", "52998224725")
    Client(SERVER_NAME="localhost", raise_request_exception=False).get(
        "/readyz", {"token": secret}, headers={"Authorization": "Bearer " + secret}
    )
    sentry_sdk.capture_message("done")
    sentry_sdk.flush()
    print(json.dumps(sent))
    """
)


def run(script: str, **env: str) -> "subprocess.CompletedProcess[str]":
    """In a process of its own: what is imported once stays."""
    known = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **env}
    return subprocess.run([sys.executable, "-c", script], env=known, capture_output=True, text=True, timeout=100)


def test_without_a_dsn_nothing_is_imported() -> None:
    done = run(PREPARE + "django.setup(); import config.celery; print([m for m in sys.modules if 'sentry' in m])")

    assert done.stdout.strip() == "[]", done.stderr


def test_errors_arrive_without_secrets_and_personal_data() -> None:
    done = run(SENTRY, SENTRY_DSN="https://key@sentry.invalid/1")

    assert done.returncode == 0, done.stderr
    events = json.loads(done.stdout.splitlines()[-1])
    assert [event.get("level") for event in events][:2] == ["error", "error"]
    assert events[0]["logger"] == "marketplaces.calls"
    assert events[1]["exception"]["values"][0]["type"] == "ValueError"
    for private in ("segredo", "Maria", "maria@", "529.982", "52998224725"):
        assert private not in done.stdout


def test_a_dsn_without_the_package_is_told_with_its_remedy() -> None:
    done = run(
        "import sys; sys.modules['sentry_sdk'] = None; import django; django.setup()", SENTRY_DSN="https://k@s/1"
    )

    assert done.returncode != 0
    assert "requirements/observability.lock" in done.stderr
