"""What a marketplace will do to an order later, by the sandbox's clock."""

import heapq
from collections.abc import Mapping
from typing import Generic, Protocol, TypeVar


class Dated(Protocol):
    """An order; `due` holds what is to happen to it, and when."""

    due: list[tuple[float, str]]

    @property
    def code(self) -> str: ...

    def changed(self) -> None: ...


Order = TypeVar("Order", bound=Dated)


class Deadlines(Generic[Order]):
    """The order's own `due` list is the truth; this only finds the earliest quickly."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, str, str]] = []
        self._pushed = 0

    def set(self, order: Order, verb: str, *, moment: float) -> None:
        order.due.append((moment, verb))
        order.changed()
        self._push(order, moment, verb)

    def restore(self, order: Order) -> None:
        """Take up the deadlines of an order that was loaded."""
        for moment, verb in order.due:
            self._push(order, moment, verb)

    def clear(self, order: Order) -> None:
        order.due.clear()
        order.changed()

    def take(self, orders: Mapping[str, Order], *, now: float) -> tuple[Order, str] | None:
        """The next deadline that has passed, once; None when there is none."""
        while self._heap and self._heap[0][0] <= now:
            moment, _, code, verb = heapq.heappop(self._heap)
            order = orders.get(code)
            if order and (moment, verb) in order.due:
                order.due.remove((moment, verb))
                order.changed()
                return order, verb
        return None

    def _push(self, order: Order, moment: float, verb: str) -> None:
        self._pushed += 1
        heapq.heappush(self._heap, (moment, self._pushed, order.code, verb))
