"""What the back office's screens have in common."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext

from orders.admin.paging import CappedPaginator, SteadyChangeList
from orders.admin.watched import Watched

if TYPE_CHECKING:  # Unfold's own hints contradict what its classes do; Django's hold for both
    BaseAdmin = admin.ModelAdmin
else:
    from unfold.admin import ModelAdmin

    class BaseAdmin(ModelAdmin):
        def __class_getitem__(cls, _model: Any) -> type:
            return cls


Row = TypeVar("Row", bound=Model)


def column(field: str, heading: Any) -> Callable[[Model], Any]:
    """A field in a list under a heading of its own, for the model's names are not written as headings."""

    @admin.display(description=heading)
    def value(row: Model) -> Any:
        return getattr(row, field)

    value.__name__ = field
    return value


class Screen(Watched, BaseAdmin[Row]):
    """A list and a page; nothing is deleted from here."""

    list_filter_submit = True
    list_per_page = 50
    list_max_show_all = 0
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    empty_title: str | Promise = ""
    empty_text: str | Promise = ""
    rows_word: str | Promise = ""  #: where the model's plural does not fit a count
    change_form_outer_before_template: str | None = None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[SteadyChangeList]:
        return SteadyChangeList

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """One button saves; what comes next is the page itself or the list."""
        context |= {"show_save_and_continue": False, "show_save_and_add_another": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Row) -> HttpResponse:
        messages.success(request, gettext("Saved."))
        return self.response_post_save_change(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False


class ReadScreen(Screen[Row]):
    """Rows that nobody makes or edits here; their page is a template of ours."""

    page_template: str

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def page_context(self, request: HttpRequest, row: Row) -> dict[str, Any]:
        """What the page needs besides the row, which it knows as `original`."""
        raise NotImplementedError

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        if row is None:
            missing: HttpResponse = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]  # Django's stubs lack it
            return missing
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": row,
            "title": str(row),
            "may_change": self.has_change_permission(request, row),
            **self.page_context(request, row),
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.page_template, context)
