"""What people did in the back office, one line a deed. Facts about orders are also on each order's timeline."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from orders.admin.screen import ReadScreen, column


def note_deed(request: HttpRequest, rows: Iterable[Model], words: str) -> None:
    """Write down what a person does to all of these, in one statement."""
    if (found := list(rows)) and request.user.pk is not None:
        LogEntry.objects.log_actions(request.user.pk, found, CHANGE, change_message=words)


@admin.register(LogEntry)
class AuditAdmin(ReadScreen[LogEntry]):
    list_display = (column("action_time", _("When")), column("user", _("Who")), "thing", "deed")
    list_display_links = None
    list_select_related = ("user", "content_type")
    sortable_by = ()
    ordering = ("-id",)
    search_fields = ("user__username", "object_repr")
    search_help_text = _("User or what it was done to")
    rows_word = _("records")
    empty_title = _("Nothing was done yet")
    empty_text = _("Whatever people do here is listed with its time and author.")

    def has_change_permission(self, request: HttpRequest, obj: LogEntry | None = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:admin_logentry_changelist"))

    @admin.display(description=_("What it was done to"))
    def thing(self, entry: LogEntry) -> SafeString:
        kind = capfirst(entry.content_type.name) if entry.content_type else ""
        url = None if entry.is_deletion() else entry.get_admin_url()
        name = format_html('<a class="dsp-link" href="{}">{}</a>', url, entry.object_repr) if url else entry.object_repr
        return format_html('{}<span class="dsp-under">{}</span>', name, kind)

    @admin.display(description=_("What was done"))
    def deed(self, entry: LogEntry) -> str:
        return entry.get_change_message() or str(entry.get_action_flag_display())
