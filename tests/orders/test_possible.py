"""possible() promises what the verbs then do: a button that is shown works, one that is not shown would be refused."""

from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from orders import verbs
from orders.errors import OrderError
from orders.models import Order
from orders.snapshot import Fulfillment
from orders.status import Status
from tests.factories import WAREHOUSE, make_access_key, make_order

pytestmark = pytest.mark.django_db

VERBS = {
    "invoice": lambda order: verbs.invoice(order, by=WAREHOUSE, access_key=make_access_key(5)),
    "ship": lambda order: verbs.ship(order, by=WAREHOUSE, tracking_code="T1"),
    "deliver": lambda order: verbs.deliver(order, by=WAREHOUSE),
    "fail_delivery": lambda order: verbs.fail_delivery(order, by=WAREHOUSE, reason="closed"),
    "cancel": lambda order: verbs.cancel(order, by=WAREHOUSE, reason="broken"),
    "answer_cancel_request": lambda order: verbs.answer_cancel_request(order, by=WAREHOUSE, accept=True),
    "start_return": lambda order: verbs.start_return(order, by=WAREHOUSE, reason="refused"),
    "receive_return": lambda order: verbs.receive_return(order, by=WAREHOUSE),
}


def works(verb: str, order: Order) -> bool:
    try:
        with transaction.atomic():
            VERBS[verb](order)
            transaction.set_rollback(True)
    except OrderError:
        return False
    return True


@pytest.mark.parametrize("fulfillment", list(Fulfillment))
@pytest.mark.parametrize("status", list(Status))
def test_what_is_possible_works_and_nothing_else(status: Status, fulfillment: Fulfillment) -> None:
    facts: dict[str, Any] = {"status": status, "fulfillment": fulfillment, "cancel_requested_at": timezone.now()}
    order = make_order(**facts)

    assert {verb for verb in VERBS if works(verb, order)} == verbs.possible(order)
