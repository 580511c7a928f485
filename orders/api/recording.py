"""What a warehouse tells of orders: each view reads a fact, calls one verb and answers with the order's state."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from orders import verbs
from orders.api import inputs
from orders.api.authentication import api_key
from orders.api.base import Door, find_order
from orders.api.once import once
from orders.api.openapi import CHALLENGE, ETAG, IDEMPOTENCY_KEY, IF_MATCH, LOCATION, ORDER_ID, REPLAYED, problems
from orders.api.parsing import StrictJSONParser, XMLParser
from orders.api.representation import order_state
from orders.api.shapes import OrderState
from orders.api.versions import etag
from orders.errors import Contradiction
from orders.models import Actor, ChannelUpdate, Order, OrderEvent
from orders.status import Status
from orders.verbs.canceling import cancel_in_all
from orders.verbs.replacing import may_replace

F = TypeVar("F", bound=Callable[..., Response])
REPEATABLE = "The same fact again answers 200 and changes nothing, so a request without an answer may be repeated."


def _recording(name: str, fact: Any, summary: str, *, created: bool = False, more: str = "") -> Callable[[F], F]:
    responses: dict[Any, Any] = {200: OrderState, **problems(400, 404, 409, 412, 413, 415, 422)}
    headers = [IF_MATCH, IDEMPOTENCY_KEY, REPLAYED, ETAG, CHALLENGE, *([LOCATION] if created else [])]
    document = extend_schema(
        operation_id=name,
        summary=summary,
        description=f"{more} {REPEATABLE}".strip(),
        request=fact,
        parameters=[ORDER_ID, *headers],
        responses={201: OrderState, **responses} if created else responses,
    )
    return lambda view: document(once(view))


class InvoiceView(Door):
    parser_classes = [StrictJSONParser, XMLParser]

    @_recording(
        "put_invoice",
        {"application/json": inputs.InvoiceInput, "application/xml": {"type": "string", "format": "binary"}},
        "The order's NF-e is issued",
        more="Send the access key as JSON, or the NF-e's XML file (nfeProc) as it is. Another NF-e is taken only where "
        "the channel refused the one recorded.",
    )
    def put(self, request: Request, order_id: str) -> Response:
        order = find_order(request, order_id)
        xml = isinstance(request.data, bytes)
        fact = {"xml": request.data} if xml else inputs.InvoiceInput.read(request.data)
        try:
            verbs.invoice(order, by=warehouse(request), **fact)
        except Contradiction:
            # Another NF-e than the one recorded: right where the channel refused that one.
            if not may_replace(order):
                raise
            verbs.replace_invoice(order, by=warehouse(request), **fact)
        return _answer(order)


class ShipmentListView(Door):
    @_recording("post_shipment", inputs.ShipmentInput, "A carrier took units of the order", created=True)
    def post(self, request: Request, order_id: str) -> Response:
        order = find_order(request, order_id)
        fact = inputs.ShipmentInput.read(request.data)
        verbs.ship(order, by=warehouse(request), items=_units(fact), **fact)
        return _answer(order, status=201, Location=reverse("api-order", kwargs={"order_id": order.pk}))


class DeliveryView(Door):
    @_recording("put_delivery", inputs.DeliveryInput, "The buyer has it")
    def put(self, request: Request, order_id: str) -> Response:
        order = find_order(request, order_id)
        verbs.deliver(order, by=warehouse(request), **inputs.DeliveryInput.read(request.data))
        return _answer(order)


class DeliveryFailureView(Door):
    @_recording("put_delivery_failure", inputs.DeliveryFailureInput, "The carrier could not hand it over")
    def put(self, request: Request, order_id: str) -> Response:
        order = find_order(request, order_id)
        verbs.fail_delivery(order, by=warehouse(request), **inputs.DeliveryFailureInput.read(request.data))
        return _answer(order)


class CancellationView(Door):
    @_recording("put_cancellation", inputs.CancellationInput, "What is left, or a part of it, will not be fulfilled")
    def put(self, request: Request, order_id: str) -> Response:
        order = find_order(request, order_id)
        fact = inputs.CancellationInput.read(request.data)
        if totals := _units(fact):
            cancel_in_all(order, by=warehouse(request), totals=totals, **fact)
        else:
            verbs.cancel(order, by=warehouse(request), **fact)
        return _answer(order)


class CancellationAnswerView(Door):
    @_recording("put_cancellation_answer", inputs.CancellationAnswerInput, "The buyer asked to cancel: yes or no")
    def put(self, request: Request, order_id: str) -> Response:
        order = find_order(request, order_id)
        fact = inputs.CancellationAnswerInput.read(request.data)
        verbs.answer_cancel_request(order, by=warehouse(request), **fact)
        return _answer(order)


class ArrangementView(Door):
    @_recording(
        "put_arrange_shipping",
        inputs.ArrangementInput,
        "Arrange the hand-over with the channel's carrier",
        more="For channels whose label comes from their carrier. Another choice replaces one that the channel was not "
        "told yet.",
    )
    def put(self, request: Request, order_id: str) -> Response:
        order = find_order(request, order_id)
        choice = inputs.ArrangementInput.read(request.data).get("choice", {})
        if not _is_arranged(order, choice):
            verbs.arrange_shipping(order, by=warehouse(request), choice=choice)
        return _answer(order)


def warehouse(request: Request) -> Actor:
    """Who tells it."""
    return Actor.warehouse(api_key(request).name)


def _is_arranged(order: Order, choice: dict[str, str]) -> bool:
    """In this very way, and neither the channel nor its carrier has refused it."""
    refused = order.updates.filter(kind=ChannelUpdate.Kind.SHIPPING_ARRANGED, state=ChannelUpdate.State.FAILED)
    if order.status != Status.SHIPPING_ARRANGED or order.pickup_failed or refused.exists():
        return False
    arranged = OrderEvent.objects.filter(order=order, kind=OrderEvent.Kind.SHIPPING_ARRANGED).order_by("pk").last()
    return arranged is not None and arranged.data.get("choice", {}) == choice


def _units(fact: dict[str, Any]) -> list[tuple[str, int]]:
    return [(item["sku"], item["quantity"]) for item in fact.pop("items", ())]


def _answer(order: Order, *, status: int = 200, **headers: str) -> Response:
    state = order_state(order.pk)
    return Response(state, status=status, headers={**etag(state), **headers})
