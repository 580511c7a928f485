"""Marked secrets are planted everywhere, everything is driven into trouble, and nothing that comes out shows a mark."""

import base64
import io
import json
import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import redis
import structlog
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.two_factor.models import Authenticator
from marketplaces import clients, inbound
from marketplaces.admin import accounts
from marketplaces.connection import check
from marketplaces.models import AccessToken, Account
from marketplaces.outbound import push_channel
from marketplaces.tasks import push_channel as push_task
from orders.models import ApiKey, ChannelUpdateAttempt, Order
from orders.status import Status
from orders.verbs import invoice
from tests.backoffice import Office
from tests.factories import WAREHOUSE, make_access_key, make_account, make_api_key, make_channel, make_order
from warehouse.delivering import deliver
from warehouse.models import Webhook

MARK = "MaRkEdSeCrEt"


def marked(number: int) -> str:
    """Of the shape of keys: no redaction by their looks alone."""
    return f"{MARK}{number:02d}aB3xY9"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """All that the installation's own log writes."""
    root, out = logging.getLogger(), io.StringIO()
    [formatter] = [h.formatter for h in root.handlers if isinstance(h.formatter, structlog.stdlib.ProcessorFormatter)]
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    root.addHandler(handler)
    yield out
    root.removeHandler(handler)


@pytest.fixture
def mirror() -> Iterator[Any]:
    """A marketplace that says back whatever it was sent, headers first, under any status."""

    class Handler(BaseHTTPRequestHandler):
        status = 400

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode(errors="replace")
            said = f"{self.path} {dict(self.headers)} {body}"
            answer = json.dumps({"error": "error_auth", "message": said, "code": 1}).encode()
            self.send_response(Handler.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    for method in ("POST", "PUT", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.do_GET)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield Handler, f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            clients.close()


def plant(base_url: str) -> list[Account]:
    skyhub = make_account(
        channel=make_channel(code="loja", name="Loja"),
        base_url=base_url,
        credentials={"email": "a@example.com", "api_key": marked(1), "account_manager_key": marked(2)},
    )
    shopee = make_account(
        channel=make_channel(code="shopee", name="Shopee", marketplace="shopee"),
        connector="shopee",
        base_url=base_url,
        shop_id="1",
        credentials={"partner_id": "1", "partner_key": marked(3), "push_key": marked(4)},
    )
    secrets = {"access": marked(5), "refresh": marked(6)}
    AccessToken.objects.create(account=shopee, secrets=secrets, expires_at=timezone.now() + timedelta(hours=3))
    Webhook.objects.create(
        name="wms", url=f"{base_url}/hook", secrets={"1": base64.b64encode(marked(7).encode()).decode()}, xid=0
    )
    return [skyhub, shopee]


def drive(chosen: list[Account]) -> None:
    for account in chosen:
        check(account)
        Account.objects.filter(pk=account.pk).update(pause_reason="", paused_at=None)
        inbound.pull(Account.objects.get(pk=account.pk))
        order = make_order(channel=account.channel, status=Status.APPROVED)
        invoice(order, access_key=make_access_key(), by=WAREHOUSE)
        Account.objects.filter(pk=account.pk).update(pause_reason="", paused_at=None)
        push_channel(account.channel)
        push_task.apply_async(kwargs={"channel_id": account.channel_id})
    for webhook in Webhook.objects.all():
        deliver(webhook.pk)


def pages() -> str:
    office = Office(everything=True)
    Authenticator.objects.create(user=office.user, secret={"key": marked(8).encode().hex()}, confirmed=False)
    shown = []
    for account in Account.objects.all():
        shown.append(office.get("marketplaces_account_change", account.pk).text)
        shown.append(office.post("marketplaces_account_act", account.pk, "check").text)
    for order in Order.objects.all():
        shown.append(office.get("orders_order_change", order.pk).text)
    for attempt in ChannelUpdateAttempt.objects.all():
        shown.append(office.get("orders_channelupdate_change", attempt.update_id).text)
    for name in (
        "marketplaces_account",
        "orders_apikey",
        "orders_channelupdate",
        "warehouse_webhook",
        "admin_logentry",
    ):
        shown.append(office.get(f"{name}_changelist").text)
    shown.append(office.get("orders_apikey_change", ApiKey.objects.get().pk).text)
    shown.append(office.get("warehouse_webhook_change", Webhook.objects.get().pk).text)
    return "\n".join(shown)


def broker() -> str:
    with redis.Redis.from_url(django_settings.REDIS_URL) as server:
        readers: dict[bytes, Any] = {
            b"string": server.get,
            b"list": lambda key: server.lrange(key, 0, -1),
            b"hash": server.hgetall,
            b"set": server.smembers,
            b"zset": lambda key: server.zrange(key, 0, -1),
        }
        return "\n".join(f"{key!r} {readers[server.type(key)](key)}" for key in server.scan_iter())


def stored() -> str:
    """Every row of every table as text, as a backup would show them."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        rows = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            rows += [row[0] for row in cursor.fetchall()]
    return "\n".join(rows)


def shows(text: str) -> list[str]:
    return [text[max(0, at - 80) : at + 40] for at in range(len(text)) if text.startswith(MARK, at)][:3]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("status", [400, 401, 500])
def test_no_secret_comes_out_whatever_goes_wrong(status: int, mirror: Any, logged: io.StringIO) -> None:
    handler, base_url = mirror
    handler.status = status
    planted = plant(base_url)
    key = make_api_key("wms")

    drive(planted)
    html = pages()
    browser = Client(raise_request_exception=False)
    wrong = browser.get("/api/v1/orders", headers={"authorization": f"Bearer dsp_{marked(9)}"})
    browser.get("/api/v1/orders", headers={"authorization": f"Bearer {key}"})
    browser.post("/admin/login/", {"username": "maria", "password": marked(10)})
    browser.post(f"/webhooks/shopee?sign={marked(11)}", b"{}", content_type="application/json")

    assert ChannelUpdateAttempt.objects.exists()
    assert len(broker()) > 100
    assert "marketplace.call" in logged.getvalue()
    for text in (logged.getvalue(), html, wrong.text, broker(), stored()):
        assert shows(text) == []
        assert key not in text


@pytest.mark.django_db(transaction=True)
def test_an_error_page_tells_nothing_and_its_traceback_no_values(
    mirror: Any, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    _handler, base_url = mirror
    account, _shopee = plant(base_url)

    def broken(account: Account) -> str:
        raise RuntimeError(f"api_key={account.credentials['api_key']}")

    monkeypatch.setattr(accounts, "check", broken)
    office = Office(everything=True)
    office.client.raise_request_exception = False

    answer = office.client.post(reverse("admin:marketplaces_account_act", args=[account.pk, "check"]))

    assert answer.status_code == 500
    assert "RuntimeError" in logged.getvalue()
    assert shows(answer.text) == shows(logged.getvalue()) == []
