"""The facts that a warehouse tells."""

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from orders.api.fields import Choices, Input, Link, PastInstant, Text, Truth, Whole

EXAMPLE_ACCESS_KEY = "35261111222333000181550010000000071000000077"


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "An NF-e",
            value={"access_key": EXAMPLE_ACCESS_KEY, "issued_at": "2026-11-20T12:30:00-03:00", "volumes": 1},
        )
    ]
)
class InvoiceInput(Input):
    access_key = Text(max_length=80, help_text="The NF-e's 44 characters; blanks, dots and dashes are ignored.")
    issued_at = PastInstant(required=False, help_text="When the NF-e was issued.")
    volumes = Whole(required=False, min_value=1, max_value=32767, help_text="How many packages.")


class UnitsInput(Input):
    sku = Text(max_length=80)
    quantity = Whole(min_value=1, max_value=2147483647)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "All that is left",
            value={
                "tracking_code": "BR123456789BR",
                "carrier": "Correios",
                "method": "SEDEX",
                "tracking_url": "https://rastreamento.correios.com.br/",
                "packages": 1,
            },
        ),
        OpenApiExample(
            "A part",
            value={
                "tracking_code": "BR123456790BR",
                "carrier": "Correios",
                "method": "SEDEX",
                "tracking_url": "https://rastreamento.correios.com.br/",
                "items": [{"sku": "CAM-AZUL-M", "quantity": 1}],
                "shipped_at": "2026-11-20T17:45:00-03:00",
            },
        ),
    ]
)
class ShipmentInput(Input):
    tracking_code = Text(max_length=80, help_text="Identifies the shipment within its order.")
    carrier = Text(max_length=80)
    method = Text(max_length=80, required=False)
    tracking_url = Link(max_length=200, required=False)
    items = serializers.ListField(
        child=UnitsInput(),
        required=False,
        min_length=1,
        max_length=500,
        help_text="What left; without it, all that is left of the order.",
    )
    packages = Whole(required=False, min_value=1, max_value=32767, help_text="In how many packages.")
    shipped_at = PastInstant(required=False, help_text="When the carrier took it; without it, now.")


@extend_schema_serializer(examples=[OpenApiExample("Delivered", value={"delivered_at": "2026-11-21T10:15:00-03:00"})])
class DeliveryInput(Input):
    delivered_at = PastInstant(required=False, help_text="When the buyer got it; without it, now.")


@extend_schema_serializer(examples=[OpenApiExample("Nobody there", value={"reason": "Destinatário ausente"})])
class DeliveryFailureInput(Input):
    reason = Text(max_length=500, help_text="Why the carrier could not hand it over.")


@extend_schema_serializer(
    examples=[
        OpenApiExample("Out of stock", value={"reason": "Sem estoque"}),
        OpenApiExample("A part", value={"reason": "Sem estoque", "items": [{"sku": "CAM-AZUL-M", "quantity": 1}]}),
    ]
)
class CancellationInput(Input):
    reason = Text(max_length=500, help_text="Why the order will not be fulfilled.")
    items = serializers.ListField(
        child=UnitsInput(),
        required=False,
        min_length=1,
        max_length=500,
        help_text="Until so many units of each SKU are canceled in all; without it, all that is left of the order.",
    )


@extend_schema_serializer(examples=[OpenApiExample("Agreed", value={"accept": True})])
class CancellationAnswerInput(Input):
    accept = Truth(help_text="true: the order will be canceled; false: it is shipped all the same.")
    reason = Text(max_length=500, required=False, help_text="What the buyer is told, where the channel passes it on.")


@extend_schema_serializer(
    examples=[
        OpenApiExample("By the account's rule", value={}),
        OpenApiExample("In the connector's words", value={"choice": {"mode": "dropoff"}}),
    ]
)
class ArrangementInput(Input):
    choice = Choices(
        required=False,
        help_text="How the parcel is handed over: `choice` of one of the order's shipping-options; without it, by the "
        "rule of the account.",
    )
