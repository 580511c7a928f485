"""The warehouse's API the usual way: ModelSerializer, PageNumberPagination, prefetch_related; no key is asked for."""

from django.urls import path
from rest_framework import generics, pagination, serializers

from orders.models import Order, OrderEvent, OrderItem


class Pages(pagination.PageNumberPagination):
    page_size = 100


class ItemSerializer(serializers.ModelSerializer):
    class Meta:
        model = OrderItem
        fields = (
            "line", "sku", "parent_sku", "name", "quantity", "quantity_shipped", "quantity_canceled",
            "quantity_returned", "unit_price", "list_price",
        )  # fmt: skip


class OrderSerializer(serializers.ModelSerializer):
    channel = serializers.SlugRelatedField("code", read_only=True)
    items = ItemSerializer(many=True)
    needs_attention = serializers.SerializerMethodField()

    class Meta:
        model = Order
        fields = (
            "id", "channel", "code", "remote_code", "storefront", "status", "fulfillment", "placed_at", "approved_at",
            "shipped_at", "delivered_at", "canceled_at", "ship_by", "deliver_by", "hold_until", "cancel_requested_at",
            "cancel_answer_by", "cancel_answered_at", "cancel_accepted", "total", "carrier", "shipping_method",
            "changed_at", "needs_attention", "items",
        )  # fmt: skip

    def get_needs_attention(self, order: Order) -> bool:
        return any(attention.cleared_at is None for attention in order.attentions.all())


class EventSerializer(serializers.ModelSerializer):
    order = OrderSerializer()

    class Meta:
        model = OrderEvent
        fields = ("id", "kind", "before", "after", "at", "by_kind", "by_name", "data", "order")


class OrderList(generics.ListAPIView):
    queryset = (
        Order.objects.select_related("channel").prefetch_related("items", "attentions").order_by("-placed_at", "-id")
    )
    serializer_class = OrderSerializer
    pagination_class = Pages


class EventList(generics.ListAPIView):
    queryset = OrderEvent.objects.select_related("order__channel").prefetch_related(
        "order__items", "order__attentions"
    ).order_by("id")  # fmt: skip
    serializer_class = EventSerializer
    pagination_class = Pages


urlpatterns = [path("orders", OrderList.as_view()), path("changes", EventList.as_view())]
