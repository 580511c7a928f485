"""What else is done on an order's page: writing a note, having the buyer's data shown."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orders.admin import privacy, rights
from orders.admin.verb_pages import order_url, resolve_page, verb_page
from orders.models import Note, Order


class NoteForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    class Meta:
        model = Note
        fields = ("text",)


class RevealForm(forms.Form):
    reason = forms.CharField(min_length=5, max_length=200)


def urls(admin: "ModelAdmin[Order]") -> list[URLPattern]:
    """Everything below an order's page."""

    def page(view: Any) -> Any:
        return admin.admin_site.admin_view(lambda request, **kwargs: view(request, admin, **kwargs))

    return [
        path("<int:order_id>/do/<slug:name>/", page(verb_page), name="orders_order_verb"),
        path("<int:order_id>/resolve/<int:attention_id>/", page(resolve_page), name="orders_order_resolve"),
        path("<int:order_id>/note/", page(note_page), name="orders_order_note"),
        path("<int:order_id>/reveal/", page(reveal_page), name="orders_order_reveal"),
    ]


@require_POST
def note_page(request: HttpRequest, admin: "ModelAdmin[Order]", order_id: int) -> HttpResponse:
    order = get_object_or_404(Order, pk=order_id)
    if not (admin.has_view_permission(request, order) and rights.may(request.user, "note")):
        raise PermissionDenied
    form = NoteForm(request.POST)
    if form.is_valid():
        Note.objects.create(order=order, text=form.cleaned_data["text"], by_name=request.user.get_username())
        admin.log_change(request, order, _("Note written"))
        messages.success(request, _("Note saved."))
    else:
        messages.error(request, _("Write something, at most 2000 characters."))
    return HttpResponseRedirect(f"{order_url(order_id)}#notes")


@require_POST
def reveal_page(request: HttpRequest, admin: "ModelAdmin[Order]", order_id: int) -> HttpResponse:
    order = get_object_or_404(Order, pk=order_id)
    if not (admin.has_view_permission(request, order) and request.user.has_perm(rights.REVEAL_BUYER)):
        raise PermissionDenied
    form = RevealForm(request.POST)
    if form.is_valid():
        privacy.reveal(request, order, reason=form.cleaned_data["reason"])
        messages.info(request, _("The buyer's data is shown for 15 minutes. Who asked and why is written down."))
    else:
        messages.error(request, _("Say in a few words what you need the buyer's data for."))
    return HttpResponseRedirect(f"{order_url(order_id)}#buyer")
