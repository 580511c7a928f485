"""CANCELED by the seller, and the answers to a buyer who asks to."""

from django.utils.translation import gettext as _

from marketplaces.adapter import Outgoing
from marketplaces.connectors.shopee import payload, statuses
from marketplaces.connectors.shopee.client import Client
from marketplaces.connectors.shopee.live import Live, look
from marketplaces.document import parts
from marketplaces.errors import AlreadyApplied, MarketplaceError, Rejected
from marketplaces.values import number
from orders.snapshot import Fulfillment
from orders.status import Status

OUT_OF_STOCK = "OUT_OF_STOCK"
CUSTOMER_REQUEST = "CUSTOMER_REQUEST"
#: Words of a reason that say that the buyer wanted it.
BY_BUYER = ("cliente", "comprador", "desist", "customer", "buyer")
CANNOT_CANCEL = "order.error_limit"
NOT_ASKED = frozenset({"order.cancel_order_invalid_status", "order.order_status_invalid"})


async def canceled(client: Client, update: Outgoing) -> str:
    if update.partial:
        raise Rejected(_("A part of an order is canceled in Shopee's Seller Center, then this update can be skipped."))
    live = await look(client, update.code)
    if live.snapshot.fulfillment is Fulfillment.MARKETPLACE:
        raise Rejected(_("Shopee's own warehouse invoices and ships this order."))
    if live.snapshot.status is Status.CANCELED:
        raise AlreadyApplied(_("Shopee knows this already."))
    reason = CUSTOMER_REQUEST if any(word in update.reason.casefold() for word in BY_BUYER) else OUT_OF_STOCK
    items = parts(live.document.item_list, payload.Item) if reason == OUT_OF_STOCK else []
    named = {(number(item.item_id), number(item.model_id)): None for item in items}
    rows = [{"item_id": item, "model_id": model} for item, model in named]
    try:
        return await client.cancel_order(update.code, reason=reason, items=rows)
    except Rejected as error:
        if error.code != CANNOT_CANCEL:
            raise
        raise await _cannot(client, update, error) from error


async def accepted(client: Client, update: Outgoing) -> str:
    return await _answer(client, update, accept=True)


async def rejected(client: Client, update: Outgoing) -> str:
    return await _answer(client, update, accept=False)


async def is_canceled(client: Client, update: Outgoing) -> bool:
    return (await look(client, update.code)).snapshot.status is Status.CANCELED


async def is_rejected(client: Client, update: Outgoing) -> bool:
    return (await look(client, update.code)).word not in (statuses.IN_CANCEL, statuses.CANCELLED)


async def _answer(client: Client, update: Outgoing, *, accept: bool) -> str:
    live = await look(client, update.code)
    if live.word != statuses.IN_CANCEL:
        raise _not_asked(live, accept)
    try:
        return await client.handle_buyer_cancellation(update.code, accept=accept)
    except Rejected as error:
        if error.code not in NOT_ASKED:
            raise
        raise _not_asked(await look(client, update.code), accept) from error


async def _cannot(client: Client, update: Outgoing, error: Rejected) -> MarketplaceError:
    if await is_canceled(client, update):
        return AlreadyApplied(error.detail)
    sentence = _("Shopee no longer cancels this order, because it has a tracking number: settle it with the buyer.")
    return Rejected(f"{sentence} ({error.detail})", code=error.code)


def _not_asked(live: Live, accept: bool) -> MarketplaceError:
    """The buyer withdrew, somebody answered in the Seller Center, or our own answer had arrived."""
    if (live.snapshot.status is Status.CANCELED) is accept:
        return AlreadyApplied(_("Shopee knows this already."))
    return Rejected(
        _("The buyer's request is no longer open at Shopee, and the order goes on: cancel it, if that is still wanted.")
        if accept
        else _("The buyer's request is no longer open at Shopee, and the order is canceled there.")
    )
