"""What may be asked for in an address: filters, and where to go on."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from orders.api.fields import Input, Instant, Text
from orders.api.positions import CURSOR, POSITION, Cursor, Position
from orders.api.problems import InvalidQuery
from orders.models import Channel
from orders.words import FULFILLMENT_CHOICES, STATUS_CHOICES

#: Where the change feed ends at this moment.
NOW = "now"
PAGE, LARGEST_PAGE = 100, 500
NOT_OURS = gettext_lazy("This is no value that we gave; take it as it stands in an answer.")


def page_size(what: str) -> serializers.IntegerField:
    return serializers.IntegerField(
        default=PAGE, min_value=1, max_value=LARGEST_PAGE, help_text=f"The most {what} in one answer."
    )


class CursorText(Text):
    pattern = f"^{CURSOR}$"


class PositionText(Text):
    pattern = f"^({POSITION}|{NOW})$"


class Query(Input):
    """The parameters of an address, read as strictly as a body."""

    @classmethod
    def of(cls, request: Request) -> dict[str, Any]:
        lists = {name for name, field in cls().fields.items() if isinstance(field, serializers.ListField)}
        asked = request.query_params
        try:
            return cls.read({name: asked.getlist(name) if name in lists else asked[name] for name in asked})
        except ValidationError as error:
            raise InvalidQuery(error.detail) from error


class OrderQuery(Query):
    status = serializers.ListField(
        child=serializers.ChoiceField(STATUS_CHOICES),
        required=False,
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

    def validate_after(self, text: str) -> Position | None:
        """None stands for now."""
        if text == NOW:
            return None
        try:
            return Position.parse(text)
        except ValueError as error:
            raise ValidationError(str(NOT_OURS), code="unknown_position") from error
