"""CANCELED by the seller, and the answers to a buyer who asks to."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from marketplaces.adapter import Outgoing
from marketplaces.connectors.tiktok import reasons, statuses
from marketplaces.connectors.tiktok.client import NO_SUCH_CALL, Client
from marketplaces.connectors.tiktok.live import Live, look
from marketplaces.connectors.tiktok.mapping import open_request
from marketplaces.errors import AlreadyApplied, MarketplaceError, Rejected
from marketplaces.values import listed, text
from orders.status import Status

#: Being canceled or canceled already; completed or canceled.
DONE = frozenset({"25001011", "25001051"})
#: Not allowed for the seller now; handed over already.
TOO_LATE = frozenset({"25001015", "25001045"})
#: The request is answered, withdrawn or over.
NOT_OPEN = frozenset({"25001011", "25001051", "25005010", "25005011", "25020005"})


async def canceled(client: Client, update: Outgoing) -> str:
    """The whole order: parts can be canceled in other countries only. The end of it comes with the order's status."""
    if update.partial:
        raise Rejected(
            _("In Brazil TikTok Shop cancels whole orders only: cancel it there as a whole, or skip this update.")
        )
    live = await look(client, update.code)
    if live.word == statuses.CANCELLED:
        raise AlreadyApplied(_("The order is canceled at TikTok Shop already."))
    reason = reasons.choose(update.reason, await eligible(client, live))
    try:
        told = await client.cancel_order(update.code, reason=reason)
    except Rejected as error:
        raise await _cannot(client, update, error) from error
    return " ".join(filter(None, (text(told.get("cancel_id")), text(told.get("cancel_status")))))


async def eligible(client: Client, live: Live) -> list[str]:
    """Names of the reasons that TikTok Shop takes for this order now. Raises Rejected, with its reason, for none."""
    try:
        rows = await client.eligible_cancellations(live.snapshot.code)
    except Rejected as error:
        if error.code not in NO_SUCH_CALL:
            raise
        return reasons.documented(live.word)
    entries = [entry for row in rows for entry in listed(row.get("line_item_eligibility")) if isinstance(entry, dict)]
    asked = [entry for entry in entries if text(entry.get("request_type")) in ("", "CANCEL")]
    allowed = [entry for entry in asked if entry.get("eligible") is True]
    names = [text(name) for entry in allowed for name in listed(entry.get("available_reason_names"))]
    if allowed and not names:
        return reasons.documented(live.word)
    if not names:
        why = "; ".join(filter(None, dict.fromkeys(text(entry.get("ineligible_reason")) for entry in asked)))
        raise Rejected(_("TikTok Shop does not let the seller cancel this order now. %(why)s").strip() % {"why": why})
    return list(dict.fromkeys(names))


async def accepted(client: Client, update: Outgoing) -> str:
    return await _answer(client, update, accept=True)


async def rejected(client: Client, update: Outgoing) -> str:
    return await _answer(client, update, accept=False)


async def is_canceled(client: Client, update: Outgoing) -> bool:
    return (await look(client, update.code)).word == statuses.CANCELLED


async def is_rejected(client: Client, update: Outgoing) -> bool:
    live = await look(client, update.code)
    return live.word != statuses.CANCELLED and not live.asks_to_cancel


async def _answer(client: Client, update: Outgoing, *, accept: bool) -> str:
    live = await look(client, update.code)
    request = open_request(live.document)
    cancel_id = text(request.cancel_id) if request else ""
    if not cancel_id:
        raise _not_asked(live, accept)
    try:
        if accept:
            return await client.approve_cancellation(cancel_id, idempotency_key=f"despacho-{update.update_id}")
        reason = reasons.refusal(update.reason, await _reject_reasons(client, cancel_id))
        return await client.reject_cancellation(cancel_id, reason=reason, comment=update.reason)
    except Rejected as error:
        if error.code not in NOT_OPEN:
            raise
        raise _not_asked(await look(client, update.code), accept) from error


async def _reject_reasons(client: Client, cancel_id: str) -> Sequence[str]:
    try:
        return await client.reject_reasons(cancel_id)
    except Rejected:
        return ()


async def _cannot(client: Client, update: Outgoing, error: Rejected) -> MarketplaceError:
    if error.code in DONE and (error.code == "25001011" or await is_canceled(client, update)):
        return AlreadyApplied(error.detail)
    if error.code in TOO_LATE:
        sentence = _("TikTok Shop no longer cancels this order for the seller: settle it with the buyer.")
        return Rejected(f"{sentence} ({error.detail})", code=error.code)
    return error


def _not_asked(live: Live, accept: bool) -> MarketplaceError:
    """The buyer withdrew, somebody answered in the Seller Center, 48 hours are over, or our own answer had arrived."""
    canceled_there = live.snapshot.status is Status.CANCELED
    if canceled_there is accept:
        return AlreadyApplied(_("The buyer's request is answered so at TikTok Shop already."))
    return Rejected(
        _("The buyer's request is no longer open at TikTok Shop, and the order goes on: cancel it, if still wanted.")
        if accept
        else _("The buyer's request is no longer open at TikTok Shop, and the order is canceled there.")
    )
