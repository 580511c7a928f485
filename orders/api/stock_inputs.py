"""What a warehouse tells about its stock."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from orders.api.fields import Input, Text, Whole
from orders.stock import MOST_UNITS


@extend_schema_serializer(examples=[OpenApiExample("Counted", value={"on_hand": 12, "reason": "Inventário"})])
class StockInput(Input):
    on_hand = Whole(
        min_value=0, max_value=MOST_UNITS, help_text="Units in the warehouse, also those that are reserved."
    )
    reason = Text(max_length=200, required=False)


class CountedInput(Input):
    sku = Text(max_length=80)
    on_hand = Whole(min_value=0, max_value=MOST_UNITS)


class AdjustedInput(Input):
    sku = Text(max_length=80)
    delta = Whole(min_value=-MOST_UNITS, max_value=MOST_UNITS, help_text="Units found (positive) or lost (negative).")


def each_sku_once(items: list[dict[str, Any]]) -> None:
    """Raises ValidationError when it is not clear which of two numbers counts."""
    skus = [item["sku"] for item in items]
    if twice := {sku for sku in skus if skus.count(sku) > 1}:
        sentence = _("Each SKU may stand here only once; these do not: %(skus)s.")
        raise serializers.ValidationError(sentence % {"skus": ", ".join(sorted(twice))}, code="twice")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Counted",
            value={"items": [{"sku": "CAM-AZUL-M", "on_hand": 12}, {"sku": "CAM-AZUL-G", "on_hand": 0}]},
        )
    ]
)
class StockListInput(Input):
    items = serializers.ListField(
        child=CountedInput(), min_length=1, max_length=500, validators=[each_sku_once], help_text="Other SKUs stay."
    )
    reason = Text(max_length=200, required=False)


@extend_schema_serializer(
    examples=[OpenApiExample("Broken", value={"items": [{"sku": "CAM-AZUL-M", "delta": -1}], "reason": "Avaria"})]
)
class AdjustmentInput(Input):
    items = serializers.ListField(child=AdjustedInput(), min_length=1, max_length=500, validators=[each_sku_once])
    reason = Text(max_length=200, help_text="Why the number changes.")
