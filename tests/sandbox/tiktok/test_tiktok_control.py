"""TikTok Shop's webhooks, its place in the control API and on the page, buyers, and what survives a restart."""

import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sandbox.client import SandboxClient, SandboxError
from sandbox.selling import Seller
from sandbox.tiktok.switches import TikTokSwitches
from sandbox.world import World
from tests.sandbox.shopee_api import Callback, listening
from tests.sandbox.tiktok.api import TikTokApi
from tests.sandbox_server import sandbox_in_thread

README = Path(__file__).parents[3] / "sandbox/tiktok/README.md"


@pytest.fixture
def hook() -> Iterator[Callback]:
    with listening() as found:
        found.status = 200
        yield found


def types(hook: Callback) -> list[int]:
    return [message["type"] for _, body in hook.calls if (message := httpx.Response(200, content=body).json())]


def test_a_change_is_told_signed_and_in_the_webhooks_own_words(
    tiktok: SandboxClient, api: TikTokApi, hook: Callback
) -> None:
    tiktok.command("subscribe", address=hook.url)
    code = tiktok.create_order()["code"]
    tiktok.overdue(code)
    hook.wait(lambda: len(hook.calls) == 2)

    headers, body = hook.calls[1]
    told = httpx.Response(200, content=body).json()

    assert (
        headers["Authorization"] == hmac.new(api.secret.encode(), api.key.encode() + body, hashlib.sha256).hexdigest()
    )
    assert (told["type"], told["data"]["order_status"]) == (1, "CANCEL")
    assert api.detail(code)["status"] == "CANCELLED"


def test_what_was_not_taken_comes_again_with_its_number(tiktok: SandboxClient, hook: Callback) -> None:
    hook.status = 500
    tiktok.command("subscribe", address=hook.url)
    tiktok.create_order()
    for attempt, wait in enumerate((0, 121, 1801, 10_801, 43_201), start=1):
        tiktok.advance(wait)
        hook.wait(lambda attempt=attempt: len(hook.calls) == attempt)

    hook.wait(lambda: tiktok.queue() == [])
    numbers = {httpx.Response(200, content=body).json()["tts_notification_id"] for _, body in hook.calls}
    assert len(numbers) == 1


def test_a_body_in_the_answer_is_no_acknowledgment(tiktok: SandboxClient, hook: Callback) -> None:
    hook.answer = b"ok"
    tiktok.command("subscribe", address=hook.url)
    tiktok.create_order()

    hook.wait(lambda: [row["problem"] for row in tiktok.queue()] == ["the answer has a body"])
    assert len(hook.calls) >= 1


def test_addresses_are_registered_by_the_api_for_each_kind(
    tiktok: SandboxClient, api: TikTokApi, hook: Callback
) -> None:
    path = "/event/202309/webhooks"
    answer = api.call("PUT", path, {"event_type": "INVOICE_STATUS_CHANGE", "address": hook.url})
    code = tiktok.create_order(status="AWAITING_SHIPMENT")["code"]
    api.upload(code, tiktok.nfe_xml())
    tiktok.act(code, "judge_invoice")

    hook.wait(lambda: types(hook) == [36, 36])
    assert answer["code"] == 0
    assert [row["event_type"] for row in api.call("GET", path)["data"]["webhooks"]] == ["INVOICE_STATUS_CHANGE"]
    assert api.call("DELETE", path, {"event_type": "INVOICE_STATUS_CHANGE"})["code"] == 0
    assert api.call("GET", path)["data"]["webhooks"] == []


def test_a_cancellation_that_was_withdrawn_is_spelt_otherwise_by_the_webhook(
    tiktok: SandboxClient, api: TikTokApi, hook: Callback
) -> None:
    tiktok.command("subscribe", address=hook.url)
    code = tiktok.create_order(status="AWAITING_SHIPMENT")["code"]
    tiktok.cancel(code)
    tiktok.act(code, "withdraw")
    hook.wait(lambda: types(hook).count(11) == 2)

    words = [httpx.Response(200, content=body).json()["data"].get("cancel_status") for _, body in hook.calls]

    assert "CANCELLATION_REQUEST_CANCELLED" in words
    assert api.cancellations(code)[0]["cancel_status"] == "CANCELLATION_REQUEST_CANCEL"


def test_every_switch_is_documented_with_its_default() -> None:
    text = README.read_text(encoding="utf-8")

    assert [name for name in vars(TikTokSwitches()) if f"| `{name}` | " not in text] == []


def test_a_switch_or_command_that_makes_no_sense_is_refused_by_name(tiktok: SandboxClient) -> None:
    with pytest.raises(SandboxError, match="masking takes one of platform, all, none"):
        tiktok.switch(masking="some")
    with pytest.raises(SandboxError, match="known: authorize, connect"):
        tiktok.command("explode")
    with pytest.raises(SandboxError, match="unknown field 'color'"):
        tiktok.create_order(color="red")


def test_a_token_opens_its_own_shop_only(tiktok: SandboxClient, api: TikTokApi) -> None:
    with tiktok.for_store("outra") as other:
        code = other.create_order()["code"]
        api.cipher = other.credentials["shop_cipher"]

        assert api.search()["code"] == 101000
        assert code


def test_the_page_shows_tiktok_shop(tiktok: SandboxClient) -> None:
    code = tiktok.create_order(status="AWAITING_SHIPMENT")["code"]

    overview = httpx.get(f"{tiktok.base}/overview/tiktok").json()
    script = httpx.get(f"{tiktok.base}/faces.js").text

    assert "tiktok" in overview["faces"]
    assert [(row["code"], row["invoice_pending"]) for row in overview["orders"]] == [(code, True)]
    assert "Aguardando coleta" in script


def test_buyers_buy_there_alone_when_asked_to() -> None:
    world = World()
    seller = Seller(world, only=["tiktok"])

    now = 0.0
    while now < 1500:
        now = seller.run_due(now)

    effects = list(world.faces["tiktok"].effects("demo").values())
    assert len(effects) > 120
    assert sum("paid" in one for one in effects) / len(effects) > 0.75
    assert world.faces["skyhub"].effects("demo") == {}


def test_orders_tokens_webhooks_and_deadlines_survive_a_restart(tmp_path: Path, hook: Callback) -> None:
    hook.status = 500
    with sandbox_in_thread(directory=tmp_path) as address, SandboxClient(address, face="tiktok") as before:
        api = TikTokApi(before)
        held = before.create_order(status="ON_HOLD")["code"]
        noted = before.create_order(status="AWAITING_SHIPMENT")["code"]
        api.upload(noted, before.nfe_xml())
        before.command("subscribe", address=hook.url)
        before.act(noted, "announce")
        hook.wait(lambda: [row["state"] for row in before.queue()] == ["retrying"])

    hook.status = 200
    with sandbox_in_thread(directory=tmp_path) as address, SandboxClient(address, face="tiktok") as after:
        api.base = after.url
        after.advance(3601)
        hook.wait(lambda: after.queue() == [])
        assert api.detail(held)["status"] == "AWAITING_SHIPMENT"
        assert api.detail(noted)["need_upload_invoice"] == "INVOICE_UPLOADED"
        assert after.create_order()["code"] not in (held, noted)
    api.http.close()
