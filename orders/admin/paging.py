"""Lists that stay fast however many rows there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from unfold.views import ChangeList

if TYPE_CHECKING:
    BasePaginator = Paginator[Any]
else:
    BasePaginator = Paginator

MOST = 10_000


class CappedPaginator(BasePaginator):
    """Counts no further than anybody pages: every page paid for a count of all rows that nobody reads."""

    template_name = "orders/admin/pagination.html"

    @cached_property
    def counted(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]  # stubs allow any sequence, a list has rows
        return rows.order_by()[: MOST + 1].count()

    @property
    def count(self) -> int:
        return min(self.counted, MOST)

    @property
    def has_more(self) -> bool:
        return self.counted > MOST


class SteadyChangeList(ChangeList):
    """A list without a second count, so its heading has no “n of m”; the foot of the page tells how many."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.full_result_count = self.result_count


@dataclass(frozen=True, slots=True)
class Sorting:
    """By an instant and the id, both in one direction, as an index has them."""

    field: str
    descending: bool

    def ordering(self, *, backwards: bool = False) -> tuple[str, str]:
        sign = "-" if self.descending != backwards else ""
        return f"{sign}{self.field}", f"{sign}id"

    def beyond(self, cursor: "Cursor", *, backwards: bool = False) -> Q:
        """Rows after (or before) this one; the first condition is what the index is entered with."""
        word = "lt" if self.descending != backwards else "gt"
        near = Q(**{f"{self.field}__{word}e": cursor.at})
        return near & (Q(**{f"{self.field}__{word}": cursor.at}) | Q(**{f"id__{word}": cursor.pk}))


@dataclass(frozen=True, slots=True)
class Cursor:
    at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.pk}"

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """None for what is no cursor: the list then begins at its beginning."""
        at, _, pk = text.replace(" ", "+").partition("_")  # in an address "+" means a space
        try:
            moment = datetime.fromisoformat(at)
            return cls(moment, int(pk)) if moment.tzinfo else None
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Page:
    pks: list[int]
    after: Cursor | None  #: where the next page begins; None on the last one
    before: Cursor | None  #: where the page before ends; None on the first one


def page(rows: "QuerySet[Any]", sorting: Sorting, params: Mapping[str, str], *, size: int) -> Page:
    """The ids of one page, found by where the last one ended: page 1,000 costs what page 1 costs.

    `params` may have `after` or `before`, a Cursor as text each.
    """
    start, end = Cursor.read(params.get("after", "")), Cursor.read(params.get("before", ""))
    backwards = end is not None and start is None
    cursor = end if backwards else start
    if cursor:
        rows = rows.filter(sorting.beyond(cursor, backwards=backwards))
    found = list(rows.order_by(*sorting.ordering(backwards=backwards)).values_list("pk", sorting.field)[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    ends = [Cursor(at, pk) for pk, at in (found[-1:] + found[:1])]
    return Page(
        [pk for pk, _at in found],
        after=ends[0] if ends and (more or backwards) else None,
        before=ends[1] if ends and (more if backwards else cursor is not None) else None,
    )
