"""The integration queue: leases, acknowledgement by code, current state (protocol §2)."""

import pytest

from sandbox.client import SandboxClient
from tests.sandbox.conftest import Api


def test_an_empty_queue_answers_204_without_a_body(skyhub: SandboxClient, api: Api) -> None:
    response = api.lease()

    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize(("kind", "body"), [("200-empty", b""), ("200-null", b"null"), ("200-object", b"{}")])
def test_an_empty_queue_can_answer_200(skyhub: SandboxClient, api: Api, kind: str, body: bytes) -> None:
    skyhub.switch(empty_queue=kind)

    response = api.lease()

    assert (response.status_code, response.content) == (200, body)


def test_the_queue_answers_one_bare_order(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order()["code"]

    response = api.lease()

    assert response.status_code == 200
    assert response.json()["code"] == code
    assert "sandbox" not in response.json()


def test_a_leased_order_is_hidden_and_the_next_get_answers_the_next_order(skyhub: SandboxClient, api: Api) -> None:
    first, second = (order["code"] for order in skyhub.create_orders(2))

    assert [api.lease().json()["code"], api.lease().json()["code"]] == [first, second]
    assert api.lease().status_code == 204


def test_an_unacknowledged_order_comes_back_at_the_head_after_five_minutes(skyhub: SandboxClient, api: Api) -> None:
    skyhub.freeze()
    poison, waiting = (order["code"] for order in skyhub.create_orders(2))
    api.lease()

    skyhub.advance(299)
    assert [entry["leased"] for entry in skyhub.queue()] == [True, False]
    skyhub.advance(1)

    assert [api.lease().json()["code"], api.lease().json()["code"]] == [poison, waiting]
    assert skyhub.effects(poison)["leased"] == 2


def test_leases_that_expire_together_come_back_in_the_order_they_were_given(skyhub: SandboxClient, api: Api) -> None:
    codes = [order["code"] for order in skyhub.create_orders(3)]
    for _ in codes:
        api.lease()
    late = skyhub.create_order()["code"]

    skyhub.advance(300)

    assert [api.lease().json()["code"] for _ in range(4)] == [*codes, late]


def test_an_acknowledged_order_never_comes_back(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order()["code"]
    api.lease()

    assert api.acknowledge(code).status_code == 204
    skyhub.advance(600)

    assert api.lease().status_code == 204
    assert skyhub.order(code)["sync_status"] == "SYNCED"


def test_acknowledging_again_is_404(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order()["code"]
    api.lease()
    api.acknowledge(code)

    assert api.acknowledge(code).status_code == 404
    assert api.acknowledge("Submarino-1").status_code == 404
    assert skyhub.effects(code)["acknowledged"] == 1


def test_a_code_with_a_space_is_percent_encoded_and_plus_does_not_do(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order(channel="Lojas Americanas")["code"]
    api.lease()

    assert " " in code
    assert api.http.delete("/queues/orders/" + code.replace(" ", "+")).status_code == 404
    assert api.acknowledge(code).status_code == 204


def test_two_updates_before_the_first_get_deliver_the_current_state_twice(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order()["code"]
    skyhub.pay(code)

    first, second = api.lease(), api.lease()

    assert first.json()["status"]["type"] == "APPROVED"
    assert first.content == second.content


def test_one_delete_acknowledges_one_entry_by_default(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order()["code"]
    skyhub.pay(code)
    api.lease()

    assert api.acknowledge(code).status_code == 204
    assert [entry["code"] for entry in skyhub.queue()] == [code]
    assert api.acknowledge(code).status_code == 204
    assert skyhub.queue() == []


def test_one_delete_can_acknowledge_all_entries_of_the_code(skyhub: SandboxClient, api: Api) -> None:
    skyhub.switch(ack_mode="all", ack_status=200)
    code = skyhub.create_order()["code"]
    skyhub.pay(code)
    api.lease()

    assert api.acknowledge(code).status_code == 200
    assert skyhub.queue() == []


def test_an_update_between_get_and_delete_may_be_acknowledged_unseen(skyhub: SandboxClient, api: Api) -> None:
    skyhub.switch(ack_mode="all")
    code = skyhub.create_order()["code"]
    seen = api.lease().json()["status"]["type"]
    skyhub.pay(code)

    api.acknowledge(code)

    assert (seen, skyhub.order(code)["status"]["type"], api.lease().status_code) == ("NEW", "APPROVED", 204)


def test_updates_can_be_folded_into_one_waiting_entry(skyhub: SandboxClient, api: Api) -> None:
    skyhub.switch(one_entry_per_update=False)
    code = skyhub.create_order()["code"]
    skyhub.pay(code)

    assert len(skyhub.queue()) == 1


def test_a_first_seen_order_may_already_be_canceled(skyhub: SandboxClient, api: Api) -> None:
    skyhub.create_order(status="CANCELED")

    assert api.lease().json()["status"] == {
        "code": "order_canceled",
        "label": "Cancelado (SkyHub)",
        "type": "CANCELED",
    }


def test_a_malformed_payload_is_delivered_as_it_is_and_can_be_acknowledged(skyhub: SandboxClient, api: Api) -> None:
    skyhub.create_order(code="Submarino-666", raw='{"code": "Submarino-666", "items": [')

    response = api.lease()

    assert response.text == '{"code": "Submarino-666", "items": ['
    assert api.acknowledge("Submarino-666").status_code == 204


def test_seller_writes_echo_into_the_queue_only_where_switched_on(skyhub: SandboxClient, api: Api) -> None:
    quiet, echoed = (order["code"] for order in skyhub.create_orders(2, status="APPROVED", enqueue=False))
    api.invoice(quiet)
    skyhub.switch(echo_writes=True)
    api.invoice(echoed)

    assert [entry["code"] for entry in skyhub.queue()] == [echoed]
    assert api.lease().json()["status"]["type"] == "INVOICED"
