"""The pages behind an order's buttons: a form for each verb, as a page of its own or as a dialog on the order's."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orders import verbs
from orders.admin import extensions, rights
from orders.admin.buttons import FORMS
from orders.admin.privacy import shown_buyer
from orders.admin.seen import newest_event, news_since
from orders.admin.timeline import timeline
from orders.admin.verb_forms import VerbForm
from orders.errors import AlreadyDone, OrderError
from orders.models import Actor, Attention, Order

#: What orders/static/orders/dialogs.js sends with its requests.
DIALOG, CHECK = "X-Dialog", "X-Check"


def actor(request: HttpRequest) -> Actor:
    return Actor.user(request.user.get_username())


def order_url(order_id: int) -> str:
    return reverse("admin:orders_order_change", args=[order_id])


def verb_page(request: HttpRequest, admin: "ModelAdmin[Order]", order_id: int, name: str) -> HttpResponse:
    """Show a verb's form, check what was typed, or run the verb; what was typed stays when it is refused."""
    order = get_object_or_404(Order.objects.select_related("channel"), pk=order_id)
    if not (admin.has_view_permission(request, order) and rights.may(request.user, name)):
        raise PermissionDenied
    if name not in FORMS:
        raise Http404
    form = FORMS[name](order, request.POST or None, request.FILES or None, about=request.GET.get("about", ""))
    if CHECK in request.headers and form.checked:
        return _checked(request, form)
    if request.method == "POST":
        return _submitted(request, admin, form)
    if problem := form.obstacle():
        messages.warning(request, problem)
        return _leave(request, order_id)
    return _shown(request, admin, form)


def _submitted(request: HttpRequest, admin: "ModelAdmin[Order]", form: VerbForm) -> HttpResponse:
    if form.is_valid():
        try:
            _perform(request, form)
        except AlreadyDone as error:
            messages.warning(request, error.message)
            return _leave(request, form.order.pk)
        except OrderError as error:
            form.place(error)
        else:
            admin.log_change(request, form.order, str(form.label))
            messages.success(request, str(form.done))
            return _leave(request, form.order.pk)
    return _shown(request, admin, form)


def _checked(request: HttpRequest, form: VerbForm) -> JsonResponse:
    """What would be wrong, by field, and what was understood; the verb runs and is undone."""
    if form.is_valid():
        try:
            with transaction.atomic():
                form.perform(by=actor(request))
                transaction.set_rollback(True)
        except OrderError as error:
            form.place(error)
    errors = {form.add_prefix(name): " ".join(map(str, problems)) for name, problems in form.errors.items()}
    return JsonResponse({"errors": errors, "understood": "" if errors else form.understood()})


def _shown(request: HttpRequest, admin: "ModelAdmin[Order]", form: VerbForm) -> HttpResponse:
    order = form.order
    for advise in extensions.advisers:
        if advice := advise(order, form.name):
            form.take(advice)
    context: dict[str, Any] = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "original": order,
        "title": form.label,
        "order": order,
        "buyer": shown_buyer(request, order),
        "form": form,
        "seen": newest_event(order.pk),
        "media": admin.media + form.media,
    }
    template = "orders/admin/verb_form.html" if DIALOG in request.headers else "orders/admin/verb.html"
    return TemplateResponse(request, template, context)


def _leave(request: HttpRequest, order_id: int) -> HttpResponse:
    """Back to the order; a dialog is told to go there, for a redirect would fetch the page into it."""
    url = order_url(order_id)
    return JsonResponse({"go": url}) if DIALOG in request.headers else HttpResponseRedirect(url)


@transaction.atomic
def _perform(request: HttpRequest, form: VerbForm) -> None:
    """Run the verb, unless something happened that the person has not seen; then what it was is shown."""
    order = form.order
    order.status = Order.objects.select_for_update().values_list("status", flat=True).get(pk=order.pk)
    news = news_since(order.pk, request.POST.get("seen", ""))
    if news and not form.obstacle():
        form.news = timeline(news)
        raise OrderError(_("Meanwhile something happened to this order. Look at it, then confirm again."))
    form.perform(by=actor(request))


@require_POST
def resolve_page(request: HttpRequest, admin: "ModelAdmin[Order]", order_id: int, attention_id: int) -> HttpResponse:
    attention = get_object_or_404(Attention.objects.select_related("order"), pk=attention_id, order_id=order_id)
    if not rights.may(request.user, "resolve"):
        raise PermissionDenied
    try:
        verbs.resolve(attention, by=actor(request))
    except AlreadyDone as error:
        messages.warning(request, error.message)
    else:
        admin.log_change(request, attention.order, _("Resolved: %(what)s") % {"what": attention})
        messages.success(request, _("Marked as resolved."))
    return HttpResponseRedirect(order_url(order_id))
