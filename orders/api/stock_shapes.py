"""The contract of what the API answers about stock, as shapes.py is for orders."""

from rest_framework import serializers

from orders.api.shapes import Moment, Shape


class StockItem(Shape):
    """What there is of one SKU."""

    sku = serializers.CharField()
    on_hand = serializers.IntegerField(allow_null=True, help_text="As the warehouse told, less what has shipped since.")
    reserved = serializers.IntegerField(help_text="Units that open orders hold.")
    available = serializers.IntegerField(
        allow_null=True, help_text="What marketplaces are told: on hand − reserved. Negative: oversold."
    )
    counted_at = Moment(allow_null=True)
    changed_at = Moment()


class StockPage(Shape):
    stock = StockItem(many=True)
    next_cursor = serializers.CharField(allow_null=True, help_text="null on the last page.")


class StockItems(Shape):
    stock = StockItem(many=True)
