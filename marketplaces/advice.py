"""What a marketplace has to say before a person confirms: which reasons it takes, and what else goes along.

Capabilities as those of capabilities.py: an adapter adds the base class, and the forms ask by themselves.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence


class TakesReasons(ABC):
    """Where a person could write anything, the marketplace takes one of its own reasons."""

    @abstractmethod
    async def reasons(self, *, kind: str, code: str) -> Sequence[str]:
        """For ChannelUpdate.Kind `kind` of an order, as Outgoing.reason is to have them; none: any text will do."""


class CancelsPackages(ABC):
    """Canceling one unit cancels everything in its package."""

    @abstractmethod
    async def canceled_together(self, code: str) -> Sequence[Mapping[str, int]]:
        """Units by SKU of each package of an order that holds more than one unit which may be canceled."""
