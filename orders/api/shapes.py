"""The contract of what representation.py and feed.py build: read by OpenAPI, and held against real answers by tests."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from orders import models
from orders.words import FULFILLMENT_CHOICES, STATUS_CHOICES

Shape = serializers.Serializer[Any]
Moment = serializers.DateTimeField
ANY_OBJECT = {"type": "object", "additionalProperties": {}}


def money(**options: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=12, decimal_places=2, **options)


@extend_schema_field(ANY_OBJECT)
class Details(serializers.DictField):
    """An object whose members depend on its kind."""


class Channel(Shape):
    code = serializers.CharField()
    name = serializers.CharField()
    marketplace = serializers.CharField()
    seller_cnpj = serializers.CharField(help_text="Empty, or the only CNPJ whose NF-e are accepted.")


class ChannelPage(Shape):
    channels = Channel(many=True)


class Item(Shape):
    line = serializers.CharField(help_text="Identifies the line within its order.")
    sku = serializers.CharField()
    parent_sku = serializers.CharField()
    name = serializers.CharField()
    quantity = serializers.IntegerField(help_text="Units ordered.")
    shipped = serializers.IntegerField(help_text="Units that have left.")
    canceled = serializers.IntegerField()
    returned = serializers.IntegerField(help_text="Units that left and came back.")
    unit_price = money()
    list_price = money(allow_null=True)


class CompactOrder(Shape):
    id = serializers.IntegerField(help_text="Ours; addresses the order in this API.")
    channel = serializers.CharField(help_text="Code of the channel.")
    code = serializers.CharField(help_text="The marketplace's; unique in its channel.")
    remote_code = serializers.CharField(help_text="The number that the buyer sees, where it differs.")
    storefront = serializers.CharField()
    status = serializers.ChoiceField(STATUS_CHOICES)
    fulfillment = serializers.ChoiceField(FULFILLMENT_CHOICES)
    placed_at = Moment()
    approved_at = Moment(allow_null=True)
    shipped_at = Moment(allow_null=True)
    delivered_at = Moment(allow_null=True)
    canceled_at = Moment(allow_null=True)
    ship_by = Moment(allow_null=True)
    deliver_by = Moment(allow_null=True)
    hold_until = Moment(allow_null=True, help_text="The channel hears of a shipment only then.")
    cancel_requested_at = Moment(allow_null=True, help_text="The buyer asks to cancel.")
    cancel_answer_by = Moment(allow_null=True)
    cancel_answered_at = Moment(allow_null=True)
    cancel_accepted = serializers.BooleanField(allow_null=True, help_text="What the buyer was answered.")
    total = money()
    carrier = serializers.CharField(help_text="Wished by the channel.")
    shipping_method = serializers.CharField(help_text="Wished by the channel.")
    changed_at = Moment()
    version = serializers.CharField(help_text="For If-Match; another one after each change of the order.")
    needs_attention = serializers.BooleanField(help_text="A person must look at it first.")
    items = Item(many=True)


class OrderPage(Shape):
    orders = CompactOrder(many=True)
    next_cursor = serializers.CharField(allow_null=True, help_text="null on the last page.")


class Invoice(Shape):
    access_key = serializers.CharField()
    number = serializers.CharField()
    series = serializers.CharField()
    issued_at = Moment(allow_null=True)
    volumes = serializers.IntegerField(allow_null=True)
    recorded_at = Moment()


class ShippedItem(Shape):
    sku = serializers.CharField()
    quantity = serializers.IntegerField()


class Shipment(Shape):
    tracking_code = serializers.CharField()
    carrier = serializers.CharField()
    method = serializers.CharField()
    tracking_url = serializers.CharField()
    packages = serializers.IntegerField(allow_null=True)
    shipped_at = Moment()
    recorded_at = Moment()
    items = ShippedItem(many=True)


class Update(Shape):
    """Something the channel is told, and how far that is."""

    seq = serializers.IntegerField()
    kind = serializers.ChoiceField(models.ChannelUpdate.Kind.choices)
    state = serializers.ChoiceField(models.ChannelUpdate.State.choices)
    due_at = Moment()
    attempts = serializers.IntegerField()
    last_error = serializers.CharField()
    created_at = Moment()
    finished_at = Moment(allow_null=True)


class Attention(Shape):
    """Why a person must look at the order."""

    reason = serializers.ChoiceField(models.Attention.Reason.choices)
    detail = serializers.CharField()
    raised_at = Moment()


class OrderState(CompactOrder):
    invoice = Invoice(allow_null=True)
    shipments = Shipment(many=True)
    updates = Update(many=True)
    attention = Attention(many=True)


class Buyer(Shape):
    name = serializers.CharField()
    document = serializers.CharField(help_text="CPF or CNPJ, without punctuation.")
    email = serializers.CharField()
    phones = serializers.ListField(child=serializers.CharField())
    state_registration = serializers.CharField()
    masked = serializers.BooleanField(help_text="The channel withholds the buyer's data for now.")


class Address(Shape):
    recipient = serializers.CharField()
    street = serializers.CharField()
    number = serializers.CharField()
    complement = serializers.CharField()
    reference = serializers.CharField()
    neighborhood = serializers.CharField()
    city = serializers.CharField()
    state = serializers.CharField(help_text="UF.")
    country = serializers.CharField(help_text="ISO 3166 alpha-2.")
    postcode = serializers.CharField(help_text="CEP, eight digits.")
    phone = serializers.CharField()


class Payment(Shape):
    method = serializers.CharField()
    amount = money()
    installments = serializers.IntegerField(allow_null=True)
    status = serializers.CharField()
    paid_at = Moment(allow_null=True)
    authorization = serializers.CharField()
    card_issuer = serializers.CharField()


class Tracking(Shape):
    code = serializers.CharField()
    carrier = serializers.CharField()
    method = serializers.CharField()
    url = serializers.CharField()


class WholeOrder(OrderState):
    buyer = Buyer()
    channel_status = serializers.CharField(help_text="The channel's own word.")
    cancel_request_reason = serializers.CharField()
    shipping_cost = money()
    discount = money()
    interest = money()
    payments = Payment(many=True)
    tags = serializers.ListField(child=serializers.CharField())
    trackings = Tracking(many=True, help_text="Hand-overs that the channel knows.")
    shipping_address = Address()
    billing_address = Address()


class WholeOrderPage(Shape):
    orders = WholeOrder(many=True)
    next_cursor = serializers.CharField(allow_null=True, help_text="null on the last page.")


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
class Texts(serializers.DictField):
    """An object of texts."""


class ShippingOption(Shape):
    """One way to hand the parcel over: an address with a pickup time, a branch, a carrier of one's own."""

    choice = Texts(help_text="What arrange-shipping takes as `choice`, with the members of `asks` added.")
    group = serializers.CharField(help_text="How it is handed over, for people.")
    words = serializers.CharField(help_text="What is chosen within the group, for people.")
    asks = Texts(help_text="What you must add to `choice`: name of the member → question for people.")
    usual = serializers.BooleanField(help_text="What the account's rule takes where nobody chooses.")


