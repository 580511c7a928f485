"""What a marketplace wants to see before it lets an integration in; each connector may have a walk of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module

from marketplaces import registry
from marketplaces.models import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    title: str
    ok: bool
    answer: str  #: what the marketplace answered, or why it failed


class Failed(Exception):
    """A step did not go as it must; the sentence says how."""


def walk(account: Account) -> Iterator[Step]:
    """The steps of the account's marketplace. Raises LookupError where the connector has none."""
    package = registry.adapter_class(account.connector).__module__.rpartition(".")[0]
    try:
        module = import_module(f"{package}.homologation")
    except ModuleNotFoundError as error:
        raise LookupError(account.connector) from error
    steps: Iterator[Step] = module.steps(account)
    return steps
