"""Fields that take exactly what the contract says: nothing is coerced, and unknown names are refused."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Self

from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

NOT_TEXT = gettext_lazy("This must be text in quotes (a JSON string), also when it has only digits.")
#: A clock that is ahead of ours is no reason to refuse a fact.
CLOCK_TOLERANCE = timedelta(hours=1)


class Text(serializers.CharField):
    #: For OpenAPI: something visible in it, and none of the zero characters that PostgreSQL cannot hold.
    pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"
    default_error_messages = {"not_text": NOT_TEXT}

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if data is not serializers.empty and data is not None and not isinstance(data, str):
            self.fail("not_text")
        return super().run_validation(data)


class Link(Text):
    """An address that a person may click on."""

    pattern = r"^https?://[^\s\u0000]+$"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators.append(URLValidator(schemes=["http", "https"]))


class Whole(serializers.IntegerField):
    default_error_messages = {"not_whole": gettext_lazy("This must be a whole number without quotes.")}

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not (isinstance(data, int) or (isinstance(data, float) and data.is_integer())):
            self.fail("not_whole")
        return int(data)


class Truth(serializers.BooleanField):
    default_error_messages = {"not_a_truth": gettext_lazy("This must be true or false, without quotes.")}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("not_a_truth")
        return data


class Choices(serializers.DictField):
    """A few named texts, whose names somebody else decides."""

    MOST = 20
    child = Text(max_length=200)
    default_error_messages = {"max_properties": gettext_lazy("This may have at most 20 members.")}

    def to_internal_value(self, data: Any) -> dict[str, str]:
        if isinstance(data, Mapping) and len(data) > self.MOST:
            self.fail("max_properties")
        chosen: dict[str, str] = super().to_internal_value(data)
        return chosen


class Instant(serializers.DateTimeField):
    """ISO 8601 with a zone; UTC inside."""

    default_error_messages = {
        "not_text": NOT_TEXT,
        "not_an_instant": gettext_lazy("Write date, time and zone as ISO 8601, for example 2026-11-20T15:00:00-03:00."),
        "year": gettext_lazy("The year must lie between 2000 and 2100."),
        "zone": gettext_lazy(
            "The zone is missing: end with Z, or with an offset such as -03:00 (in an address, write + as %2B)."
        ),
    }

    def to_internal_value(self, data: Any) -> datetime:
        if not isinstance(data, str):
            self.fail("not_text")
        try:
            at = parse_datetime(data)
        except ValueError:
            at = None
        if at is None:
            self.fail("not_an_instant")
        if not 2000 <= at.year <= 2100:
            self.fail("year")
        if at.tzinfo is None:
            self.fail("zone")
        return at.astimezone(UTC)


class PastInstant(Instant):
    """When something happened: not in the future."""

    default_error_messages = {"future": gettext_lazy("This lies in the future; check the zone.")}

    def to_internal_value(self, data: Any) -> datetime:
        at = super().to_internal_value(data)
        if at > timezone.now() + CLOCK_TOLERANCE:
            self.fail("future")
        return at


class Input(serializers.Serializer[Any]):
    """What a caller sends. Names that we do not know are errors: a typo must not pass for silence."""

    @classmethod
    def read(cls, data: Any) -> dict[str, Any]:
        """The validated values, or ValidationError with everything that is wrong."""
        return dict(cls.reader().run_validation(data))

    @classmethod
    @cache
    def reader(cls) -> Self:
        """One for all requests: it keeps nothing of what it reads, and to copy the fields takes longer than to read."""
        return cls()

    def to_internal_value(self, data: Any) -> Any:
        unknown = self._unknown(data)
        try:
            value = super().to_internal_value(data)
        except ValidationError as error:
            if isinstance(error.detail, dict):
                raise ValidationError({**error.detail, **unknown}) from error
            raise
        if unknown:
            raise ValidationError(unknown)
        return value

    def _unknown(self, data: Any) -> dict[str, list[ErrorDetail]]:
        names = data.keys() - self.fields.keys() if isinstance(data, Mapping) else ()
        if not names:
            return {}
        sentence = _("There is no such field here; known are: %(names)s.") % {"names": ", ".join(self.fields)}
        return {name: [ErrorDetail(sentence, code="unknown_field")] for name in sorted(names)}
