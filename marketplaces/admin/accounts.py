"""Accounts: connect one, see how it is doing, test, pull, pause and resume it."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from marketplaces import inbound, registry
from marketplaces.admin import account_pages, authorization, begun_elsewhere
from marketplaces.admin.account_form import OPTION, PREFIX, account_form
from marketplaces.admin.account_health import health_of
from marketplaces.admin.account_stock import stock_figures
from marketplaces.admin.account_words import last_contact, state_badge
from marketplaces.connection import check
from marketplaces.models import Account
from orders.admin.screen import Screen, column

#: Seconds that somebody waits in front of the screen for a pull; the rest comes by itself.
PULL_SECONDS = 10.0


@admin.register(Account)
class AccountAdmin(Screen[Account]):
    list_display = (
        "name",
        "marketplace",
        "state",
        "last_contact",
        column("last_order_at", _("Last new order")),
        "error",
    )
    list_select_related = ("channel",)
    ordering = ("channel__name", "id")
    change_form_outer_before_template = "marketplaces/admin/account_state.html"
    empty_title = _("No account is connected yet")
    empty_text = _("Connect the first one: its orders then appear by themselves.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        return super().get_queryset(request).select_related("channel", "access_token")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """First the marketplace, then the form that it needs."""
        if request.GET.get("connector") in registry.CONNECTORS:
            return super().add_view(request, form_url, extra_context)
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Connect an account"),
            "connectors": registry.choices(),
        }
        return TemplateResponse(request, "marketplaces/admin/choose_marketplace.html", context)

    def get_form(self, request: HttpRequest, obj: Account | None = None, change: bool = False, **kwargs: Any) -> Any:
        return account_form(obj.connector if obj else request.GET["connector"], obj)

    def get_fieldsets(self, request: HttpRequest, obj: Account | None = None) -> Any:
        fields = self.get_form(request, obj).base_fields
        deeds = [name for name in fields if name == "tells_stock" or name.startswith(OPTION)]
        return [
            (None, {"fields": ["name", "code", "seller_cnpj"]}),
            (
                _("Credentials"),
                {
                    "fields": [name for name in fields if name.startswith(PREFIX)],
                    "description": _("They are stored encrypted and never shown again."),
                },
            ),
            (_("Connection"), {"fields": ["base_url", "production"]}),
            *([(_("What it does"), {"fields": deeds})] if deeds else []),
            (_("Advanced"), {"fields": ["limits"], "classes": ["collapse"]}),
        ]

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        form.save_account()
        if obj.pause_reason == Account.Pause.UNAUTHORIZED and form.typed_credentials:
            messages.info(request, gettext("The account is still paused: test the connection, then resume."))

    def response_add(self, request: HttpRequest, obj: Account, post_url_continue: str | None = None) -> HttpResponse:
        if authorization.is_needed(obj):
            messages.success(request, gettext("The account is set up. Now authorize it at the marketplace."))
        else:
            messages.success(request, gettext("The account is connected. Test the connection before you rely on it."))
        return HttpResponseRedirect(self._url(obj))

    def response_post_save_change(self, request: HttpRequest, obj: Account) -> HttpResponseRedirect:
        """Back to the account: what was changed is tested there."""
        return HttpResponseRedirect(self._url(obj))

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(require_POST(self.act))
        return [
            path("<int:account_id>/do/<slug:deed>/", page, name="marketplaces_account_act"),
            path(
                "authorized/",
                self.admin_site.admin_view(self.authorized),
                name="marketplaces_account_authorized",
            ),
            *account_pages.urls(self),
            *super().get_urls(),
        ]

    def authorized(self, request: HttpRequest) -> HttpResponse:
        if begun_elsewhere.is_so(request):
            return begun_elsewhere.ask(self, request)
        return authorization.come_back(request)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Account | None = None, **kwargs: Any
    ) -> HttpResponse:
        if obj:
            context |= {"account_pages": account_pages.pages_of(obj), "stock": stock_figures(obj)}
            context["health"] = health_of(request, obj)
        response = super().render_change_form(request, context, *args, obj=obj, **kwargs)
        return authorization.let_leave(response, obj) if obj and authorization.is_needed(obj) else response

    def act(self, request: HttpRequest, account_id: int, deed: str) -> HttpResponse:
        account = get_object_or_404(Account.objects.select_related("channel"), pk=account_id)
        if not self.has_change_permission(request, account):
            raise PermissionDenied
        if deed == "authorize" and authorization.is_needed(account):
            self.log_change(request, account, gettext("Sent to the marketplace to authorize"))
            return authorization.leave(request, account)
        deeds = {"check": self._check, "pull": self._pull, "pause": self._pause, "resume": self._resume}
        if deed not in deeds:
            raise Http404
        deeds[deed](request, account)
        return HttpResponseRedirect(self._url(account))

    def _check(self, request: HttpRequest, account: Account) -> None:
        self.log_change(request, account, gettext("Connection tested"))
        if problem := check(account):
            messages.error(request, gettext("The connection does not work: %(problem)s") % {"problem": problem})
        else:
            messages.success(request, gettext("The connection works: the marketplace accepts address and credentials."))

    def _pull(self, request: HttpRequest, account: Account) -> None:
        self.log_change(request, account, gettext("Pulled by hand"))
        pulled = inbound.pull(account, seconds=PULL_SECONDS)
        if pulled.error:
            messages.error(request, pulled.error)
        if pulled.fetched:
            sentence = gettext(
                "Messages received: %(fetched)s. New orders: %(created)s, changed: %(changed)s, "
                "without change: %(unchanged)s, in quarantine: %(quarantined)s."
            )
            facts = ("fetched", "created", "changed", "unchanged", "quarantined")
            messages.success(request, sentence % {name: getattr(pulled, name) for name in facts})
        elif not pulled.error:
            messages.info(request, gettext("The marketplace answered: there is nothing new."))

    def _pause(self, request: HttpRequest, account: Account) -> None:
        account.pause(Account.Pause.MANUAL, detail=gettext("By %(user)s.") % {"user": request.user.get_username()})
        self.log_change(request, account, gettext("Paused"))
        messages.success(request, gettext("Paused: nothing is pulled and nothing is sent until you resume."))

    def _resume(self, request: HttpRequest, account: Account) -> None:
        account.resume()
        self.log_change(request, account, gettext("Resumed"))
        messages.success(request, gettext("Resumed: what waited is pulled and sent from now on."))

    def _url(self, account: Account) -> str:
        return reverse("admin:marketplaces_account_change", args=[account.pk])

    @admin.display(description=_("Name"), ordering="channel__name")
    def name(self, account: Account) -> SafeString:
        return format_html(
            '<strong>{}</strong><span class="dsp-under">{}</span>', account.channel.name, account.channel.code
        )

    @admin.display(description=_("Marketplace"))
    def marketplace(self, account: Account) -> str:
        return account.get_connector_display()

    @admin.display(description=_("State"))
    def state(self, account: Account) -> SafeString:
        return state_badge(account)

    @admin.display(description=_("Last contact"), ordering="last_pull_at")
    def last_contact(self, account: Account) -> str:
        return last_contact(account)

    @admin.display(description=_("Last error"))
    def error(self, account: Account) -> SafeString | str:
        problem = account.pause_detail or account.last_error
        return format_html('<span class="dsp-clip">{}</span>', problem) if problem else "–"
