"""The order list as a file: CSV, sent while it is read, and XLSX. Buyers' data only for those who may see it."""

import csv
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, prefetch_related_objects
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

from orders.admin import rights
from orders.admin.bulk import add_action, choice
from orders.admin.cells import Echo, plain
from orders.admin.paging import Cursor, Sorting, page
from orders.admin.privacy import short_name
from orders.models import Order
from orders.status import Status
from orders.words import STATUS_WORDS

NEWEST = Sorting("placed_at", descending=True)
CHUNK = 1000
#: A workbook is made whole before it is sent; a CSV has no such end.
MOST_XLSX = 50_000
#: By what is chosen in the list; more than these are exported by filters.
MOST_CHOSEN = 300

Cell = str | Decimal | datetime | int | None


@dataclass(frozen=True, slots=True)
class Field:
    label: Promise
    value: Callable[[Order], Cell]
    masked: Callable[[Order], Cell] | None = None  #: instead, for those who may not see buyers' data


def _ending(text: str) -> str:
    return f"•••{text[-2:]}" if text else ""


def _nothing(_order: Order) -> str:
    return ""


def _trackings(order: Order) -> str:
    shipped = [shipment.tracking_code for shipment in order.shipments.all()]
    return " ".join(shipped or [str(told.get("code", "")) for told in order.trackings])


FIELDS = (
    Field(_("Order"), lambda order: order.code),
    Field(_("Marketplace number"), lambda order: order.remote_code),
    Field(_("Channel"), lambda order: order.channel.name),
    Field(_("Storefront"), lambda order: order.storefront),
    Field(_("Status"), lambda order: str(STATUS_WORDS[Status(order.status)])),
    Field(_("Placed"), lambda order: order.placed_at),
    Field(_("Approved"), lambda order: order.approved_at),
    Field(_("Ship by"), lambda order: order.ship_by),
    Field(_("Shipped"), lambda order: order.shipped_at),
    Field(_("Delivered"), lambda order: order.delivered_at),
    Field(_("Canceled"), lambda order: order.canceled_at),
    Field(_("Items"), lambda order: "; ".join(f"{line.quantity} × {line.sku}" for line in order.items.all())),
    Field(_("Units"), lambda order: sum(line.quantity for line in order.items.all())),
    Field(_("Total"), lambda order: order.total),
    Field(_("Shipping cost"), lambda order: order.shipping_cost),
    Field(_("Discount"), lambda order: order.discount),
    Field(_("NF-e"), lambda order: order.invoice.number if hasattr(order, "invoice") else ""),
    Field(_("Access key"), lambda order: order.invoice.access_key if hasattr(order, "invoice") else ""),
    Field(_("Carrier"), lambda order: order.carrier),
    Field(_("Shipping method"), lambda order: order.shipping_method),
    Field(_("Tracking code"), _trackings),
    Field(_("Buyer"), lambda order: order.buyer_name, lambda order: short_name(order.buyer_name)),
    Field(_("CPF/CNPJ"), lambda order: order.buyer_document, lambda order: _ending(order.buyer_document)),
    Field(_("E-mail"), lambda order: order.buyer_email, _nothing),
    Field(_("Phones"), lambda order: " ".join(order.buyer_phones), _nothing),
    Field(_("City"), lambda order: str(order.shipping_address.get("city", ""))),
    Field(_("State"), lambda order: str(order.shipping_address.get("state", ""))),
    Field(_("CEP"), lambda order: str(order.shipping_address.get("postcode", "")), _nothing),
)


