"""What `pump` looks for besides the connections' own work: apps above add theirs; nobody is known here by name."""

from collections.abc import Callable, Iterable

#: A name for the logs, ids of what is due now, and the work for one of them.
Sweep = tuple[str, Callable[[], Iterable[int]], Callable[[int], object]]

sweeps: list[Sweep] = []
