"""Saved views of the order list: each person's own filters and columns, under a name."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from orders.admin.order_list import FLEETING
from orders.admin.seen import Facts, changed, marks
from orders.models import Order, SavedView

MOST = 30


class ViewForm(forms.Form):
    deed = forms.ChoiceField(choices=[(deed, deed) for deed in ("save", "rename", "replace", "default", "delete")])
    view = forms.IntegerField(required=False)
    name = forms.CharField(max_length=40, required=False)
    query = forms.CharField(max_length=2000, required=False)
    is_default = forms.BooleanField(required=False)
    seen = forms.CharField(max_length=200, required=False)


@require_POST
def views_page(request: HttpRequest, admin: "ModelAdmin[Order]") -> HttpResponse:
    """Save, rename, fill anew, delete a view, or have it open by itself; goes back to the list."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    form = ViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("The view was not saved: give it a name of at most 40 characters."))
        return HttpResponseRedirect(_orders() + "?tab=all")
    try:
        with transaction.atomic():
            view = _do(request, form.cleaned_data)
    except IntegrityError:
        messages.error(request, gettext("You already have a view of this name."))
        return HttpResponseRedirect(_orders() + "?" + (kept(form.cleaned_data["query"]) or "tab=all"))
    return HttpResponseRedirect(address(view) if view else _orders() + "?tab=all")


def _do(request: HttpRequest, said: dict[str, Any]) -> SavedView | None:
    mine = SavedView.objects.filter(user=request.user.pk)
    if said["deed"] == "save":
        return _save(request, said)
    view = mine.select_for_update().filter(pk=said["view"]).first()
    if view is None:
        messages.warning(request, gettext("This view is gone: it was deleted meanwhile."))
        return None
    if changed(_facts(view), said["seen"]):
        messages.error(
            request, gettext("Nothing was saved: you changed this view elsewhere meanwhile. Look at it again.")
        )
        return view
    if said["deed"] == "delete":
        view.delete()
        messages.success(request, gettext("The view “%(name)s” is deleted.") % {"name": view.name})
        return None
    if said["deed"] == "rename" and said["name"].strip():
        view.name = said["name"].strip()
    elif said["deed"] == "replace":
        view.query = kept(said["query"])
    elif said["deed"] == "default":
        view.is_default = not view.is_default
        mine.exclude(pk=view.pk).update(is_default=False)
    view.save()
    messages.success(request, gettext("The view “%(name)s” is saved.") % {"name": view.name})
    return view


def _save(request: HttpRequest, said: dict[str, Any]) -> SavedView | None:
    mine, name = SavedView.objects.filter(user=request.user.pk), said["name"].strip()
    if not name:
        messages.error(request, gettext("Give the view a name."))
        return None
    if mine.count() >= MOST:
        messages.error(request, gettext("You have %(most)s views; delete one first.") % {"most": MOST})
        return None
    if said["is_default"]:
        mine.update(is_default=False)
    view = SavedView.objects.create(
        user_id=request.user.pk or 0, name=name, query=kept(said["query"]), is_default=said["is_default"]
    )
    messages.success(request, gettext("The view “%(name)s” is saved.") % {"name": view.name})
    return view


def kept(query: str) -> str:
    """Of a list's address, what belongs to a view."""
    pairs = parse_qsl(query, keep_blank_values=False)
    return urlencode([(name, value) for name, value in pairs if name not in (*FLEETING, "pasted")])


def address(view: SavedView) -> str:
    return f"{_orders()}?{view.query}{'&' if view.query else ''}view={view.pk}"


def views_of(request: HttpRequest) -> list[tuple[SavedView, str, str]]:
    """A person's views by name: each with its address, and of the one that is open its marks."""
    views = SavedView.objects.filter(user=request.user.pk).order_by("name")
    return [
        (view, address(view), marks(_facts(view)) if request.GET.get("view") == str(view.pk) else "") for view in views
    ]


def _facts(view: SavedView) -> Facts:
    return {"name": view.name, "query": view.query, "is_default": view.is_default}


def opens_by_itself(request: HttpRequest) -> str:
    """The address of the view that opens when the list is opened without saying what; "" if there is none."""
    view = SavedView.objects.filter(user=request.user.pk, is_default=True).first()
    return address(view) if view else ""


def _orders() -> str:
    return reverse("admin:orders_order_changelist")
