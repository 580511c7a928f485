"""What webhooks were told, and what waits: each change once per webhook."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesRadioFilter, RelatedCheckboxFilter

from orders.admin.screen import ReadScreen, column
from orders.admin.verb_pages import order_url
from orders.templatetags.badges import badge
from warehouse.following import AGAIN
from warehouse.models import Delivery

TONES = {Delivery.State.PENDING: "todo", Delivery.State.SENT: "good", Delivery.State.FAILED: "bad"}


@admin.register(Delivery)
class DeliveryAdmin(ReadScreen[Delivery]):
    list_display = (
        "change",
        "order_link",
        column("webhook", _("Webhook")),
        "state_word",
        column("attempts", _("Attempts")),
        column("last_status", _("Answer")),
        column("last_error", _("Last error")),
        column("due_at", _("Due")),
    )
    list_select_related = ("order", "webhook", "event")
    list_filter = (("state", ChoicesRadioFilter), ("webhook", RelatedCheckboxFilter))
    sortable_by = ()
    ordering = ("-id",)
    actions = ("send_again",)
    page_template = "warehouse/admin/delivery.html"
    empty_title = _("Nothing was told yet")
    empty_text = _("As soon as an order changes, what is sent to the webhooks is listed here for two weeks.")

    def page_context(self, request: HttpRequest, row: Delivery) -> dict[str, Any]:
        return {"delivery": row}

    @admin.action(description=_("Send again now"), permissions=["change"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        repeated = Delivery.objects.filter(pk__in=queryset.values("pk")).update(**AGAIN)
        words = ngettext("%(n)s message is sent again.", "%(n)s messages are sent again.", repeated)
        messages.success(request, words % {"n": repeated})

    @admin.display(description=_("Change"))
    def change(self, delivery: Delivery) -> str:
        return delivery.event.get_kind_display()

    @admin.display(description=_("Order"))
    def order_link(self, delivery: Delivery) -> SafeString:
        return format_html('<a class="dsp-link" href="{}">{}</a>', order_url(delivery.order_id), delivery.order.code)

    @admin.display(description=_("State"))
    def state_word(self, delivery: Delivery) -> SafeString:
        return badge(delivery.get_state_display(), TONES[Delivery.State(delivery.state)])
