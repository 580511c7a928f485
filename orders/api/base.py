"""What all views of the API share."""

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.views import APIView

from orders import rows
from orders.api.authentication import allowed_channels
from orders.api.parsing import StrictJSONParser
from orders.api.rendering import ExactJSONRenderer
from orders.models import Order
from orders.models.api_key import Scope

#: A longer number is no bigint.
MOST_DIGITS = 18


class Door(APIView):
    """JSON in, JSON out, an API key in hand."""

    http_method_names = ["get", "head", "post", "put"]
    parser_classes = [StrictJSONParser]
    renderer_classes = [ExactJSONRenderer]
    metadata_class = None
    read_scope = Scope.ORDERS_READ
    write_scope = Scope.ORDERS_WRITE


def order_pk(order_id: str) -> int | None:
    """The number in an address, or None for what can never be an id."""
    plausible = order_id.isascii() and order_id.isdigit() and len(order_id) <= MOST_DIGITS
    return int(order_id) if plausible else None


def addressed(order_id: str) -> int:
    """The id that an address names. Raises NotFound for what can never be one."""
    pk = order_pk(order_id)
    if pk is None:
        sentence = _("An order is addressed by its numeric id; find it with /api/v1/orders?channel=…&code=….")
        raise NotFound(sentence, code="not-found")
    return pk


def no_order(order_id: str) -> NotFound:
    """There is none, or the key must not see it."""
    return NotFound(_("There is no order with id %(id)s.") % {"id": order_id}, code="not-found")


def find_order(request: Request, order_id: str) -> Order:
    """The order that an address names. Raises NotFound."""
    channels = allowed_channels(request)
    for order in rows.fetch(Order, "id = %(id)s", id=addressed(order_id)):
        if not channels or order.channel_id in channels:
            return order
    raise no_order(order_id)
