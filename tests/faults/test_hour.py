"""Shopee's hour survives everything and ends once. HOUR=1 waits for all of it, with trouble every minute."""

import json
import os
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import cycle

import pytest

from sandbox.client import SandboxClient
from tests.hub import START_SECONDS, Hub, until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(2 * 3600)]

HOUR = 3600
REAL = bool(os.environ.get("HOUR"))
#: Seconds of the last order's hour that are still to come; in the short form it was paid 59 minutes ago and more.
LEFT = HOUR if REAL else 20
#: The hours end one after the other, so many seconds apart.
ORDERS, APART = (40, 10.0) if REAL else (5, 0.5)
#: Seconds from one trouble to the next. The long form makes trouble until most hours have ended, the short one until
#: just before: who is killed in the middle of a call leaves a lease of 90 s behind.
PAUSE, QUIET = (45.0, 100.0) if REAL else (0.0, ORDERS * APART + 2)
#: Seconds: a killed call's lease, a killed worker's turn, a sweep; and the time to start again.
LATEST = 150

CONNECT = """
import json
from datetime import timedelta
from django.utils import timezone
from marketplaces import tokens
from marketplaces.crossing import Grant
from marketplaces.models import Account
from orders.models import Channel
known = json.loads({known!r})
channel = Channel.objects.create(code="shopee", name="Shopee", marketplace="shopee")
account = Account.objects.create(
    channel=channel, connector="shopee", production=False, base_url=known["url"], shop_id=known["shop_id"],
    credentials={{"partner_id": known["partner_id"], "partner_key": known["partner_key"],
                  "push_key": known["push_partner_key"]}})
tokens.store(account, Grant(access_token=known["access_token"], refresh_token=known["refresh_token"],
                            expires_at=timezone.now() + timedelta(hours=4)))
"""
ARRANGE = """
import json
from orders.models import Actor, Order
from orders.verbs import arrange_shipping
for order in Order.objects.filter(code__in=json.loads({codes!r})):
    arrange_shipping(order, by=Actor.warehouse("wms"))
"""


def test_an_hour_survives_flushes_restarts_and_deploys_and_shipping_is_arranged_once_after_it(hub: Hub) -> None:
    with SandboxClient(hub.sandbox.base, face="shopee") as shop:
        hub.run(CONNECT.format(known=json.dumps({**shop.credentials, "url": shop.url})))
        last_at = time.monotonic() + LEFT
        codes = [buy(shop, paid_ago=HOUR - LEFT + number * APART) for number in range(ORDERS)]
        canceled = buy(shop, paid_ago=0)
        until(lambda: {*codes, canceled} <= hub.codes())
        hub.run(ARRANGE.format(codes=json.dumps([*codes, canceled])))
        troubles = make_trouble(hub, until=last_at - QUIET)
        shop.cancel(canceled)
        until(lambda: hub.open_updates() == 0, within=max(0, last_at - time.monotonic()) + LATEST)
        late = seconds_after_the_hour(shop, codes)
        print(f"\n  {ORDERS} orders, {troubles} troubles: arranged {min(late):.1f} to {max(late):.1f} s after the hour")

        assert {code: shop.effects(code).get("arranged") for code in codes} == dict.fromkeys(codes, 1)
        assert min(late) >= 0
        assert max(late) < LATEST
        assert "arranged" not in shop.effects(canceled)


def buy(shop: SandboxClient, *, paid_ago: float) -> str:
    """An order whose invoice Shopee has already."""
    spec = {"status": "READY_TO_SHIP", "invoiced": True, "paid_ago": paid_ago, "age": paid_ago + 60}
    return str(shop.create_order(**spec)["order_sn"])


def make_trouble(hub: Hub, *, until: float) -> int:
    """Whatever may happen to a broker and to processes, in turn; how often. Ends by a flush."""
    for count, trouble in enumerate(cycle(troubles_of(hub))):
        hub.broker.flushall()
        if time.monotonic() > until:
            return count
        trouble()
        time.sleep(max(0.0, min(PAUSE, until - time.monotonic())))
    raise AssertionError("a cycle never ends")


def troubles_of(hub: Hub) -> Sequence[Callable[[], None]]:
    def restart_broker() -> None:
        hub.valkey.restart()
        hub.valkey.wait_ready(START_SECONDS)

    def kill_beat() -> None:
        hub.beats[0].restart()
        hub.beats[0].wait_ready(START_SECONDS)

    return [hub.kill_worker, hub.deploy, kill_beat, restart_broker, hub.wire.deafen]


def seconds_after_the_hour(shop: SandboxClient, codes: Sequence[str]) -> list[float]:
    """By the marketplace's ledger and its own clock: negative would be too early."""
    entries = [entry for entry in shop.ledger(effect="arranged") if entry["code"] in codes]
    assert not [entry for entry in entries if "arranged_within_the_hour" in entry["effect"]]
    return [
        datetime.fromisoformat(entry["sandbox_at"]).timestamp() - shop.order(entry["code"])["pay_time"] - HOUR
        for entry in entries
    ]
