"""What a warehouse reads: orders, channels, changes."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from orders import replica
from orders.api import feed, shapes, waiting
from orders.api.authentication import allowed_channels
from orders.api.base import Door, addressed, no_order
from orders.api.listing import listed
from orders.api.openapi import CHALLENGE, ETAG, ORDER_ID, problems
from orders.api.positions import Position
from orders.api.problems import InvalidQuery
from orders.api.queries import NOT_OURS, ChangeQuery, OrderQuery
from orders.api.representation import whole_order
from orders.api.versions import etag
from orders.models import Channel

#: Seconds after which a place to wait may be free.
FULL_HOUSE_SECONDS = 2
FULL_HOUSE = OpenApiParameter(
    "Retry-After",
    OpenApiTypes.INT,
    OpenApiParameter.HEADER,
    response=[200],
    description="Seconds. Only when `wait` was asked for and too many are waiting already.",
)


class OrderListView(Door):
    @extend_schema(
        operation_id="list_orders",
        summary="List orders, newest first",
        description="In pages: give `next_cursor` of one page as `cursor` of the next, with the same "
        "filters, until it is null. An order that arrives meanwhile does not disturb the pages.",
        parameters=[OrderQuery, CHALLENGE],
        responses={
            200: PolymorphicProxySerializer(
                "OrderPages", [shapes.OrderPage, shapes.WholeOrderPage], resource_type_field_name=None
            ),
            **problems(422),
        },
    )
    def get(self, request: Request) -> Response:
        orders, cursor = listed(OrderQuery.of(request), allowed_channels(request))
        return Response({"orders": orders, "next_cursor": str(cursor) if cursor else None})


class OrderView(Door):
    @extend_schema(
        operation_id="read_order",
        summary="Read one order, whole",
        description="With the buyer's data, which lists and changes leave out.",
        parameters=[ORDER_ID, CHALLENGE, ETAG],
        responses={200: shapes.WholeOrder, **problems(404)},
    )
    def get(self, request: Request, order_id: str) -> Response:
        order = whole_order(addressed(order_id), allowed_channels(request))
        if order is None:
            raise no_order(order_id)
        return Response(order, headers=etag(order))


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
        if allowed := allowed_channels(request):
            channels = channels.filter(pk__in=allowed)
        return Response({"channels": list(channels)})


class ChangeListView(Door):
    @extend_schema(
        operation_id="list_changes",
        summary="Follow all changes, missing none",
        description="Every change of every order, in an order that never changes: whoever goes on with `next` misses "
        "nothing and sees nothing twice. A change appears once all writing that began before it has ended.",
        parameters=[ChangeQuery, CHALLENGE, FULL_HOUSE],
        responses={200: shapes.ChangePage, **problems(422)},
    )
    def get(self, request: Request) -> Response:
        asked = ChangeQuery.of(request)
        channels = allowed_channels(request)
        after = asked.get("after", Position()) or feed.Horizon.now().position
        page = feed.changes(after, asked["limit"], channels)
        if after.xid > page.horizon.next_xid and replica.is_read():
            replica.leave()
            page = feed.changes(after, asked["limit"], channels)
        if after.xid > page.horizon.next_xid:
            # Not only a typo: a database that was restored elsewhere may count its transactions from below.
            raise InvalidQuery({"after": [str(NOT_OURS)]}, code="unknown_position")
        headers = {}
        if asked["wait"] and not page.changes:
            with waiting.place() as granted:
                if granted:
                    page = _next_page(page, asked, channels)
                else:
                    headers["Retry-After"] = str(FULL_HOUSE_SECONDS)
        return Response({"changes": page.changes, "next": str(page.next), "more": page.more}, headers=headers)


def _next_page(page: feed.Page, asked: dict[str, Any], channels: list[int]) -> feed.Page:
    """The first one with changes, or an empty one when time is up."""

    def come() -> bool:
        nonlocal page
        page = feed.changes(page.next, asked["limit"], channels)
        return bool(page.changes)

    waiting.until(come, seconds=asked["wait"])
    return page
