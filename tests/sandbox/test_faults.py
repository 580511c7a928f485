"""Injected bad luck, and what the marketplace remembers of it."""

import time
from typing import Any

import httpx
import pytest

from sandbox.client import SandboxClient, SandboxError
from tests.sandbox.conftest import KEY, Api

PAID = {"status": "APPROVED", "enqueue": False}


@pytest.mark.parametrize("status", [429, 401, 500, 502, 503, 504])
def test_a_status_is_answered_and_nothing_is_applied(skyhub: SandboxClient, api: Api, status: int) -> None:
    code = skyhub.create_order(**PAID)["code"]
    skyhub.fault("status", status=status, method="POST", path="/invoice$", count=1)

    assert api.invoice(code).status_code == status
    assert "invoiced" not in skyhub.effects(code)
    assert api.invoice(code).status_code == 201
    assert [(call["status"], call["fault"]) for call in skyhub.ledger()] == [(status, "status"), (201, None)]


def test_an_applied_call_that_never_answers_shows_up_as_a_repeat(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order(**PAID)["code"]
    skyhub.fault("apply-then-timeout", path="/invoice$", count=1)
    api.http.timeout = httpx.Timeout(0.2)

    with pytest.raises(httpx.ReadTimeout):
        api.invoice(code)

    assert "INVOICED -> INVOICED" in api.invoice(code).text
    assert skyhub.effects(code)["invoiced"] == 1
    assert [(call["status"], call["effect"]) for call in skyhub.ledger()] == [(None, "invoiced"), (422, "none")]


def test_an_applied_call_may_answer_500(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order(**PAID)["code"]
    skyhub.fault("apply-then-500", path="/invoice$", count=1)

    assert api.invoice(code).status_code == 500
    assert skyhub.order(code)["status"]["type"] == "INVOICED"


def test_a_dropped_connection_applies_nothing(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order(**PAID)["code"]
    skyhub.fault("drop", path="/invoice$", count=1)

    with pytest.raises(httpx.RemoteProtocolError):
        api.invoice(code)

    assert skyhub.order(code)["status"]["type"] == "APPROVED"
    assert skyhub.ledger()[-1]["status"] is None


def test_a_hanging_call_applies_nothing_and_ends_when_the_sandbox_is_told(skyhub: SandboxClient, api: Api) -> None:
    skyhub.create_order()
    skyhub.fault("hang", seconds=0.1, path="/queues", count=1)

    with pytest.raises(httpx.RemoteProtocolError):
        api.lease()

    assert api.lease().status_code == 200


def test_a_slow_call_is_applied_late(skyhub: SandboxClient, api: Api) -> None:
    skyhub.create_order()
    skyhub.fault("slow", seconds=0.2, count=1)
    started = time.monotonic()

    assert api.lease().status_code == 200
    assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize(
    ("action", "error"), [("garbage", ValueError), ("malformed", ValueError), ("truncated", httpx.RemoteProtocolError)]
)
def test_a_spoiled_body_still_leased_the_order(
    skyhub: SandboxClient, api: Api, action: str, error: type[Exception]
) -> None:
    code = skyhub.create_order()["code"]
    skyhub.fault(action, path="/queues", count=1)

    with pytest.raises(error):
        api.lease().json()

    assert skyhub.effects(code)["leased"] == 1
    assert skyhub.queue()[0]["leased"]


def test_a_duplicate_delivery_answers_the_same_order_again(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order()["code"]
    skyhub.fault("duplicate", path="/queues", count=1)

    assert [api.lease().json()["code"], api.lease().json()["code"]] == [code, code]
    assert api.lease().status_code == 204


def test_dice_are_thrown_the_same_way_for_the_same_seed(skyhub: SandboxClient, api: Api) -> None:
    def answers() -> list[int]:
        skyhub.fault("status", status=503, probability=0.5)
        found = [api.lease().status_code for _ in range(30)]
        skyhub.clear_faults()
        return found

    first = answers()
    assert 3 < first.count(503) < 27
    assert answers() == first


def test_rules_pick_their_calls_by_store_method_path_and_code(skyhub: SandboxClient, api: Api) -> None:
    hit, spared = (order["code"] for order in skyhub.create_orders(2, **PAID))
    skyhub.fault("status", code=hit, method="POST")
    skyhub.fault("status", store="another")

    assert (api.read(hit).status_code, api.invoice(spared).status_code) == (200, 201)
    assert api.invoice(hit).status_code == 500


def test_rules_are_listed_counted_and_removed(skyhub: SandboxClient, api: Api) -> None:
    number = skyhub.fault("status", count=5)
    api.lease()

    assert [(rule["id"], rule["hits"]) for rule in skyhub.faults()] == [(number, 1)]
    skyhub.remove_fault(number)
    assert skyhub.faults() == []
    with pytest.raises(SandboxError, match="no fault rule"):
        skyhub.remove_fault(number)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"action": "explode"}, "action must be one of"),
        ({"action": "slow", "seconds": -1}, "seconds must be a number"),
        ({"action": "status", "path": "("}, "path must be a regular expression"),
        ({"action": "status", "probability": 2}, "probability must be"),
        ({"action": "status", "when": "now"}, "unknown field 'when'"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_by_name(
    skyhub: SandboxClient, rule: dict[str, Any], message: str
) -> None:
    with pytest.raises(SandboxError, match=message):
        skyhub.fault(**rule)


def test_the_ledger_keeps_bodies_and_hides_keys(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order(**PAID)["code"]
    api.invoice(code)

    call = skyhub.ledger(code=code, method="post", effect="invoiced")[-1]

    assert KEY in call["body"]
    assert (call["store"], call["path"], call["code"]) == ("demo", f"/orders/{code}/invoice", code)
    assert skyhub.credentials["api_key"] not in str(call)


def test_the_ledger_is_read_from_where_one_left_off(skyhub: SandboxClient, api: Api) -> None:
    api.lease()
    last = skyhub.ledger()[-1]["number"]
    api.acknowledge("none")
    api.get("/statuses")

    assert [call["method"] for call in skyhub.ledger(after=last)] == ["DELETE", "GET"]
    assert [call["path"] for call in skyhub.ledger(path="^/stat")] == ["/statuses"]
    assert len(skyhub.ledger(limit=2)) == 2
    with pytest.raises(SandboxError, match="unknown ledger filter 'color'"):
        skyhub.ledger(color="red")


def test_the_summary_counts_calls_and_effects_per_order(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order()["code"]
    api.lease()
    api.acknowledge(code)
    api.lease()

    assert skyhub.summary() == {
        "calls": {"GET 200": 1, "DELETE 204": 1, "GET 204": 1},
        "effects": {"leased": 1, "acknowledged": 1, "none": 1},
        "orders": {code: {"leased": 1, "acknowledged": 1}},
    }


def test_a_call_with_wrong_credentials_is_in_the_ledger_without_a_store(skyhub: SandboxClient, api: Api) -> None:
    api.get("/queues/orders", headers={"X-Api-Key": "wrong"})

    assert [call["store"] for call in skyhub.ledger(store=None, status=401)] == [None]
