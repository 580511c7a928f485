"""Reasons for canceling: TikTok Shop's names, what people read for them, and which one a text of ours means."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from marketplaces.connectors.tiktok import statuses
from marketplaces.errors import Rejected

#: As documented for Brazil; which of them an order takes now, it is asked for.
BEFORE_PAYMENT = (
    "seller_cancel_unpaid_reason_out_of_stock",
    "seller_cancel_unpaid_reason_wrong_price",
    "seller_cancel_unpaid_reason_buyer_hasnt_paid_within_time_allowed",
    "seller_cancel_unpaid_reason_buyer_requested_cancellation",
)
AFTER_PAYMENT = (
    "seller_cancel_reason_out_of_stock",
    "seller_cancel_paid_reason_buyer_requested_cancellation",
    "seller_cancel_paid_reason_address_not_deliver",
)
REFUSALS = (
    "seller_reject_apply_product_has_been_packed",
    "seller_reject_apply_unable_to_change_address",
    "reverse_reject_request_reason_5",
)
#: The end of a name, as people read it.
WORDS: Mapping[str, str] = {
    "out_of_stock": gettext_noop("Out of stock"),
    "wrong_price": gettext_noop("Wrong price"),
    "buyer_hasnt_paid_within_time_allowed": gettext_noop("The buyer has not paid in time"),
    "buyer_requested_cancellation": gettext_noop("The buyer asked the seller to cancel"),
    "address_not_deliver": gettext_noop("There is no delivery to this address"),
}
#: Words of a free text, and the end of the name that they mean.
_MEANT = (
    (("cliente", "comprador", "desist", "customer", "buyer"), "buyer_requested_cancellation"),
    (("endereço", "endereco", "entrega", "address"), "address_not_deliver"),
    (("preço", "preco", "price"), "wrong_price"),
    (("pago", "pagamento", "paid"), "buyer_hasnt_paid_within_time_allowed"),
)
_REFUSAL_MEANT = ((("endereço", "endereco", "address"), "unable_to_change_address"),)


def documented(word: str) -> list[str]:
    """For an order with this status; none after it was shipped."""
    if word == statuses.UNPAID:
        return list(BEFORE_PAYMENT)
    return list(AFTER_PAYMENT) if word in (statuses.ON_HOLD, *statuses.BEFORE_SHIPPING) else []


def label(name: str) -> str:
    """The name itself, where TikTok Shop has a new one."""
    return next((_(words) for end, words in WORDS.items() if name.endswith(end)), name)


def choose(reason: str, eligible: Sequence[str]) -> str:
    """The name for what a person chose or wrote; out of stock where it says nothing of the kind. Raises Rejected."""
    if chosen := [name for name in eligible if reason.strip() in (name, label(name))]:
        return chosen[0]
    end = _meant(reason, _MEANT, "out_of_stock")
    if found := [name for name in eligible if name.endswith(end)]:
        return found[0]
    offered = ", ".join(label(name) for name in eligible) or "–"
    raise Rejected(_("TikTok Shop takes only these reasons for the order now: %(reasons)s.") % {"reasons": offered})


def refusal(reason: str, offered: Sequence[str]) -> str:
    """For a buyer who asks to cancel; that it is packed already, where nothing else is said."""
    names = offered or REFUSALS
    if reason.strip() in names:
        return reason.strip()
    end = _meant(reason, _REFUSAL_MEANT, "product_has_been_packed")
    return next((name for name in names if name.endswith(end)), names[0])


def _meant(reason: str, meanings: Sequence[tuple[Sequence[str], str]], otherwise: str) -> str:
    said = reason.casefold()
    return next((end for words, end in meanings if any(word in said for word in words)), otherwise)
