"""One page: set the second factor up, prove it after the password, or look after it."""

from typing import Any

import segno
from django import forms
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django_otp import login
from unfold.widgets import UnfoldAdminTextInputWidget

from config.two_factor.models import Authenticator

WRONG = _("This code is not right, or was used already. Wait for the next one, and check your phone's clock.")
TOO_MANY = _("Too many wrong codes. Wait until %(at)s and type the code that is shown then.")
CODE = {"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}


class CodeForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=40, widget=UnfoldAdminTextInputWidget(attrs=CODE))

    def clean_code(self) -> str:
        return "".join(str(self.cleaned_data["code"]).split())


@never_cache
@sensitive_post_parameters("code")
def two_factor(request: HttpRequest) -> HttpResponse:
    user = request.user
    if not user.is_authenticated or not user.is_staff:
        return redirect_to_login(request.get_full_path(), reverse("admin:login"))
    device, _made = Authenticator.objects.get_or_create(user=user, defaults={"confirmed": False})
    if not device.confirmed:
        return _set_up(request, device)
    return _look_after(request, device) if user.is_verified() else _prove(request, device)  # type: ignore[attr-defined]


def _set_up(request: HttpRequest, device: Authenticator) -> HttpResponse:
    form = _checked(request, device)
    if form.is_bound and form.is_valid():
        return _show_codes(request, device, gettext("The second factor is set up"))
    picture = segno.make(device.uri, error="m").svg_data_uri(scale=4, light="white")
    return _page(request, "set_up", gettext("Set up the second factor"), form=form, device=device, picture=picture)


def _prove(request: HttpRequest, device: Authenticator) -> HttpResponse:
    form = _checked(request, device)
    if form.is_bound and form.is_valid():
        return HttpResponseRedirect(_after(request))
    return _page(request, "prove", gettext("Second factor"), form=form)


def _look_after(request: HttpRequest, device: Authenticator) -> HttpResponse:
    if request.method == "POST" and "codes" in request.POST:
        return _show_codes(request, device, gettext("New backup codes"))
    if request.method == "POST" and "remove" in request.POST:
        device.delete()
        return HttpResponseRedirect(reverse("two_factor"))
    if "next" in request.GET:  # another tab proved it meanwhile
        return HttpResponseRedirect(_after(request))
    return _page(request, "look_after", gettext("Second factor"), device=device)


def _checked(request: HttpRequest, device: Authenticator) -> CodeForm:
    """The form; when its code is right, the session is verified."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with transaction.atomic():
            locked = Authenticator.objects.select_for_update().get(pk=device.pk)
            allowed, why = locked.verify_is_allowed()
            right = locked.verify_token(form.cleaned_data["code"])
        if right:
            request.session.cycle_key()
            login(request, locked)
        else:
            at = "" if allowed else f"{localtime(why['locked_until']):%H:%M:%S}"
            form.add_error("code", TOO_MANY % {"at": at} if at else WRONG)
    return form


def _show_codes(request: HttpRequest, device: Authenticator, title: str) -> HttpResponse:
    codes = Authenticator.objects.get(pk=device.pk).make_backup_codes()
    return _page(request, "codes", title, codes=codes, after=_after(request))


def _after(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "")
    hosts = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(wanted, hosts, require_https=request.is_secure())
    return wanted if safe else reverse("admin:index")


def _page(request: HttpRequest, name: str, title: str, **context: Any) -> HttpResponse:
    shared = {**admin.site.each_context(request), "title": title}
    return TemplateResponse(request, f"two_factor/{name}.html", shared | context)
