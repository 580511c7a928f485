"""The control API, the page, buyers at their pace, and what survives a restart."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from orders.nfe import parse
from orders.nfe_xml import read
from sandbox.client import SandboxClient, SandboxError
from sandbox.selling import MOST_OPEN, Seller
from sandbox.skyhub.switches import SkyHubSwitches
from sandbox.world import World
from tests.sandbox.conftest import Api, api_of
from tests.sandbox_server import sandbox_in_thread

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("verb", ["deliver", "ship", "overdue"])
def test_the_marketplace_refuses_moves_it_would_not_make(skyhub: SandboxClient, verb: str) -> None:
    code = skyhub.create_order(status="APPROVED")["code"]

    with pytest.raises(SandboxError, match=f"{code} is APPROVED"):
        skyhub.act(code, verb)


def test_an_overdue_order_can_still_be_paid(skyhub: SandboxClient) -> None:
    code = skyhub.create_order()["code"]

    assert skyhub.overdue(code)["status"]["code"] == "payment_overdue"
    assert skyhub.pay(code)["status"]["type"] == "APPROVED"
    assert skyhub.cancel(code)["sandbox"]["effects"]["canceled_by_marketplace"] == 1


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"colour": "red"}, "unknown field 'colour'"),
        ({"status": "LIMBO"}, "status must be one of"),
        ({"quirks": ["none"]}, "unknown quirk"),
        ({"items": [{}]}, "items must be"),
        ({"raw": "{"}, "raw must be"),
        ({"items": [{"id": "a", "qty": 0}]}, "items.qty must be"),
        ({"items": [{"id": "a", "special_price": None}]}, "items.special_price must be"),
        ({"discount": "5"}, "discount must be"),
        ({"quirks": "none"}, "quirks must be a list"),
        ({"code": "Submarino-1", "count": 2}, "for one order only"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_by_name(
    skyhub: SandboxClient, spec: dict[str, Any], message: str
) -> None:
    with pytest.raises(SandboxError, match=message):
        skyhub.create_orders(**spec)


@pytest.mark.parametrize(
    ("switch", "message"),
    [
        ({"ack_mode": "none"}, "ack_mode takes one of one, all"),
        ({"lease_seconds": "5"}, "lease_seconds takes a number"),
        ({"integers": 1}, "integers takes true or false"),
        ({"channels": []}, "channels takes a list"),
        ({"limits": {"everything": 1}}, "limits takes an object"),
        ({"nothing": 1}, "unknown switch 'nothing'"),
    ],
)
def test_a_switch_that_makes_no_sense_is_refused_by_name(
    skyhub: SandboxClient, switch: dict[str, object], message: str
) -> None:
    with pytest.raises(SandboxError, match=message):
        skyhub.switch(**switch)


def test_every_switch_is_documented() -> None:
    text = (ROOT / "sandbox/skyhub/README.md").read_text(encoding="utf-8")

    assert [name for name in vars(SkyHubSwitches()) if f"| `{name}`" not in text] == []


def test_a_reset_forgets_everything(skyhub: SandboxClient, api: Api) -> None:
    skyhub.for_store("outra").close()
    skyhub.create_order()
    skyhub.advance(600)
    skyhub.fault("status")
    api.lease()

    skyhub.reset()

    assert (skyhub.orders(), skyhub.queue(), skyhub.faults(), skyhub.ledger()) == ([], [], [], [])
    assert skyhub.switches()["limits_on"] is True
    with (
        SandboxClient(skyhub.base, store="outra") as other,
        pytest.raises(SandboxError, match="no SkyHub store 'outra'"),
    ):
        other.orders()


def test_a_frozen_clock_stands_still_and_goes_on_without_a_jump(skyhub: SandboxClient) -> None:
    skyhub.freeze()
    first = skyhub.now()

    assert skyhub.now() == first
    skyhub.resume()
    assert skyhub.now()[:16] == first[:16]
    with pytest.raises(SandboxError, match="never goes back"):
        skyhub.advance(-1)


def test_the_page_shows_what_the_marketplace_sees(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order()["code"]
    api.lease()

    page = httpx.get(skyhub.base)
    overview = httpx.get(f"{skyhub.base}/overview/skyhub").json()

    assert page.headers["content-type"].startswith("text/html")
    assert 'lang="pt-BR"' in page.text
    assert [order["code"] for order in overview["orders"]] == [code]
    assert overview["calls"][0]["effect"] == "leased"


def test_a_foreign_page_cannot_use_the_control_api(skyhub: SandboxClient) -> None:
    response = httpx.post(f"{skyhub.base}/control/reset", headers={"Origin": "https://elsewhere.example"})

    assert response.status_code == 403
    assert httpx.get(f"{skyhub.base}/control/", headers={"Origin": skyhub.base}).status_code == 200


def test_the_page_loads_nothing_from_elsewhere(skyhub: SandboxClient) -> None:
    files = [httpx.get(f"{skyhub.base}/{name}").text for name in ("", "page.css", "page.js")]

    assert all("://" not in text for text in files)
    assert all(len(text) > 1000 for text in files)


def test_buyers_buy_pay_and_now_and_then_cancel() -> None:
    world = World()
    seller = Seller(world)
    shop = world.faces["skyhub"]

    now = 0.0
    while now < 4000:
        now = seller.run_due(now)

    effects = list(shop.effects("demo").values())
    canceled = sum("canceled_by_marketplace" in effect for effect in effects)
    paid = sum("paid" in effect for effect in effects)
    assert 350 < len(effects) <= MOST_OPEN + canceled
    assert 0.03 < canceled / len(effects) < 0.15
    assert paid / len(effects) > 0.8


def test_the_same_seed_sells_the_same_orders() -> None:
    def sold(seed: int) -> list[str]:
        world = World(seed=seed)
        seller = Seller(world)
        now = 0.0
        while now < 300:
            now = seller.run_due(now)
        return [
            f"{order['code']} {order['buyer']} {order['type']}" for order in world.faces["skyhub"].orders("demo", {})
        ]

    assert sold(1) == sold(1) != sold(2)


def test_a_demo_left_alone_stops_at_its_most_open_orders() -> None:
    world = World()
    seller = Seller(world)

    now = 0.0
    for _ in range(3000):
        now = seller.run_due(now)

    assert world.faces["skyhub"].open_orders("demo") <= MOST_OPEN


def test_orders_queue_leases_and_ledger_survive_a_restart(tmp_path: Path) -> None:
    with sandbox_in_thread(directory=tmp_path) as address, SandboxClient(address) as before:
        before.lift_limits()
        leased, waiting = (order["code"] for order in before.create_orders(2))
        invoiced = before.create_order(status="APPROVED", enqueue=False)["code"]
        before.advance(1000)
        with api_of(before) as api:
            api.lease()
            api.invoice(invoiced)
            api.cancel(waiting)

    with sandbox_in_thread(directory=tmp_path) as address, SandboxClient(address) as after:
        with api_of(after) as api:
            assert [entry["leased"] for entry in after.queue()] == [True, False]
            assert "INVOICED -> INVOICED" in api.invoice(invoiced).text
            assert [call["number"] for call in after.ledger()] == [1, 2, 3, 4]
            assert after.effects(invoiced) == {"sold": 1, "invoiced": 1}
            assert after.switches()["limits_on"] is False
            after.advance(300)
            assert api.lease().json()["code"] == leased
            assert after.order(waiting)["status"]["type"] == "CANCELED"
        new = after.create_order()["code"]
        assert new not in (leased, waiting, invoiced)


def test_the_program_says_where_it_listens_and_saves_on_sigterm(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "sandbox",
        "--port",
        "0",
        "--state",
        str(tmp_path),
        "--switch",
        "skyhub.ack_mode=all",
    ]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        line = process.stdout.readline()
        with SandboxClient(line.split()[-1]) as client:
            client.create_order()
            assert client.switches()["ack_mode"] == "all"
        process.send_signal(signal.SIGTERM)

        assert process.wait(10) == 0
        assert process.stdout.read() == ""
    assert line.startswith("sandbox listening on http://127.0.0.1:")
    assert '"orders": [{' in (tmp_path / "sandbox.json").read_text(encoding="utf-8")


def test_the_program_ends_at_once_even_while_a_call_hangs() -> None:
    command = [sys.executable, "-m", "sandbox", "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout, SandboxClient(process.stdout.readline().split()[-1]) as client:
        client.fault("hang")
        with api_of(client) as api:
            api.http.timeout = httpx.Timeout(0.2)
            with pytest.raises(httpx.ReadTimeout):
                api.lease()
            with api.http.stream("GET", f"{client.base}/control/"):
                process.send_signal(signal.SIGINT)

                assert process.wait(5) == 0


def test_a_broken_snapshot_is_named_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "sandbox.json").write_text("{", encoding="utf-8")

    result = subprocess.run(
        [sys.executable, "-m", "sandbox", "--port", "0", "--state", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )

    assert result.returncode == 1
    assert "delete it to start afresh" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_trial_access_key_is_formally_right(skyhub: SandboxClient) -> None:
    text = httpx.get(f"{skyhub.base}/control/access-key").text

    assert parse(text).issuer == "11222333000181"


def test_a_trial_nfe_file_can_be_invoiced_from(skyhub: SandboxClient) -> None:
    document = read(skyhub.nfe_xml())

    assert (document.key.issuer, document.production) == ("11222333000181", False)
