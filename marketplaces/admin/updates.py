"""What channels must be told: failures first, each with what to do about it."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from marketplaces import by_hand
from orders.admin.audit import note_deed
from orders.admin.choices import ChoicesFilter, RadioFilter, RelatedFilter
from orders.admin.grouping import alike, groups
from orders.admin.screen import ReadScreen, column
from orders.admin.search import search
from orders.admin.verb_pages import actor, order_url
from orders.models import ChannelUpdate, Order
from orders.templatetags.badges import state_badge

State = ChannelUpdate.State
OPEN = (State.FAILED, State.PENDING)
FAILED_ONES = ChannelUpdate.objects.filter(state=State.FAILED)
#: Updates of one error that are sent again with one press.
AT_ONCE = 5_000


class StateFilter(RadioFilter):
    """Unless asked otherwise, only what is not finished is listed."""

    title = _("state")
    parameter_name = "state"
    all_option = ["", _("Failed and waiting")]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [*((str(value), label) for value, label in State.choices), ("ALL", _("All"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ChannelUpdate]) -> QuerySet[ChannelUpdate]:
        if self.value() == "ALL":
            return queryset
        return queryset.filter(state=self.value()) if self.value() else queryset.filter(state__in=OPEN)


class SameErrorFilter(RadioFilter):
    """Failed ones whose last error says the same."""

    title = _("same error")
    parameter_name = "alike"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [(group["alike"], f"{group['count']} × {group['example']}") for group in failed_groups(request)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ChannelUpdate]) -> QuerySet[ChannelUpdate]:
        return of_group(queryset, self.value() or "") if self.value() else queryset


def failed_groups(request: HttpRequest) -> list[dict[str, Any]]:
    """Asked once for each page, whoever shows them."""
    asked: list[dict[str, Any]] | None = vars(request).get("failed_groups")
    if asked is None:
        asked = vars(request)["failed_groups"] = groups(FAILED_ONES, "last_error")
    return asked


def of_group(queryset: QuerySet[ChannelUpdate], words: str) -> QuerySet[ChannelUpdate]:
    return queryset.filter(state=State.FAILED).annotate(alike=alike("last_error")).filter(alike=words)


@admin.register(ChannelUpdate)
class ChannelUpdateAdmin(ReadScreen[ChannelUpdate]):
    list_display = (
        "update",
        "order_link",
        column("channel", _("Channel")),
        "state_word",
        column("attempts", _("Attempts")),
        "next_try",
        "error",
    )
    list_select_related = ("order", "channel")
    page_template = "marketplaces/admin/update.html"
    list_before_template = "marketplaces/admin/update_groups.html"
    list_filter = (StateFilter, SameErrorFilter, ("kind", ChoicesFilter), ("channel", RelatedFilter))
    sortable_by = ()
    search_fields = ("order__code",)
    search_help_text = _("Code of the order, tracking or access key")
    actions = ("retry_selected", "skip_selected")
    empty_title = _("Nothing is waiting")
    empty_text = _("Every channel knows what it must know. What was sent can be seen with the filter “All”.")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Failures first ("FAILED" sorts before "PENDING"), then what is due next; of what is finished, the newest."""
        return ("-id",) if request.GET.get("state") else ("state", "due_at", "id")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ChannelUpdate], search_term: str
    ) -> tuple[QuerySet[ChannelUpdate], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(order__in=search(Order.objects.all(), search_term)), False

    def page_context(self, request: HttpRequest, row: ChannelUpdate) -> dict[str, Any]:
        return {
            "update": row,
            "open": row.state in OPEN,
            "waiting": by_hand.why_waiting(row),
            "attempts": row.attempt_log.order_by("-id"),
        }

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(require_POST(self.settle_one))
        alike = self.admin_site.admin_view(require_POST(self.retry_alike))
        return [
            path("alike/", alike, name="orders_channelupdate_alike"),
            path("<int:update_id>/do/<slug:deed>/", page, name="orders_channelupdate_settle"),
            *super().get_urls(),
        ]

    def settle_one(self, request: HttpRequest, update_id: int, deed: str) -> HttpResponse:
        """Send again or skip, from the update's or the order's page; goes back to where the button was."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        deeds = {"retry": self.retry_selected, "skip": self.skip_selected}
        if deed not in deeds:
            raise Http404
        update = get_object_or_404(ChannelUpdate, pk=update_id)
        deeds[deed](request, ChannelUpdate.objects.filter(pk=update.pk))
        back = request.POST.get("next", "")
        safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
        return HttpResponseRedirect(back if safe else reverse("admin:orders_channelupdate_changelist"))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {"groups": failed_groups(request), "may_change": self.has_change_permission(request)}
        return super().changelist_view(request, {**(extra_context or {}), **context})

    def retry_alike(self, request: HttpRequest) -> HttpResponse:
        """Send all again that failed with the same error."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        chosen = of_group(ChannelUpdate.objects.all(), request.POST.get("alike", "")).order_by("id")
        ids = list(chosen.values_list("pk", flat=True)[:AT_ONCE])
        self.retry_selected(request, ChannelUpdate.objects.filter(pk__in=ids))
        return HttpResponseRedirect(reverse("admin:orders_channelupdate_changelist"))

    @admin.action(description=_("Send again now"), permissions=["change"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[ChannelUpdate]) -> None:
        note_deed(request, queryset.select_related("order"), gettext("Sent again"))
        sent = by_hand.retry(queryset, by=actor(request))
        words = ngettext("%(n)s update is sent again.", "%(n)s updates are sent again.", sent)
        self._tell(request, words, sent, queryset)

    @admin.action(description=_("Skip: the channel is not told"), permissions=["change"])
    def skip_selected(self, request: HttpRequest, queryset: QuerySet[ChannelUpdate]) -> None:
        note_deed(request, queryset.select_related("order"), gettext("Skipped"))
        skipped = by_hand.skip(queryset, by=actor(request))
        words = ngettext("%(n)s update is skipped.", "%(n)s updates are skipped.", skipped)
        self._tell(request, words, skipped, queryset)

    def _tell(self, request: HttpRequest, words: str, done: int, queryset: QuerySet[ChannelUpdate]) -> None:
        if done:
            messages.success(request, words % {"n": done})
        if left := queryset.count() - done:
            sentence = ngettext(
                "%(n)s was not failed or waiting for another attempt, and is left as it is.",
                "%(n)s were not failed or waiting for another attempt, and are left as they are.",
                left,
            )
            messages.warning(request, sentence % {"n": left})

    @admin.display(description=_("Update"))
    def update(self, update: ChannelUpdate) -> str:
        return update.get_kind_display()

    @admin.display(description=_("Order"))
    def order_link(self, update: ChannelUpdate) -> SafeString:
        return format_html('<a class="dsp-link" href="{}">{}</a>', order_url(update.order_id), update.order.code)

    @admin.display(description=_("State"))
    def state_word(self, update: ChannelUpdate) -> SafeString:
        return state_badge(update)

    @admin.display(description=_("Next try"))
    def next_try(self, update: ChannelUpdate) -> str:
        return str(localize(localtime(update.due_at))) if update.state == State.PENDING else "–"

    @admin.display(description=_("Last error"))
    def error(self, update: ChannelUpdate) -> SafeString | str:
        if not update.last_error:
            return "–"
        under = format_html('<span class="dsp-under">{}</span>', update.get_failure_display()) if update.failure else ""
        return format_html(
            '<span class="dsp-stack"><span class="dsp-clip" title="{0}">{0}</span>{1}</span>', update.last_error, under
        )
