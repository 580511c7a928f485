"""How an order's parcel may be handed over, as its channel offers it now. Who is connected to channels answers.

The domain records a choice in the connector's words and passes it on; it never reads one.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from orders.models import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One thing that can be chosen: an address with a pickup time, a branch, a carrier of one's own."""

    choice: Mapping[str, str]  #: what the verb records, in the connector's words
    group: str  #: how it is handed over: "Coleta · Rua das Flores, 12"
    label: str  #: what is chosen within it: "seg 23/11, 14h–18h"
    asks: Mapping[str, str] = field(default_factory=dict)  #: what has to be typed as well: name in `choice` → question
    usual: bool = False  #: what the account's rule would take

    @property
    def key(self) -> str:
        """The same for the same choice, however often it is asked for."""
        return json.dumps(dict(self.choice), sort_keys=True)

    @property
    def words(self) -> str:
        return f"{self.group}: {self.label}" if self.label else self.group


class CannotAsk(Exception):
    """Nobody can say what is offered now; the text says why, for people."""


class DoesNotAnswer(CannotAsk):
    """The channel is away or overburdened: it may answer in a while."""


Ask = Callable[[Order], Sequence[Way]]
_answering: list[Ask] = []


def answers(ask: Ask) -> Ask:
    """Decorates the function that knows the channels."""
    _answering[:] = [ask]
    return ask


def ways(order: Order) -> Sequence[Way]:
    """What the channel offers for the order; a call to it, so never under a lock. Raises CannotAsk."""
    for ask in _answering:
        return ask(order)
    raise CannotAsk
