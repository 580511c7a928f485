"""Lists that stay fast however many rows there are."""

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
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
