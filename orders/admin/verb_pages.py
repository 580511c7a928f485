"""The pages behind an order's buttons: a form for each verb, and resolving what needs attention."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orders import verbs
from orders.admin import extensions
from orders.admin.buttons import FORMS
from orders.admin.verb_forms import VerbForm
from orders.errors import AlreadyDone, OrderError
from orders.models import Actor, Attention, Order
from orders.status import Status
from orders.words import STATUS_WORDS


def actor(request: HttpRequest) -> Actor:
    return Actor.user(request.user.get_username())


def order_url(order_id: int) -> str:
    return reverse("admin:orders_order_change", args=[order_id])


def verb_page(request: HttpRequest, admin: "ModelAdmin[Order]", order_id: int, name: str) -> HttpResponse:
    """Show a verb's form, or run the verb; what was typed stays when it is refused."""
    order = get_object_or_404(Order.objects.select_related("channel"), pk=order_id)
    if not admin.has_change_permission(request, order):
        raise PermissionDenied
    if name not in FORMS:
        raise Http404
    form = FORMS[name](order, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            _perform(request, form)
        except AlreadyDone as error:
            messages.warning(request, error.message)
            return HttpResponseRedirect(order_url(order_id))
        except OrderError as error:
            form.place(error)
            order.refresh_from_db(fields=["status"])
        else:
            messages.success(request, str(form.done))
            return HttpResponseRedirect(order_url(order_id))
    elif request.method != "POST" and name not in verbs.possible(order):
        status = STATUS_WORDS[Status(order.status)]
        messages.warning(request, _("This is not possible while the order is “%(status)s”.") % {"status": status})
        return HttpResponseRedirect(order_url(order_id))
    for advise in extensions.advisers:
        if advice := advise(order, name):
            form.take(advice)
    return TemplateResponse(request, "orders/admin/verb.html", _context(request, admin, form))


def _context(request: HttpRequest, admin: "ModelAdmin[Order]", form: VerbForm) -> dict[str, Any]:
    return {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "original": form.order,
        "title": form.label,
        "order": form.order,
        "form": form,
        "media": admin.media + form.media,
    }


@transaction.atomic
def _perform(request: HttpRequest, form: VerbForm) -> None:
    """Run the verb, unless the order is no longer where the person saw it."""
    status = Order.objects.select_for_update().values_list("status", flat=True).get(pk=form.order.pk)
    seen = request.POST.get("seen", "")
    form.order.status = status
    if seen and seen != status and form.name in verbs.possible(form.order):
        raise OrderError(
            _("Meanwhile the order became “%(status)s”. Look at it once more, then confirm again.")
            % {"status": STATUS_WORDS[Status(status)]}
        )
    form.perform(by=actor(request))


@require_POST
def resolve_page(request: HttpRequest, admin: "ModelAdmin[Order]", order_id: int, attention_id: int) -> HttpResponse:
    attention = get_object_or_404(Attention.objects.select_related("order"), pk=attention_id, order_id=order_id)
    if not admin.has_change_permission(request, attention.order):
        raise PermissionDenied
    try:
        verbs.resolve(attention, by=actor(request))
    except AlreadyDone as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, _("Marked as resolved."))
    return HttpResponseRedirect(order_url(order_id))
