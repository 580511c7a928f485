"""What a warehouse tells: each view reads a fact, calls one verb and answers with the order's state."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from orders import verbs
from orders.api.base import Door, find_order
from orders.api.fields import Input
from orders.api.inputs import CancellationInput, DeliveryFailureInput, DeliveryInput, InvoiceInput, ShipmentInput
from orders.api.openapi import CHALLENGE, LOCATION, ORDER_ID, problems
from orders.api.representation import order_state
from orders.api.shapes import OrderState
from orders.models import Actor, ApiKey

F = TypeVar("F", bound=Callable[..., Response])
REPEATABLE = "The same fact again answers 200 and changes nothing, so a request without an answer may be repeated."


def _recording(name: str, fact: type[Input], summary: str, *, created: bool = False) -> Callable[[F], F]:
    responses: dict[Any, Any] = {200: OrderState, **problems(400, 404, 409, 413, 415, 422)}
    return extend_schema(
        operation_id=name,
        summary=summary,
        description=REPEATABLE,
        request=fact,
        parameters=[ORDER_ID, CHALLENGE, *([LOCATION] if created else [])],
        responses={201: OrderState, **responses} if created else responses,
    )


class InvoiceView(Door):
    @_recording("put_invoice", InvoiceInput, "The order's NF-e is issued")
    def put(self, request: Request, order_id: str) -> Response:
        order = find_order(order_id)
        verbs.invoice(order, by=_warehouse(request), **InvoiceInput.read(request.data))
        return Response(order_state(order.pk))


class ShipmentListView(Door):
    @_recording("post_shipment", ShipmentInput, "A carrier took units of the order", created=True)
    def post(self, request: Request, order_id: str) -> Response:
        order = find_order(order_id)
        fact = ShipmentInput.read(request.data)
        items = [(item["sku"], item["quantity"]) for item in fact.pop("items", ())]
        verbs.ship(order, by=_warehouse(request), items=items, **fact)
        location = reverse("api-order", kwargs={"order_id": order.pk})
        return Response(order_state(order.pk), status=201, headers={"Location": location})


class DeliveryView(Door):
    @_recording("put_delivery", DeliveryInput, "The buyer has it")
    def put(self, request: Request, order_id: str) -> Response:
        order = find_order(order_id)
        verbs.deliver(order, by=_warehouse(request), **DeliveryInput.read(request.data))
        return Response(order_state(order.pk))


class DeliveryFailureView(Door):
    @_recording("put_delivery_failure", DeliveryFailureInput, "The carrier could not hand it over")
    def put(self, request: Request, order_id: str) -> Response:
        order = find_order(order_id)
        verbs.fail_delivery(order, by=_warehouse(request), **DeliveryFailureInput.read(request.data))
        return Response(order_state(order.pk))


class CancellationView(Door):
    @_recording("put_cancellation", CancellationInput, "What is left will not be fulfilled")
    def put(self, request: Request, order_id: str) -> Response:
        order = find_order(order_id)
        verbs.cancel(order, by=_warehouse(request), **CancellationInput.read(request.data))
        return Response(order_state(order.pk))


def _warehouse(request: Request) -> Actor:
    key = request.auth
    assert isinstance(key, ApiKey)  # or HasScope would not have let it in
    return Actor.warehouse(key.name)
