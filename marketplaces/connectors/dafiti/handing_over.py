"""How units leave us: by which carrier, with which tracking number, fetched by whom. Pure but for gettext."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from marketplaces.adapter import Outgoing
from marketplaces.arranging import Rule, Way
from marketplaces.connectors.dafiti.lists import Provider
from marketplaces.connectors.dafiti.live import Unit
from marketplaces.connectors.dafiti.mapping import DAFITI_ENVIOS
from marketplaces.errors import Rejected

#: What a choice may say.
PROVIDER = "provider"
TRACKING = "tracking_number"
DELIVERY = "delivery_type"
PICKUP = "pickup"
NOW, LATER = "now", "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """What was chosen or told; "" where nothing was."""

    provider: str
    tracking: str
    delivery: str
    access_key: str
    requests_pickup: bool

    @classmethod
    def of(cls, update: Outgoing, rule: Mapping[str, str]) -> "HandOver":
        """Raises Rejected without an invoice: Dafiti takes its key with the hand-over and has no other place for it."""
        if update.invoice is None:
            raise Rejected(_("Dafiti takes an order as ready to ship only with its NF-e: record the invoice first."))
        choice: Mapping[str, str] = update.choice
        shipment = update.shipment
        return cls(
            provider=choice.get(PROVIDER) or (shipment.carrier if shipment else ""),
            tracking=choice.get(TRACKING) or (shipment.tracking_code if shipment else ""),
            delivery=choice.get(DELIVERY, ""),
            access_key=update.invoice.access_key,
            requests_pickup=(choice.get(PICKUP) or rule.get(PICKUP, "")) != LATER,
        )


def provider_for(units: Sequence[Unit], wanted: str, known: Sequence[Provider]) -> Provider:
    """What was chosen, by Dafiti's name for it; else what Dafiti foresees; else its default. Raises Rejected."""
    foreseen = units[0].provider
    for name in filter(None, (wanted, foreseen)):
        for provider in known:
            if provider.name.casefold() == name.strip().casefold():
                return provider
    default = next((provider for provider in known if provider.default), None)
    if default and not wanted:
        return default
    names = ", ".join(provider.name for provider in known) or "–"
    sentence = _("Dafiti does not know the carrier “%(carrier)s” for this seller. It knows: %(carriers)s.")
    raise Rejected(sentence % {"carrier": wanted or foreseen, "carriers": names})


def rules() -> Sequence[Rule]:
    return [
        Rule(
            name=PICKUP,
            label=_("Collection by Dafiti Envios"),
            choices=(("", _("Asked for with the shipment")), (LATER, _("Asked for in Seller Center (fechar PLP)"))),
        )
    ]


def ways(units: Sequence[Unit], known: Sequence[Provider], rule: Mapping[str, str]) -> Sequence[Way]:
    """Every carrier of the seller; who gives no tracking number through Dafiti is asked for it."""
    usual = provider_for(units, "", known).name
    offered: list[Way] = []
    for provider in known:
        named, is_usual = {PROVIDER: provider.name}, provider.name == usual
        if not provider.gives_tracking:
            asks = {TRACKING: _("Tracking code")}
            offered.append(Way(choice=named, group=provider.name, label="", asks=asks, usual=is_usual))
        elif provider.name.casefold() != DAFITI_ENVIOS:
            offered.append(Way(choice=named, group=provider.name, label="", usual=is_usual))
        else:
            for when, words in ((NOW, _("collection asked for now")), (LATER, _("collection asked for later"))):
                by_rule = when == (rule.get(PICKUP) or NOW)
                choice = {**named, PICKUP: when}
                offered.append(Way(choice=choice, group=provider.name, label=words, usual=is_usual and by_rule))
    return offered
