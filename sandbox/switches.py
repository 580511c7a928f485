"""Switches of a simulated store: a frozen dataclass whose fields say what they accept."""

from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from sandbox.errors import Invalid


@dataclass(frozen=True)
class Switches:
    """Base of every face's switches."""

    def changed(self) -> dict[str, Any]:
        """Those that are not at their default."""
        normal = type(self)()
        return {name: value for name, value in vars(self).items() if value != getattr(normal, name)}


S = TypeVar("S", bound=Switches)


def choice(*allowed: Any) -> Any:
    """A field that takes one of these; the first is the default."""
    return field(default=allowed[0], metadata={"allowed": allowed})


def switched(switches: S, changes: dict[str, Any]) -> S:
    """A copy with the changes. Raises Invalid, naming the switch and what it takes."""
    known = {item.name: item for item in fields(switches)}
    for name, value in changes.items():
        if name not in known:
            raise Invalid(f"unknown switch {name!r}; known: {', '.join(known)}")
        _check(name, value, getattr(type(switches)(), name), known[name].metadata.get("allowed"))
    return replace(switches, **changes)


def _check(name: str, value: Any, default: Any, allowed: tuple[Any, ...] | None) -> None:
    if allowed is not None:
        if value not in allowed or isinstance(value, bool) != isinstance(allowed[0], bool):
            raise Invalid(f"switch {name} takes one of {', '.join(map(str, allowed))}; not {value!r}")
    elif isinstance(default, bool):
        if not isinstance(value, bool):
            raise Invalid(f"switch {name} takes true or false; not {value!r}")
    elif isinstance(default, int | float):
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise Invalid(f"switch {name} takes a number from 0; not {value!r}")
    elif isinstance(default, tuple):
        if not isinstance(value, list | tuple) or not value or not all(isinstance(v, str) for v in value):
            raise Invalid(f"switch {name} takes a list of texts, not empty; not {value!r}")
    elif not isinstance(value, dict):
        raise Invalid(f"switch {name} takes an object; not {value!r}")
