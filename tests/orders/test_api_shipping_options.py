"""The warehouse asks how a parcel may be handed over, and arranges what it chose."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from orders import arranging
from orders.arranging import CannotAsk, DoesNotAnswer, Way
from orders.models import ApiKey, Order, OrderEvent
from orders.models.api_key import Scope
from orders.status import Status
from tests.factories import make_api_key, make_channel, make_order
from tests.orders.warehouse import Warehouse

pytestmark = pytest.mark.django_db
SLOT = Way(choice={"way": "pickup", "slot": "9"}, group="Coleta · Rua Um", label="seg 23/11", usual=True)
OWN = Way(choice={"way": "own"}, group="Própria", label="", asks={"code": "Código"})
Answering = Callable[[Sequence[Way] | Exception], None]


@pytest.fixture
def answering() -> Iterator[Answering]:
    """Decides what the channel says."""

    def answer_with(answer: Sequence[Way] | Exception) -> None:
        @arranging.answers
        def ask(order: Order) -> Sequence[Way]:
            if isinstance(answer, Exception):
                raise answer
            return answer

    before = list(arranging._answering)
    yield answer_with
    arranging._answering[:] = before


def order_to_arrange(**fields: object) -> Order:
    return make_order(status=Status.INVOICED, needs_arranging=True, **fields)


def test_the_warehouse_arranges_one_of_the_options_that_it_was_shown(answering: Answering) -> None:
    order, wms = order_to_arrange(), Warehouse()
    answering([SLOT, OWN])

    options = wms.get(f"/orders/{order.pk}/shipping-options").json()["options"]
    chosen = options[1]["choice"] | dict.fromkeys(options[1]["asks"], "X1")
    arranged = wms.put(f"/orders/{order.pk}/arrange-shipping", {"choice": chosen})

    assert options[0] == {
        "choice": {"way": "pickup", "slot": "9"},
        "group": "Coleta · Rua Um",
        "words": "seg 23/11",
        "asks": {},
        "usual": True,
    }
    assert arranged.json()["status"] == "SHIPPING_ARRANGED"
    event = OrderEvent.objects.get(order=order, kind=OrderEvent.Kind.SHIPPING_ARRANGED)
    assert event.data["choice"] == {"way": "own", "code": "X1"}


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [(CannotAsk("A conta está pausada."), 409, "not-allowed"), (DoesNotAnswer("Fora."), 503, "channel-unavailable")],
)
def test_a_channel_that_cannot_be_asked_is_told_from_one_that_does_not_answer(
    answering: Answering, error: Exception, status: int, slug: str
) -> None:
    answering(error)

    answer = Warehouse().get(f"/orders/{order_to_arrange().pk}/shipping-options")

    assert answer.status_code == status
    assert answer.json()["type"] == f"/api/problems/{slug}"
    assert answer.json()["detail"] == str(error)
    assert answer.headers.get("Retry-After") == ("10" if status == 503 else None)


@pytest.mark.parametrize("fields", [{"status": Status.DELIVERED, "needs_arranging": True}, {"status": Status.INVOICED}])
def test_the_channel_is_not_asked_where_nothing_is_to_be_arranged(
    answering: Answering, fields: dict[str, object]
) -> None:
    order = make_order(**fields)
    answering(AssertionError("it was asked"))

    answer = Warehouse().get(f"/orders/{order.pk}/shipping-options")

    assert answer.status_code == 409
    assert answer.json()["order"]["id"] == order.pk


def test_only_a_key_that_reads_orders_of_the_channel_may_ask(answering: Answering) -> None:
    order = order_to_arrange()
    answering([SLOT])
    other = make_channel(code="other")

    bound = make_api_key("bound")
    ApiKey.objects.get(name="bound").channels.add(other)
    path = f"/orders/{order.pk}/shipping-options"

    assert Warehouse(make_api_key("stock", scopes=[Scope.STOCK_WRITE])).get(path).status_code == 403
    assert Warehouse(bound).get(path).status_code == 404
