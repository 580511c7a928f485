"""How an order's parcel may be handed over, as its channel says now: what PUT arrange-shipping takes as its choice."""

from collections.abc import Sequence

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from orders import arranging
from orders.api import shapes
from orders.api.base import Door, find_order
from orders.api.openapi import CHALLENGE, ORDER_ID, problems
from orders.errors import NotAllowed
from orders.models import Order
from orders.verbs.arranging import guard_arrangeable

#: Seconds.
ASK_AGAIN_AFTER = 10
RETRY_AFTER = OpenApiParameter(
    "Retry-After", OpenApiTypes.INT, OpenApiParameter.HEADER, response=[503], description="Seconds."
)


class ChannelUnavailable(APIException):
    status_code, default_code = 503, "channel-unavailable"
    wait = ASK_AGAIN_AFTER


class ShippingOptionsView(Door):
    @extend_schema(
        operation_id="list_shipping_options",
        summary="Ask how the parcel may be handed over",
        description="The channel is asked, which may take seconds; what it answered counts for a minute.",
        parameters=[ORDER_ID, CHALLENGE, RETRY_AFTER],
        responses={200: shapes.ShippingOptionList, **problems(404, 409, 503)},
    )
    def get(self, request: Request, order_id: str) -> Response:
        order = find_order(request, order_id)
        guard_arrangeable(order)
        options = [
            {"choice": way.choice, "group": way.group, "words": way.label, "asks": way.asks, "usual": way.usual}
            for way in _ways(order)
        ]
        return Response({"options": options})


def _ways(order: Order) -> Sequence[arranging.Way]:
    try:
        return arranging.ways(order)
    except arranging.DoesNotAnswer as error:
        raise ChannelUnavailable(str(error) or None) from error
    except arranging.CannotAsk as error:
        raise NotAllowed(str(error), field="status", code="cannot_ask") from error
