"""Keys of warehouse systems: shown once when they are made, then only revoked."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import PermissionDenied
from django.db.models import Field
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from orders.admin.screen import Screen, column
from orders.models import ApiKey
from orders.models.api_key import Scope, all_scopes, check_network
from orders.templatetags.badges import badge


def check_networks(entries: list[str]) -> None:
    """Raises ValidationError for the first that is none."""
    for entry in entries:
        check_network(entry)


@admin.register(ApiKey)
class ApiKeyAdmin(Screen[ApiKey]):
    list_display = (
        column("name", _("Name")),
        "beginning",
        "may",
        "state",
        column("last_used_at", _("Last used")),
        column("created_at", _("Created")),
    )
    ordering = ("name",)
    fields = ("name", "scopes", "channels", "networks", "expires_at")
    change_form_outer_before_template = "orders/admin/api_key_state.html"
    empty_title = _("No API keys yet")
    empty_text = _("A warehouse system needs a key to read orders and to tell what it did. Its secret is shown once.")

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "scopes":
            return forms.MultipleChoiceField(
                label=_("Allowed to"),
                choices=Scope.choices,
                initial=all_scopes,
                widget=UnfoldAdminCheckboxSelectMultipleWidget,
            )
        if db_field.name == "networks":
            # The form's own sentence about a list says only that something in it is wrong.
            return SimpleArrayField(
                forms.CharField(max_length=43),
                required=False,
                validators=[check_networks],
                widget=UnfoldAdminTextInputWidget(),
                label=_("Only from the addresses"),
                help_text=db_field.help_text,
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if not change:
            secret = ApiKey.new_secret()
            obj.set_secret(secret)
            vars(request)["new_secret"] = secret  # for response_add alone: never stored, never in a cookie
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        revoke = self.admin_site.admin_view(require_POST(self.revoke))
        return [path("<int:key_id>/revoke/", revoke, name="orders_apikey_revoke"), *super().get_urls()]

    def revoke(self, request: HttpRequest, key_id: int) -> HttpResponse:
        key = get_object_or_404(ApiKey, pk=key_id)
        if not self.has_change_permission(request, key):
            raise PermissionDenied
        if ApiKey.objects.filter(pk=key_id, revoked_at__isnull=True).update(revoked_at=timezone.now()):
            self.log_change(request, key, gettext("Revoked"))
        messages.success(request, gettext("Key “%(name)s” is revoked: it opens nothing any more.") % {"name": key.name})
        return HttpResponseRedirect(reverse("admin:orders_apikey_changelist"))

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("The new key"),
            "key": obj,
            "secret": vars(request)["new_secret"],
        }
        return TemplateResponse(request, "orders/admin/api_key_secret.html", context)

    @admin.display(description=_("Begins with"))
    def beginning(self, key: ApiKey) -> SafeString:
        return format_html("<code>{}…</code>", key.hint)

    @admin.display(description=_("Allowed to"))
    def may(self, key: ApiKey) -> str:
        return ", ".join(str(Scope(scope).label) for scope in key.scopes)

    @admin.display(description=_("State"))
    def state(self, key: ApiKey) -> SafeString:
        if key.revoked_at:
            return badge(_("Revoked"), "ended")
        if not key.is_live(timezone.now()):
            return badge(_("Expired"), "warning")
        return badge(_("Active"), "good")
