"""What the order list can show of an order. Each person chooses and keeps the choice in a saved view."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.admin.deadline import Deadline, duration, ship_deadline
from orders.admin.privacy import short_name
from orders.models import Order
from orders.templatetags.badges import badge, status_badge
from orders.templatetags.brazil import brl, cpf_cnpj


@dataclass(frozen=True, slots=True)
class Row:
    """An order as it is listed."""

    order: Order
    now: datetime
    flagged: bool  #: something of it needs attention
    clear: bool  #: the reader may see buyers' personal data


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    label: Promise
    cell: Callable[[Row], SafeString | str]
    fields: tuple[str, ...]  #: of the order: nothing else of it is read
    related: str = ""  #: what else is read, in one query for the page
    many: bool = False  #: of which there may be several
    number: bool = False


def code_and_channel(row: Row) -> SafeString:
    order = row.order
    # Most codes begin with the storefront's name: it is not said twice.
    storefront = "" if order.code.startswith(order.storefront) else f" · {order.storefront}"
    return format_html('<strong>{}</strong><span class="dsp-under">{}{}</span>', order.code, order.channel, storefront)


def buyer(row: Row) -> str:
    return (row.order.buyer_name if row.clear else short_name(row.order.buyer_name)) or "–"


def document(row: Row) -> str:
    text = row.order.buyer_document
    return (cpf_cnpj(text) if row.clear else f"•••{text[-2:]}") if text else "–"


def status(row: Row) -> SafeString:
    order, flags = row.order, [status_badge(row.order.status)]
    if row.flagged:
        flags.append(badge(_("Attention"), "bad"))
    if order.has_open_cancel_request:
        flags.append(badge(_("Asks to cancel"), "warning"))
    if order.hold_until and order.hold_until > row.now:
        left = duration(order.hold_until - row.now)
        flags.append(badge(gettext("On hold for %(time)s") % {"time": left}, "quiet"))
    return format_html('<span class="dsp-flags">{}</span>', format_html_join("", "{}", ((flag,) for flag in flags)))


def ship_by(row: Row) -> SafeString | str:
    deadline = ship_deadline(row.order, row.now)
    return left(deadline) if deadline else "–"


def left(deadline: Deadline) -> SafeString:
    words = badge(deadline.words, deadline.tone)
    return format_html('<span class="dsp-stack">{}<span class="dsp-under">{}</span></span>', words, when(deadline.at))


def when(at: datetime | None) -> str:
    return str(localize(localtime(at))) if at else "–"


def items(row: Row) -> SafeString | str:
    lines = [(line.quantity, line.sku) for line in row.order.items.all()]
    return format_html_join("", '<span class="dsp-line">{} × {}</span>', lines) or "–"


def tracking(row: Row) -> str:
    shipped = [shipment.tracking_code for shipment in row.order.shipments.all()]
    told = [str(known.get("code", "")) for known in row.order.trackings]
    return ", ".join(filter(None, shipped or told)) or "–"


def invoice(row: Row) -> str:
    recorded = getattr(row.order, "invoice", None)
    return f"{recorded.number}/{recorded.series}" if recorded else "–"


def destination(row: Row) -> str:
    address = row.order.shipping_address
    return " – ".join(filter(None, (address.get("city", ""), address.get("state", "")))) or "–"


STATUS_FIELDS = ("status", "hold_until", "cancel_requested_at", "cancel_answered_at")
COLUMNS: Mapping[str, Column] = {
    column.name: column
    for column in (
        Column("code", _("Order"), code_and_channel, ("code", "storefront", "channel__name")),
        Column("buyer", _("Buyer"), buyer, ("buyer_name",)),
        Column("status", _("Status"), status, STATUS_FIELDS),
        Column("total", _("Total"), lambda row: brl(row.order.total), ("total",), number=True),
        Column("placed", _("Placed"), lambda row: when(row.order.placed_at), ("placed_at",)),
        Column("ship_by", _("Ship by"), ship_by, ("ship_by", "status")),
        Column("items", _("Items"), items, (), related="items", many=True),
        Column("carrier", _("Carrier"), lambda row: row.order.carrier or "–", ("carrier",)),
        Column("method", _("Shipping method"), lambda row: row.order.shipping_method or "–", ("shipping_method",)),
        Column("tracking", _("Tracking code"), tracking, ("trackings",), related="shipments", many=True),
        Column("invoice", _("NF-e"), invoice, ("invoice__number", "invoice__series"), related="invoice"),
        Column("destination", _("City"), destination, ("shipping_address",)),
        Column("document", _("CPF/CNPJ"), document, ("buyer_document",)),
        Column("remote_code", _("Marketplace number"), lambda row: row.order.remote_code or "–", ("remote_code",)),
        Column("shipped", _("Shipped"), lambda row: when(row.order.shipped_at), ("shipped_at",)),
        Column("delivered", _("Delivered"), lambda row: when(row.order.delivered_at), ("delivered_at",)),
    )
}
#: Without a choice; the first is always there, for it opens the order.
USUAL = ("code", "buyer", "status", "total", "placed", "ship_by")


def chosen(text: str) -> Sequence[Column]:
    """From names separated by commas, in COLUMNS' order; what is unknown is left out."""
    names = {name for name in text.split(",") if name in COLUMNS} or set(USUAL)
    return [column for column in COLUMNS.values() if column.name in names | {USUAL[0]}]
