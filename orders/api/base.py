"""What all views of the API share."""

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.views import APIView

from orders.api.parsing import StrictJSONParser
from orders.api.rendering import ExactJSONRenderer
from orders.models import Order

#: A longer number is no bigint.
MOST_DIGITS = 18


class Door(APIView):
    """JSON in, JSON out, an API key in hand."""

    http_method_names = ["get", "head", "post", "put"]
    parser_classes = [StrictJSONParser]
    renderer_classes = [ExactJSONRenderer]
    metadata_class = None


def find_order(order_id: str) -> Order:
    """The order that an address names. Raises NotFound, also for what can never be an id."""
    if not (order_id.isascii() and order_id.isdigit() and len(order_id) <= MOST_DIGITS):
        sentence = _("An order is addressed by its numeric id; find it with /api/v1/orders?channel=…&code=….")
        raise NotFound(sentence, code="not-found")
    order = Order.objects.select_related("channel").filter(pk=int(order_id)).first()
    if order is None:
        raise NotFound(_("There is no order with id %(id)s.") % {"id": order_id}, code="not-found")
    return order
