"""What must be true for the connections to work; `manage.py check` says what is not."""

from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from marketplaces import connection, connectors, http, outbox, registry, sending


@register()
def connectors_are_registered(**_: object) -> Sequence[CheckMessage]:
    folders = {path.parent.name for path in Path(connectors.__path__[0]).glob("*/adapter.py")}
    lines = set(registry.CONNECTORS)
    if folders == lines:
        return []
    return [
        Error(
            f"The connectors' folders and registry.CONNECTORS differ: {', '.join(sorted(folders ^ lines))}.",
            hint="A connector is a folder in marketplaces/connectors and a line in marketplaces/registry.py.",
            id="marketplaces.E001",
        )
    ]


@register()
def encryption_keys_are_usable(**_: object) -> Sequence[CheckMessage]:
    hint = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())" makes one.'
    if not settings.FIELD_ENCRYPTION_KEYS:
        return [Error("FIELD_ENCRYPTION_KEYS is not set.", hint=hint, id="marketplaces.E002")]
    try:
        for key in settings.FIELD_ENCRYPTION_KEYS:
            Fernet(key)
    except ValueError:
        return [Error("FIELD_ENCRYPTION_KEYS holds something that is no key.", hint=hint, id="marketplaces.E003")]
    return []


@register()
def leases_outlive_calls(**_: object) -> Sequence[CheckMessage]:
    """Else a second worker would repeat what the first still has on its way."""
    longest = sending.WAIT_SECONDS + sending.ATTEMPT_SECONDS
    if longest < outbox.LEASE_SECONDS and sending.ATTEMPT_SECONDS >= http.DEADLINE + connection.PATIENCE:
        return []
    return [
        Error(
            f"An update's lease ({outbox.LEASE_SECONDS} s) must be longer than its attempt may last ({longest} s), "
            f"and an attempt longer than one call ({http.DEADLINE} s).",
            hint="outbox.LEASE_SECONDS, sending.ATTEMPT_SECONDS and http.DEADLINE.",
            id="marketplaces.E004",
        )
    ]


@register()
def queues_belong_to_marketplaces(**_: object) -> Sequence[CheckMessage]:
    unknown = settings.MARKETPLACE_QUEUES - set(registry.CONNECTORS)
    if not unknown:
        return []
    return [
        Error(
            f"MARKETPLACE_QUEUES names what is no marketplace: {', '.join(sorted(unknown))}.",
            hint=f"It takes names out of: {', '.join(registry.CONNECTORS)}; separated by commas.",
            id="marketplaces.E005",
        )
    ]
