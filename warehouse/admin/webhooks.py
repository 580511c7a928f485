"""Webhooks: made with a secret that is shown once, paused, given another secret, and told again what they missed."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Field, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from orders.admin.screen import Screen, column
from orders.admin.watched import WatchedForm
from orders.api.feed import Horizon
from orders.models import OrderEvent
from orders.templatetags.badges import badge
from warehouse import guard
from warehouse.following import AGAIN, go_back
from warehouse.models import Delivery, Webhook

#: From which moment on everything may be told again: hours ago.
AGO = (1, 24, 7 * 24)


class WebhookForm(WatchedForm):
    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            guard.resolve(url)
        except guard.Refused as error:
            raise ValidationError(str(error), code="refused") from error
        return url


@admin.register(Webhook)
class WebhookAdmin(Screen[Webhook]):
    form = WebhookForm
    list_display = (
        column("name", _("Name")),
        column("url", _("Address")),
        "state",
        "waiting",
        "given_up",
        column("created_at", _("Created")),
    )
    ordering = ("name",)
    fields = ("name", "url", "channels", "kinds")
    change_form_outer_before_template = "warehouse/admin/webhook_state.html"
    empty_title = _("No webhooks yet")
    empty_text = _("A webhook tells a system of yours every change within seconds, so that it need not ask.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Webhook]:
        waiting = Count("deliveries", filter=Q(deliveries__state=Delivery.State.PENDING))
        failed = Count("deliveries", filter=Q(deliveries__state=Delivery.State.FAILED))
        return super().get_queryset(request).annotate(waiting_count=waiting, failed_count=failed)

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "kinds":
            return forms.MultipleChoiceField(
                label=_("Only these changes"),
                choices=OrderEvent.Kind.choices,
                required=False,
                widget=UnfoldAdminCheckboxSelectMultipleWidget,
                help_text=_("Choose none for all of them."),
            )
        if db_field.name == "url":
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Webhook, form: Any, change: bool) -> None:
        if not change:
            vars(request)["new_secret"] = obj.add_secret()
            obj.xid = Horizon.now().oldest_running  # from now on
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Webhook, post_url_continue: str | None = None) -> HttpResponse:
        return self._show_secret(request, obj, vars(request)["new_secret"])

    def get_urls(self) -> list[URLPattern]:
        act = self.admin_site.admin_view(require_POST(self.act))
        return [path("<int:webhook_id>/do/<slug:deed>/", act, name="warehouse_webhook_act"), *super().get_urls()]

    @transaction.atomic
    def act(self, request: HttpRequest, webhook_id: int, deed: str) -> HttpResponse:
        """Locked: of two people who make a secret at once, neither is shown one that the other's has replaced."""
        webhook = get_object_or_404(Webhook.objects.select_for_update(), pk=webhook_id)
        if not self.has_change_permission(request, webhook):
            raise PermissionDenied
        deeds = {
            "pause": self._pause,
            "resume": self._resume,
            "rotate": self._rotate,
            "drop-old": self._drop_old,
            "repeat-failed": self._repeat_failed,
            "go-back": self._go_back,
        }
        if deed not in deeds:
            raise Http404
        answer = deeds[deed](request, webhook)
        self.log_change(request, webhook, deed)
        return answer or HttpResponseRedirect(reverse("admin:warehouse_webhook_change", args=[webhook.pk]))

    def _pause(self, request: HttpRequest, webhook: Webhook) -> None:
        webhook.pause(Webhook.Pause.BY_HAND)
        messages.success(request, gettext("Paused: nothing is sent, and nothing is lost."))

    def _resume(self, request: HttpRequest, webhook: Webhook) -> None:
        webhook.resume()
        messages.success(request, gettext("Resumed: what waited is sent within seconds."))

    def _rotate(self, request: HttpRequest, webhook: Webhook) -> HttpResponse:
        secret = webhook.add_secret()
        webhook.save(update_fields=["secrets"])
        return self._show_secret(request, webhook, secret)

    def _drop_old(self, request: HttpRequest, webhook: Webhook) -> None:
        webhook.drop_old_secrets()
        webhook.save(update_fields=["secrets"])
        messages.success(request, gettext("Only the newest secret signs from now on."))

    def _repeat_failed(self, request: HttpRequest, webhook: Webhook) -> None:
        repeated = webhook.deliveries.filter(state=Delivery.State.FAILED).update(**AGAIN)
        messages.success(request, gettext("Sent again: %(n)s.") % {"n": repeated})

    def _go_back(self, request: HttpRequest, webhook: Webhook) -> None:
        hours = int(request.POST.get("hours", "0"))
        if hours not in AGO:
            raise Http404
        go_back(webhook, to=timezone.now() - timedelta(hours=hours))
        messages.success(request, gettext("Everything since then is told again."))

    def _show_secret(self, request: HttpRequest, webhook: Webhook, secret: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("The new secret"),
            "webhook": webhook,
            "secret": secret,
        }
        return TemplateResponse(request, "warehouse/admin/webhook_secret.html", context)

    @admin.display(description=_("State"))
    def state(self, webhook: Webhook) -> SafeString:
        if webhook.paused_at:
            return badge(_("Paused"), "warning")
        return badge(_("Failing"), "bad") if webhook.failures else badge(_("Active"), "good")

    @admin.display(description=_("Waiting"))
    def waiting(self, webhook: Webhook) -> int:
        return int(vars(webhook)["waiting_count"])

    @admin.display(description=_("Given up"))
    def given_up(self, webhook: Webhook) -> int:
        return int(vars(webhook)["failed_count"])
