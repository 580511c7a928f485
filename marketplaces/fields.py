"""A JSON column that is encrypted at rest with MultiFernet: the first key writes, every key reads."""

import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


def fernet() -> MultiFernet:
    """Raises ImproperlyConfigured when no key is set."""
    if not settings.FIELD_ENCRYPTION_KEYS:
        raise ImproperlyConfigured(
            "Set FIELD_ENCRYPTION_KEYS: Fernet keys, newest first "
            '(python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())").'
        )
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])


class EncryptedJSONField(models.TextField):  # type: ignore[type-arg]
    """Holds a dict of strings. It can be neither searched nor shown by the database."""

    def from_db_value(self, value: str | None, *_: object) -> dict[str, str] | None:
        return None if value is None else self.to_python(value)

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if not value:
            return {}
        try:
            return json.loads(fernet().decrypt(value))
        except InvalidToken:
            raise ImproperlyConfigured(
                "Stored credentials cannot be decrypted: put the key that wrote them back into FIELD_ENCRYPTION_KEYS."
            ) from None

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else fernet().encrypt(json.dumps(value).encode()).decode()