def export_page(request: HttpRequest, admin: "ModelAdmin[Order]", form: str) -> HttpResponse | StreamingHttpResponse:
    """The list that the address describes, or the orders that `ids` names, whole."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    if form not in FORMS:
        raise Http404
    rows = _asked(request, admin)
    _note(request, form)
    values = _values(rows, clear=request.user.has_perm(rights.VIEW_BUYER), language=get_language() or "")
    if form == "xlsx" and rows.order_by()[: MOST_XLSX + 1].count() > MOST_XLSX:
        sentence = gettext("A workbook takes at most %(most)s orders: filter further, or export as CSV.")
        messages.error(request, sentence % {"most": localize(MOST_XLSX)})
        return HttpResponseRedirect(f"{reverse('admin:orders_order_changelist')}?{request.GET.urlencode()}")
    answer: HttpResponse | StreamingHttpResponse = FORMS[form](values)
    return answer


def _asked(request: HttpRequest, admin: "ModelAdmin[Order]") -> "QuerySet[Order]":
    if ids := [int(text) for text in request.GET.get("ids", "").split("-") if text.isascii() and text.isdigit()]:
        return Order.objects.filter(pk__in=ids)
    rows: QuerySet[Order] = admin.get_changelist_instance(request).queryset
    return rows


def _note(request: HttpRequest, form: str) -> None:
    """Who took which orders out of here, among what people did in the back office."""
    LogEntry.objects.create(
        user_id=request.user.pk or 0,  # never 0: the page is for those who are logged in
        content_type=ContentType.objects.get_for_model(Order),
        object_repr=gettext("Exported as %(form)s") % {"form": form.upper()},
        action_flag=CHANGE,
        change_message=request.GET.urlencode()[:1000],
    )


def _values(rows: "QuerySet[Order]", *, clear: bool, language: str) -> Iterator[list[Cell]]:
    """Line by line, read by pages so that neither memory nor a transaction grows with the file.

    The request is over, and its language with it, while the lines are sent.
    """
    cells = [field.value if clear or field.masked is None else field.masked for field in FIELDS]
    after: Cursor | None = None
    while True:
        at = page(rows, NEWEST, {"after": str(after)} if after else {}, size=CHUNK)
        found = Order.objects.select_related("channel", "invoice").in_bulk(at.pks)
        orders = [found[pk] for pk in at.pks if pk in found]
        prefetch_related_objects(orders, "items", "shipments")
        with override(language):
            lines = [[cell(order) for cell in cells] for order in orders]
        yield from lines
        after = at.after
        if after is None:
            return


def _csv(values: Iterator[list[Cell]]) -> StreamingHttpResponse:
    writer = csv.writer(Echo(), delimiter=";")
    heads = [str(field.label) for field in FIELDS]

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(heads)  # by this mark Excel knows UTF-8
        for row in values:
            yield writer.writerow([_text(cell) for cell in row])

    headers = {"Content-Disposition": f'attachment; filename="{_name()}.csv"'}
    return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8", headers=headers)


def _text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f"{localtime(cell):%d/%m/%Y %H:%M}"
    if isinstance(cell, Decimal):
        return f"{cell:.2f}".replace(".", ",")
    return plain(str(cell)) if cell is not None else ""


def _xlsx(values: Iterator[list[Cell]]) -> FileResponse:
    file: Any = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it once it is sent
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    book = xlsxwriter.Workbook(file, options)
    sheet = book.add_worksheet(gettext("Orders"))
    bold, moment = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    amount = book.add_format({"num_format": "#,##0.00"})
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(FIELDS) - 1, 18)
    sheet.write_row(0, 0, [str(field.label) for field in FIELDS], bold)
    for line, row in enumerate(values, start=1):
        for place, cell in enumerate(row):
            if isinstance(cell, datetime):
                sheet.write_datetime(line, place, localtime(cell).replace(tzinfo=None), moment)
            elif isinstance(cell, Decimal):
                sheet.write_number(line, place, float(cell), amount)
            elif isinstance(cell, int):
                sheet.write_number(line, place, cell)
            elif cell:  # always as text: a cell that begins with "=" is no formula, a key keeps its zeros
                sheet.write_string(line, place, cell)
    book.close()
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{_name()}.xlsx")


def _name() -> str:
    return f"pedidos-{timezone.localtime():%Y-%m-%d-%H%M}"


FORMS: dict[str, Callable[[Iterator[list[Cell]]], Any]] = {"csv": _csv, "xlsx": _xlsx}


def _export(form: str) -> Any:
    def run(admin: "ModelAdmin[Order]", request: HttpRequest, orders: "QuerySet[Order]") -> HttpResponse | None:
        chosen = choice(request, orders, most=MOST_CHOSEN)
        if chosen is None:
            return None
        ids = "-".join(str(order.pk) for order in chosen)
        return HttpResponseRedirect(f"{reverse('admin:orders_order_export', args=[form])}?{urlencode({'ids': ids})}")

    return run


add_action("export_csv", _("Export as CSV"), _export("csv"), allowed=lambda user: user.has_perm("orders.view_order"))
add_action("export_xlsx", _("Export as XLSX"), _export("xlsx"), allowed=lambda user: user.has_perm("orders.view_order"))
