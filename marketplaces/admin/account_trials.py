"""Test orders of a homologation account: made and paid from here."""

from decimal import Decimal

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from marketplaces.admin.account_pages import PAGES, Page, adapter_of, ask, done, render, url
from marketplaces.capabilities import MakesTrialOrders, TrialOrder
from marketplaces.errors import MarketplaceError
from marketplaces.models import Account
from orders.models import Order
from orders.status import Status

NAME = "test-orders"
SHOWN = 20


class TrialForm(forms.Form):
    sku = forms.CharField(
        label=_("SKU"),
        max_length=80,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Of a product that the account sells."),
    )
    quantity = forms.IntegerField(
        label=_("Quantity"), min_value=1, max_value=999, initial=1, widget=UnfoldAdminIntegerFieldWidget
    )
    unit_price = forms.DecimalField(
        label=_("Unit price"),
        min_value=Decimal(0),
        max_digits=10,
        decimal_places=2,
        initial=Decimal("10.00"),
        localize=True,
        widget=UnfoldAdminTextInputWidget({"inputmode": "decimal"}),  # a number field shows no decimal comma
    )
    buyer_name = forms.CharField(
        label=_("Buyer"), max_length=80, initial="Comprador de Teste", widget=UnfoldAdminTextInputWidget
    )


def trials_page(admin: "ModelAdmin[Account]", request: HttpRequest, account: Account) -> HttpResponse:
    if account.production:
        messages.error(
            request, gettext("This is a production account: test orders are possible only in homologation accounts.")
        )
        return HttpResponseRedirect(reverse("admin:marketplaces_account_change", args=[account.pk]))
    adapter = adapter_of(account)
    if not isinstance(adapter, MakesTrialOrders):
        raise Http404
    if request.method == "POST" and (code := request.POST.get("approve")):
        done(request, adapter.approve_trial_order(code), gettext("Paid: the approval comes in by itself in a moment."))
        return HttpResponseRedirect(url(account, NAME))
    form = TrialForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask(adapter.create_trial_order(TrialOrder(**form.cleaned_data)))
        except MarketplaceError as error:
            form.add_error(None, error.detail)
        else:
            messages.success(request, gettext("The test order is made: it comes in by itself in a moment."))
            return HttpResponseRedirect(url(account, NAME))
    unpaid = Order.objects.filter(channel=account.channel_id, status=Status.NEW).order_by("-placed_at", "-id")
    context = {"title": page.title, "form": form, "unpaid": unpaid[:SHOWN]}
    return render(admin, request, account, "test_orders.html", **context)


page = PAGES[NAME] = Page(NAME, _("Test orders"), MakesTrialOrders, trials_page, homologation_only=True)
