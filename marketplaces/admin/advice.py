"""Beside the forms of an order: what its marketplace says before a person confirms."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from marketplaces import registry
from marketplaces.admin.account_pages import adapter_of, ask
from marketplaces.advice import CancelsPackages, TakesReasons
from marketplaces.errors import MarketplaceError
from marketplaces.models import Account
from orders.admin import extensions
from orders.admin.extensions import Advice
from orders.models import ChannelUpdate, Order

#: Forms with a reason that the channel is told, and what it is told with it.
KINDS = {"cancel": ChannelUpdate.Kind.CANCELED, "fail_delivery": ChannelUpdate.Kind.DELIVERY_FAILED}


def marketplace_advice(order: Order, verb: str) -> Advice | None:
    """Asks the marketplace, for one form at a time. When it does not answer, that is what it says."""
    account = Account.objects.select_related("channel").filter(channel=order.channel_id).first()
    if account is None or verb not in KINDS or account.is_paused:
        return None
    adapter = registry.adapter_class(account.connector)
    try:
        reasons = _reasons(account, order, verb) if issubclass(adapter, TakesReasons) else ()
        packages = _packages(account, order) if verb == "cancel" and issubclass(adapter, CancelsPackages) else ()
    except MarketplaceError as error:
        return Advice(warnings=(_("%(channel)s could not be asked: %(error)s") % _words(order, error),))
    return Advice(reasons=tuple(reasons), warnings=tuple(_sentence(package) for package in packages))


def _words(order: Order, error: MarketplaceError) -> Mapping[str, str]:
    return {"channel": str(order.channel), "error": error.detail}


def _reasons(account: Account, order: Order, verb: str) -> Sequence[str]:
    adapter = adapter_of(account)
    return ask(adapter.reasons(kind=KINDS[verb], code=order.code)) if isinstance(adapter, TakesReasons) else ()


def _packages(account: Account, order: Order) -> Sequence[Mapping[str, int]]:
    adapter = adapter_of(account)
    return ask(adapter.canceled_together(order.code)) if isinstance(adapter, CancelsPackages) else ()


def _sentence(package: Mapping[str, int]) -> str:
    units = ", ".join(f"{units} × {sku}" for sku, units in package.items())
    sentence = _(
        "These are packed together: canceling one of them cancels the whole package at the channel: %(units)s."
    )
    return sentence % {"units": units}


extensions.advisers.append(marketplace_advice)
