"""Who was shown whose personal data, and what for: for those who answer for it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orders.admin.screen import ReadScreen, column
from orders.admin.verb_pages import order_url
from orders.models import Disclosure


@admin.register(Disclosure)
class DisclosureAdmin(ReadScreen[Disclosure]):
    list_display = (
        column("at", _("When")),
        column("by_name", _("Who")),
        "order_link",
        column("reason", _("What for")),
    )
    list_display_links = None
    list_select_related = ("order",)
    sortable_by = ()
    ordering = ("-id",)
    rows_word = _("records")
    search_fields = ("by_name", "order__code")
    search_help_text = _("User or code of the order")
    empty_title = _("Nobody was shown anything yet")
    empty_text = _("Who has a buyer's personal data shown says what for, and it is written down here.")

    def has_change_permission(self, request: HttpRequest, obj: Disclosure | None = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is no more to see than the list shows: the order itself."""
        row = self.get_object(request, object_id)
        return HttpResponseRedirect(order_url(row.order_id) if row else "../../")

    @admin.display(description=_("Order"))
    def order_link(self, row: Disclosure) -> SafeString:
        return format_html('<a class="dsp-link" href="{}">{}</a>', order_url(row.order_id), row.order.code)
