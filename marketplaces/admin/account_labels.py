"""Labels of orders that the marketplace ships: group, print, ungroup, confirm the collection. Many at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from marketplaces.admin.account_pages import PAGES, Page, adapter_of, ask, ask_or_tell, done, render, url
from marketplaces.capabilities import LabelGroup, LabelOrder, PrintsLabels
from marketplaces.errors import MarketplaceError
from marketplaces.models import Account
from orders.admin.verb_pages import order_url
from orders.models import Order
from orders.serving import PDF, document

NAME = "labels"


def labels_page(admin: "ModelAdmin[Account]", request: HttpRequest, account: Account) -> HttpResponse:
    adapter = adapter_of(account)
    if not isinstance(adapter, PrintsLabels):
        raise Http404
    if request.method == "POST":
        _do(request, adapter)
        return HttpResponseRedirect(url(account, NAME))
    if number := request.GET.get("pdf"):
        return _pdf(request, account, adapter, number)
    nothing: Sequence[LabelOrder] = ()
    no_groups: Sequence[LabelGroup] = ()
    waiting = ask_or_tell(request, adapter.orders_to_group(), nothing)
    groups = ask_or_tell(request, adapter.label_groups(), no_groups)
    collecting = ask_or_tell(request, adapter.orders_to_collect(), nothing)
    codes = {code for group in groups for code in group.remote_codes}
    urls = _order_urls(account, codes | {order.remote_code for order in (*waiting, *collecting)})
    context = {
        "title": page.title,
        "waiting": [(order, urls.get(order.remote_code, "")) for order in waiting],
        "groups": [(group, [(code, urls.get(code, "")) for code in group.remote_codes]) for group in groups],
        "collecting": [(order, urls.get(order.remote_code, "")) for order in collecting],
        "most": adapter.largest_group,
    }
    return render(admin, request, account, "labels.html", **context)


def _do(request: HttpRequest, adapter: PrintsLabels) -> None:
    deed, chosen = request.POST.get("deed"), list(dict.fromkeys(request.POST.getlist("order")))
    if deed == "ungroup":
        number = request.POST.get("group", "")
        done(request, adapter.ungroup(number), gettext("PLP %(id)s is ungrouped.") % {"id": number})
    elif not chosen:
        messages.warning(request, gettext("Choose at least one order."))
    elif deed == "group":
        _group(request, adapter, chosen)
    elif deed == "collect":
        words = ngettext(
            "The collection of %(n)s order is confirmed.", "The collection of %(n)s orders is confirmed.", len(chosen)
        )
        done(request, adapter.confirm_collection(chosen), words % {"n": len(chosen)})


def _group(request: HttpRequest, adapter: PrintsLabels, chosen: Iterable[str]) -> None:
    """Orders of one kind go together, at most so many; what is refused leaves the other groups as they are."""
    for kind, codes in _parcels(chosen, adapter.largest_group):
        try:
            number = ask(adapter.group(codes))
        except MarketplaceError as error:
            words = gettext("%(kind)s, %(n)s orders: %(problem)s")
            messages.error(request, words % {"kind": kind, "n": len(codes), "problem": error.detail})
        else:
            words = ngettext(
                "PLP %(id)s is made: %(kind)s, %(n)s order.", "PLP %(id)s is made: %(kind)s, %(n)s orders.", len(codes)
            )
            messages.success(request, words % {"id": number, "kind": kind, "n": len(codes)})


def _parcels(chosen: Iterable[str], most: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """From "KIND code" as the checkboxes say it."""
    pairs = sorted(tuple(value.split(" ", 1)) for value in chosen if " " in value)
    for kind, rows in groupby(pairs, key=lambda pair: pair[0]):
        codes = [row[1] for row in rows]
        for start in range(0, len(codes), most):
            yield kind, tuple(codes[start : start + most])


def _pdf(request: HttpRequest, account: Account, adapter: PrintsLabels, number: str) -> HttpResponse:
    try:
        content = ask(adapter.label_pdf(number))
    except MarketplaceError as error:
        messages.error(request, error.detail)
        return HttpResponseRedirect(url(account, NAME))
    name = "".join(character for character in number if character.isalnum())
    return document(content, content_type=PDF, filename=f"plp-{name}.pdf", shown=True)


def _order_urls(account: Account, remote_codes: Iterable[str]) -> Mapping[str, str]:
    known: Any = Order.objects.filter(channel=account.channel_id, remote_code__in=set(remote_codes))
    return {remote_code: order_url(pk) for remote_code, pk in known.values_list("remote_code", "pk")}


page = PAGES[NAME] = Page(NAME, _("Labels (PLP)"), PrintsLabels, labels_page)
