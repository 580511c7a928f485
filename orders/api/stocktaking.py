"""The warehouse's stock: what it holds, as it counted or corrected it."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from orders import stock
from orders.api import stock_shapes
from orders.api.base import Door
from orders.api.fields import Input, Text
from orders.api.once import needs_key, once
from orders.api.openapi import CHALLENGE, IDEMPOTENCY_KEY, IDEMPOTENCY_KEY_NEEDED, REPLAYED, SKU, problems
from orders.api.positions import sku_cursor
from orders.api.queries import Query, StockQuery
from orders.api.recording import warehouse
from orders.api.stock_inputs import AdjustmentInput, StockInput, StockListInput
from orders.errors import InvalidFact
from orders.models import StockItem
from orders.models.api_key import Scope

F = TypeVar("F", bound=Callable[..., Response])
COLUMNS = ("sku", "on_hand", "reserved", "available", "counted_at", "changed_at")


def _telling(
    name: str, fact: type[Input], summary: str, description: str, answer: Any, *place: Any
) -> Callable[[F], F]:
    document = extend_schema(
        operation_id=name,
        summary=summary,
        description=description,
        request=fact,
        parameters=[*place, REPLAYED, CHALLENGE],
        responses={200: answer, **problems(400, 409, 413, 415, 422)},
    )
    return lambda view: document(once(view))


class StockPlace(Query):
    sku = Text(max_length=80)


class StockListView(Door):
    write_scope = Scope.STOCK_WRITE

    @extend_schema(
        operation_id="list_stock",
        summary="List the stock, by SKU",
        description="In pages: give `next_cursor` of one page as `cursor` of the next, until it is null.",
        parameters=[StockQuery, CHALLENGE],
        responses={200: stock_shapes.StockPage, **problems(422)},
    )
    def get(self, request: Request) -> Response:
        asked = StockQuery.of(request)
        filters = {"sku": "sku__in", "updated_since": "changed_at__gte", "cursor": "sku__gt"}
        found = StockItem.objects.filter(**{filters[name]: asked[name] for name in filters if name in asked})
        rows = list(found.order_by("sku").values(*COLUMNS)[: asked["limit"] + 1])
        page = rows[: asked["limit"]]
        next_cursor = sku_cursor(page[-1]["sku"]) if len(rows) > len(page) else None
        return Response({"stock": page, "next_cursor": next_cursor})

    @_telling(
        "put_stock_list",
        StockListInput,
        "Several SKUs were counted",
        "All or none are taken. Said again after units have left, it would bring them back: give an Idempotency-Key.",
        stock_shapes.StockItems,
        IDEMPOTENCY_KEY,
    )
    def put(self, request: Request) -> Response:
        fact = StockListInput.read(request.data)
        counted = {item["sku"]: item["on_hand"] for item in fact.pop("items")}
        return Response({"stock": _shown(stock.count(counted, by=warehouse(request), **fact))})


class StockView(Door):
    write_scope = Scope.STOCK_WRITE

    @extend_schema(
        operation_id="read_stock",
        summary="Read the stock of one SKU",
        description="404 where neither an order nor the warehouse ever named it.",
        parameters=[SKU, CHALLENGE],
        responses={200: stock_shapes.StockItem, **problems(404)},
    )
    def get(self, request: Request, sku: str) -> Response:
        for shown in [] if "\0" in sku else StockItem.objects.filter(sku=sku).values(*COLUMNS):
            return Response(shown)
        raise NotFound(code="not-found")

    @_telling(
        "put_stock",
        StockInput,
        "One SKU was counted",
        "Said again after units have left, it would bring them back: give an Idempotency-Key.",
        stock_shapes.StockItem,
        SKU,
        IDEMPOTENCY_KEY,
    )
    def put(self, request: Request, sku: str) -> Response:
        StockPlace.check({"sku": sku})
        fact = StockInput.read(request.data)
        (shown,) = _shown(stock.count({sku: fact.pop("on_hand")}, by=warehouse(request), **fact))
        return Response(shown)


class StockAdjustmentView(Door):
    write_scope = Scope.STOCK_WRITE

    @_telling(
        "post_stock_adjustment",
        AdjustmentInput,
        "Units were found or lost",
        "All or none are taken. It adds up, so it needs an Idempotency-Key: with it a repetition counts once.",
        stock_shapes.StockItems,
        IDEMPOTENCY_KEY_NEEDED,
    )
    def post(self, request: Request) -> Response:
        needs_key(request)
        fact = AdjustmentInput.read(request.data)
        deltas = {item["sku"]: item["delta"] for item in fact.pop("items")}
        try:
            adjusted = stock.adjust(deltas, by=warehouse(request), **fact)
        except InvalidFact as error:
            raise InvalidFact(error.message, field="items", code=error.code) from error
        return Response({"stock": _shown(adjusted)})


def _shown(items: Iterable[StockItem]) -> list[dict[str, Any]]:
    return [{name: getattr(item, name) for name in COLUMNS} for item in items]
