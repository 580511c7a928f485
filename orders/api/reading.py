"""What a warehouse reads: orders, channels, changes."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from orders.api import feed, shapes
from orders.api.base import Door, find_order
from orders.api.openapi import CHALLENGE, ORDER_ID, problems
from orders.api.positions import Cursor, Position
from orders.api.problems import InvalidQuery
from orders.api.queries import NOT_OURS, ChangeQuery, OrderQuery
from orders.api.representation import compact_orders, whole_order
from orders.models import Channel, Order


class OrderListView(Door):
    @extend_schema(
        operation_id="list_orders",
        summary="List orders, newest first",
        description="Compact form, in pages: give `next_cursor` of one page as `cursor` of the next, with the same "
        "filters, until it is null. An order that arrives meanwhile does not disturb the pages.",
        parameters=[OrderQuery, CHALLENGE],
        responses={200: shapes.OrderPage, **problems(422)},
    )
    def get(self, request: Request) -> Response:
        asked = OrderQuery.of(request)
        limit = asked["limit"]
        orders = compact_orders(_page(_matching(asked), asked.get("cursor"))[: limit + 1])
        page = orders[:limit]
        more = len(orders) > limit
        next_cursor = str(Cursor(page[-1]["placed_at"], page[-1]["id"])) if more else None
        return Response({"orders": page, "next_cursor": next_cursor})


class OrderView(Door):
    @extend_schema(
        operation_id="read_order",
        summary="Read one order, whole",
        description="With the buyer's data, which lists and changes leave out.",
        parameters=[ORDER_ID, CHALLENGE],
        responses={200: shapes.WholeOrder, **problems(404)},
    )
    def get(self, request: Request, order_id: str) -> Response:
        return Response(whole_order(find_order(order_id).pk))


class ChannelListView(Door):
    @extend_schema(
        operation_id="list_channels",
        summary="List the channels",
        description="Where orders are sold: one account at one marketplace each.",
        parameters=[CHALLENGE],
        responses={200: shapes.ChannelPage, **problems()},
    )
    def get(self, request: Request) -> Response:
        channels = Channel.objects.order_by("code").values("code", "name", "marketplace", "seller_cnpj")
        return Response({"channels": list(channels)})


class ChangeListView(Door):
    @extend_schema(
        operation_id="list_changes",
        summary="Follow all changes, missing none",
        description="Every change of every order, in an order that never changes: whoever goes on with `next` misses "
        "nothing and sees nothing twice. A change appears once all writing that began before it has ended.",
        parameters=[ChangeQuery, CHALLENGE],
        responses={200: shapes.ChangePage, **problems(422)},
    )
    def get(self, request: Request) -> Response:
        asked = ChangeQuery.of(request)
        horizon = feed.Horizon.now()
        after = asked.get("after", Position()) or horizon.position
        if after.xid > horizon.next_xid:
            # Not only a typo: a database that was restored elsewhere may count its transactions from below.
            raise InvalidQuery({"after": [str(NOT_OURS)]}, code="unknown_position")
        changes, last, more = feed.changes(after, horizon, asked["limit"])
        return Response({"changes": changes, "next": str(last), "more": more})


def _matching(asked: dict[str, object]) -> QuerySet[Order]:
    filters = {
        "status": "status__in",
        "fulfillment": "fulfillment",
        "channel": "channel",
        "code": "code",
        "updated_since": "changed_at__gte",
    }
    return Order.objects.filter(**{lookup: asked[name] for name, lookup in filters.items() if name in asked})


def _page(orders: QuerySet[Order], cursor: Cursor | None) -> QuerySet[Order]:
    if cursor:
        # The redundant first condition is what the index can begin at.
        orders = orders.filter(placed_at__lte=cursor.placed_at)
        orders = orders.exclude(placed_at=cursor.placed_at, id__gte=cursor.order_id)
    return orders.order_by("-placed_at", "-id")
