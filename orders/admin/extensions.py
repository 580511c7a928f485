"""What other apps add to the back office. Nobody is known here by name: who wants a place registers for it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.formats import number_format

from orders.models import Order


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a page: a template and what it needs, which it knows as `panel`."""

    template: str
    context: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A figure on the first page; leads to the list of what it counts."""

    label: str
    count: int
    url: str
    tone: str = "quiet"  #: as in templatetags/badges.py
    hint: str = ""
    most: int | None = None  #: counting stopped beyond it

    @property
    def figure(self) -> str:
        """The count as it is shown."""
        if self.most is not None and self.count > self.most:
            return f"{number_format(self.most, force_grouping=True)}+"
        return number_format(self.count, force_grouping=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What to know before a form is confirmed."""

    reasons: tuple[str, ...] = ()  #: the only ones that are taken; none: any
    warnings: tuple[str, ...] = ()  #: sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSource:
    """What is known about the labels of an order's channel."""

    print_window: str = ""  #: until when they are printed, in a sentence
    waiting: str = ""  #: why the one that was asked for is not there, in a sentence


#: Asked for every order that is shown; None adds nothing.
order_panels: list[Callable[[HttpRequest, Order], Panel | None]] = []
#: Raw message ids to the addresses where they can be read, as far as they are still kept.
message_links: list[Callable[[HttpRequest, Collection[str]], Mapping[str, str]]] = []
#: Asked for the first page; None adds nothing.
first_page_panels: list[Callable[[HttpRequest], Panel | None]] = []
#: Groups of figures for the first page: heading and tiles.
tile_groups: list[Callable[[HttpRequest], tuple[str, Iterable[Tile]] | None]] = []
#: Who fetches the labels of an order's channel; None: nobody does.
label_sources: list[Callable[[Order], LabelSource | None]] = []
#: Asked when the form of a verb is shown for one order.
advisers: list[Callable[[Order, str], Advice | None]] = []
#: Of the list of users.
user_actions: list[Callable[..., HttpResponse | None]] = []