class ShippingOptionList(Shape):
    options = ShippingOption(many=True)


DOCUMENT_KINDS = [("NFE", "NF-e"), *models.Label.Kind.choices]


class Document(Shape):
    name = serializers.CharField(help_text="Addresses it within the order.")
    kind = serializers.ChoiceField(DOCUMENT_KINDS)
    content_type = serializers.CharField()
    received_at = Moment()
    href = serializers.CharField(help_text="Where the file is.")
    package = serializers.CharField(help_text="The channel's number of the package; empty for the whole order.")
    tracking_code = serializers.CharField()


class DocumentList(Shape):
    documents = Document(many=True)


class Actor(Shape):
    kind = serializers.ChoiceField(models.OrderEvent.By.choices)
    name = serializers.CharField()


class Change(Shape):
    position = serializers.CharField(help_text="Opaque; grows from change to change.")
    kind = serializers.ChoiceField(models.OrderEvent.Kind.choices)
    before = serializers.ChoiceField(STATUS_CHOICES, allow_null=True)
    after = serializers.ChoiceField(STATUS_CHOICES, allow_null=True)
    at = Moment()
    by = Actor()
    details = Details(help_text="What changed; its members depend on `kind`.")
    order = CompactOrder(help_text="As it is now, not as it was then.")


class ChangePage(Shape):
    changes = Change(many=True)
    next = serializers.CharField(help_text="Give it as `after` of the next request; it stands also when nothing came.")
    more = serializers.BooleanField(help_text="More changes wait already.")
