"""Messages that could not become orders: why, the message itself, read again or discard."""

import json
from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from marketplaces import quarantine
from marketplaces.models import InboundMessage
from orders.admin.audit import note_deed
from orders.admin.choices import RadioFilter, RelatedFilter
from orders.admin.grouping import alike, groups
from orders.admin.screen import ReadScreen, column
from orders.admin.seen import Facts, changed, marks, meanwhile
from orders.admin.verb_pages import order_url
from orders.models import Order
from orders.templatetags.badges import badge

State = InboundMessage.State
#: Messages of one reason that are read again while somebody waits.
AT_ONCE = 500
TONES = {State.APPLIED: "good", State.QUARANTINED: "bad", State.REPLAYED: "good", State.DISCARDED: "ended"}


class StateFilter(RadioFilter):
    """Unless asked otherwise, only what waits for somebody is listed."""

    title = _("state")
    parameter_name = "state"
    all_option = ["", _("In quarantine")]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        others = (State.REPLAYED, State.DISCARDED, State.APPLIED)
        return [(state.value, state.label) for state in others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[InboundMessage]) -> QuerySet[InboundMessage]:
        return queryset.filter(state=self.value() or State.QUARANTINED)


@admin.register(InboundMessage)
class QuarantineAdmin(ReadScreen[InboundMessage]):
    list_display = ("code", column("account", _("Account")), "state_word", "why", column("received_at", _("Received")))
    list_select_related = ("account__channel",)
    page_template = "marketplaces/admin/message.html"
    list_before_template = "marketplaces/admin/message_groups.html"
    list_filter = (StateFilter, ("account", RelatedFilter))
    sortable_by = ()
    ordering = ("-received_at", "-id")
    search_fields = ("external_id",)
    search_help_text = _("Code of the order")
    rows_word = _("messages")
    actions = ("replay_selected", "discard_selected")
    empty_title = _("The quarantine is empty")
    empty_text = _("Every message that came in could be read. One that cannot waits here, whole, with the reason.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[InboundMessage], search_term: str
    ) -> tuple[QuerySet[InboundMessage], bool]:
        term = search_term.strip()
        return (queryset.filter(external_id=term) if term else queryset), False

    def page_context(self, request: HttpRequest, row: InboundMessage) -> dict[str, Any]:
        order = Order.objects.filter(channel=row.account.channel_id, code=row.external_id).first()
        return {
            "message": row,
            "state_word": self.state_word(row),
            "waiting": row.state == State.QUARANTINED,
            "pretty": pretty(row.raw),
            "corrected": pretty(row.corrected),
            "seen": marks(_facts(row)),
            "order_url": order_url(order.pk) if order else "",
        }

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(require_POST(self.settle_one))
        alike = self.admin_site.admin_view(require_POST(self.replay_alike))
        return [
            path("alike/", alike, name="marketplaces_inboundmessage_alike"),
            path("<uuid:message_id>/do/<slug:deed>/", page, name="marketplaces_inboundmessage_settle"),
            *super().get_urls(),
        ]

    def settle_one(self, request: HttpRequest, message_id: Any, deed: str) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        message = get_object_or_404(InboundMessage, pk=str(message_id))
        if deed == "correct":
            if refusal := self._correct(request, message, request.POST.get("corrected", "")):
                return refusal
        elif deed == "replay":
            self.replay_selected(request, InboundMessage.objects.filter(pk=message.pk))
        elif deed == "discard":
            self.discard_selected(request, InboundMessage.objects.filter(pk=message.pk))
        else:
            raise Http404
        return HttpResponseRedirect(reverse("admin:marketplaces_inboundmessage_change", args=[message.pk]))

    @transaction.atomic
    def _correct(self, request: HttpRequest, message: InboundMessage, text: str) -> HttpResponse | None:
        """The page again, where somebody else corrected the message since it was shown."""
        message = InboundMessage.objects.select_for_update().get(pk=message.pk)
        seen = request.POST.get("seen", "")
        if changed(_facts(message), seen) and message.state == State.QUARANTINED:
            refused = meanwhile(message, [gettext("the corrected message")], seen)
            return self.change_view(request, str(message.pk), extra_context={"typed": text, "refused": refused})
        if not text.strip():
            messages.error(request, gettext("Write the corrected message."))
        elif message.state != State.QUARANTINED:
            messages.warning(request, gettext("Nothing here was waiting any more."))
        elif quarantine.replay(message, corrected=text):
            self.log_change(request, message, gettext("Read with corrections"))
            messages.success(request, gettext("The corrected message is an order now."))
        else:
            self.log_change(request, message, gettext("Corrected, and still unreadable"))
            messages.warning(request, gettext("It still cannot be read: see why. Your correction is kept."))
        return None

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        waiting = InboundMessage.objects.filter(state=State.QUARANTINED)
        context = {"groups": groups(waiting, "problem"), "may_change": self.has_change_permission(request)}
        return super().changelist_view(request, {**(extra_context or {}), **context})

    def replay_alike(self, request: HttpRequest) -> HttpResponse:
        """Read all again that could not be read for the same reason, as many as somebody waits for."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        waiting = InboundMessage.objects.filter(state=State.QUARANTINED).annotate(alike=alike("problem"))
        of_reason = waiting.filter(alike=request.POST.get("alike", "")).order_by("received_at", "id")
        self.replay_selected(request, InboundMessage.objects.filter(pk__in=of_reason.values("pk")[:AT_ONCE]))
        return HttpResponseRedirect(reverse("admin:marketplaces_inboundmessage_changelist"))

    @admin.action(description=_("Read again"), permissions=["change"])
    def replay_selected(self, request: HttpRequest, queryset: QuerySet[InboundMessage]) -> None:
        waiting = list(queryset.filter(state=State.QUARANTINED))
        read = sum(quarantine.replay(message) for message in waiting)
        note_deed(request, waiting, gettext("Read again"))
        if read:
            words = ngettext("%(n)s message is an order now.", "%(n)s messages are orders now.", read)
            messages.success(request, words % {"n": read})
        if left := len(waiting) - read:
            words = ngettext(
                "%(n)s message still cannot be read: see why.", "%(n)s messages still cannot be read: see why.", left
            )
            messages.warning(request, words % {"n": left})
        if not waiting:
            messages.warning(request, gettext("Nothing here was waiting any more."))

    @admin.action(description=_("Discard"), permissions=["change"])
    def discard_selected(self, request: HttpRequest, queryset: QuerySet[InboundMessage]) -> None:
        note_deed(request, queryset.filter(state=State.QUARANTINED), gettext("Discarded"))
        gone = quarantine.discard(queryset)
        words = ngettext("%(n)s message is discarded.", "%(n)s messages are discarded.", gone)
        messages.success(request, words % {"n": gone})

    @admin.display(description=_("Order"))
    def code(self, message: InboundMessage) -> str:
        return message.external_id or gettext("code unknown")

    @admin.display(description=_("State"))
    def state_word(self, message: InboundMessage) -> SafeString:
        return badge(message.get_state_display(), TONES[State(message.state)])

    @admin.display(description=_("Why it could not be read"))
    def why(self, message: InboundMessage) -> SafeString | str:
        return format_html('<span class="dsp-clip">{}</span>', message.problem) if message.problem else "–"


def _facts(message: InboundMessage) -> Facts:
    return {"corrected": message.corrected}


def pretty(raw: str) -> str:
    """JSON with one thing a line; anything else as it came."""
    try:
        return json.dumps(json.loads(raw), ensure_ascii=False, indent=2)
    except ValueError:
        return raw
