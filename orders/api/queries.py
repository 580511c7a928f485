"""What may be asked for in an address: filters, and where to go on."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from orders.api.fields import Input, Instant, Text
from orders.api.positions import CURSOR, POSITION, SKU_CURSOR, Cursor, Position, sku_after
from orders.api.problems import InvalidQuery
from orders.models import Channel
from orders.words import FULFILLMENT_CHOICES, STATUS_CHOICES

#: Where the change feed ends at this moment.
NOW = "now"
PAGE, LARGEST_PAGE = 100, 500
#: Seconds that a reader of the feed may have us wait for something new.
LONGEST_WAIT = 30
NOT_OURS = gettext_lazy("This is no value that we gave; take it as it stands in an answer.")


def page_size(what: str) -> serializers.IntegerField:
    return serializers.IntegerField(
        default=PAGE, min_value=1, max_value=LARGEST_PAGE, help_text=f"The most {what} in one answer."
    )


class CursorText(Text):
    pattern = f"^{CURSOR}$"


class SkuCursorText(Text):
    pattern = f"^{SKU_CURSOR}$"


class PositionText(Text):
    pattern = f"^({POSITION}|{NOW})$"


class Query(Input):
    """The parameters of an address, read as strictly as a body."""

    @classmethod
    def of(cls, request: Request) -> dict[str, Any]:
        lists = {name for name, field in cls.reader().fields.items() if isinstance(field, serializers.ListField)}
        asked = request.query_params
        return cls.check({name: asked.getlist(name) if name in lists else asked[name] for name in asked})

    @classmethod
    def check(cls, asked: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return cls.read(asked)
        except ValidationError as error:
            raise InvalidQuery(error.detail) from error


class View(models.TextChoices):
    COMPACT = "compact"
    FULL = "full"


class OrderQuery(Query):
    status = serializers.ListField(
        child=serializers.ChoiceField(STATUS_CHOICES),
        required=False,
        max_length=len(STATUS_CHOICES),
        help_text="Repeat it for several: status=APPROVED&status=INVOICED.",
    )
    fulfillment = serializers.ChoiceField(
        FULFILLMENT_CHOICES, required=False, help_text="Who does the work; SELLER: we invoice and ship."
    )
    channel = Text(required=False, max_length=50, help_text="Code of the channel.")
    code = Text(required=False, max_length=80, help_text="The order's code at its marketplace, whole.")
    updated_since = Instant(
        required=False,
        help_text="Only orders changed at or after this moment. To miss nothing, follow /changes instead.",
    )
    ship_by_before = Instant(required=False, help_text="Only orders that must be shipped before this moment.")
    ship_by_from = Instant(required=False, help_text="Only orders that must be shipped at or after this moment.")
    sku = Text(required=False, max_length=80, help_text="Only orders with an item of this SKU.")
    view = serializers.ChoiceField(
        View.choices,
        default=View.COMPACT,
        help_text="full: each as /orders/{order_id} shows it, with the buyer's data.",
    )
    limit = page_size("orders")
    cursor = CursorText(required=False, max_length=40, help_text="`next_cursor` of the page before.")

    def validate_channel(self, code: str) -> int:
        pk = Channel.objects.filter(code=code).values_list("pk", flat=True).first()
        if pk is None:
            raise ValidationError(_("There is no channel with this code; see /channels."), code="unknown_channel")
        return pk

    def validate_cursor(self, text: str) -> Cursor:
        try:
            return Cursor.parse(text)
        except ValueError as error:
            raise ValidationError(str(NOT_OURS), code="unknown_cursor") from error


class ChangeQuery(Query):
    after = PositionText(
        required=False,
        max_length=40,
        help_text="`next` of the answer before, or `position` of any change; without it, from the very first change. "
        f"`{NOW}`: nothing that lies behind.",
    )
    limit = page_size("changes")
    wait = serializers.IntegerField(
        default=0,
        min_value=0,
        max_value=LONGEST_WAIT,
        help_text="Seconds to wait for a change when there is none yet. When too many wait already, the answer comes "
        "at once and says Retry-After.",
    )

    def validate_after(self, text: str) -> Position | None:
        """None stands for now."""
        if text == NOW:
            return None
        try:
            return Position.parse(text)
        except ValueError as error:
            raise ValidationError(str(NOT_OURS), code="unknown_position") from error


class StockQuery(Query):
    sku = serializers.ListField(
        child=Text(max_length=80), required=False, max_length=5, help_text="Repeat it for several."
    )
    updated_since = Instant(required=False, help_text="Only SKUs changed at or after this moment.")
    limit = page_size("SKUs")
    cursor = SkuCursorText(required=False, max_length=500, help_text="`next_cursor` of the page before.")

    def validate_cursor(self, text: str) -> str:
        try:
            return sku_after(text)
        except ValueError as error:
            raise ValidationError(str(NOT_OURS), code="unknown_cursor") from error
