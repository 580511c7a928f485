"""The order list as a file: CSV sent while it is read, XLSX at once where it is short; a long file is a task."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

from orders import jobs
from orders.admin import rights
from orders.admin.bulk import add_action
from orders.admin.export_files import TYPES, csv_lines, xlsx_file
from orders.admin.export_rows import Line, chunks, lines, packed, unpacked
from orders.admin.jobs import LABELS, start
from orders.jobs import Kind, NewRow, Result
from orders.jobs.kinds import Task
from orders.models import Job, JobFile, Order

NAME = "export"
#: So many orders become a workbook while the person waits.
AT_ONCE = 2000
#: Of one task; a longer CSV is sent while it is read.
MOST = 50_000
#: Chosen in the list, so many fit into an address.
MOST_CHOSEN = 300

Answer = HttpResponse | StreamingHttpResponse | FileResponse


def export_page(request: HttpRequest, admin: "ModelAdmin[Order]", form: str) -> Answer:
    """The list that the address describes, or the orders that `ids` names, whole."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    if form not in TYPES:
        raise Http404
    rows = _asked(request, admin)
    if form == "csv":
        _note(request, form)
        text = csv_lines(_streamed(chunks(rows), **_manner(request)))
        return StreamingHttpResponse(text, content_type=TYPES[form], headers=_disposition(form))
    many = rows.order_by()[: MOST + 1].count()
    if many > AT_ONCE:
        return _as_task(request, rows, form, many)
    _note(request, form)
    content = xlsx_file(_streamed(chunks(rows), **_manner(request)))
    return FileResponse(content, as_attachment=True, filename=_name(form))


def _asked(request: HttpRequest, admin: "ModelAdmin[Order]") -> "QuerySet[Order]":
    if ids := [int(text) for text in request.GET.get("ids", "").split("-") if text.isascii() and text.isdigit()]:
        return Order.objects.filter(pk__in=ids)
    rows: QuerySet[Order] = admin.get_changelist_instance(request).queryset
    return rows


def _as_task(request: HttpRequest, rows: "QuerySet[Order]", form: str, many: int) -> HttpResponse:
    """A thousand orders a row; the task's page shows how far it is, and has the file."""
    if many > MOST:
        sentence = gettext("A file made as a task takes at most %(most)s orders: filter further, or export as CSV.")
        messages.error(request, sentence % {"most": localize(MOST)})
        return HttpResponseRedirect(f"{reverse('admin:orders_order_changelist')}?{request.GET.urlencode()}")
    _note(request, form)
    drafted = jobs.draft(NAME, _rows(chunks(rows)), user=request.user)
    start(drafted, {"form": form, **_manner(request)})
    return HttpResponseRedirect(reverse("admin:orders_job_change", args=[drafted.pk]))


def _rows(parts: Iterable[list[int]]) -> Iterator[NewRow]:
    first = 1
    for pks in parts:
        label = gettext("Orders %(first)s to %(last)s") % {"first": first, "last": first + len(pks) - 1}
        yield NewRow(label=label, data={"ids": pks})
        first += len(pks)


def _manner(request: HttpRequest) -> dict[str, Any]:
    return {"clear": request.user.has_perm(rights.VIEW_BUYER), "language": get_language() or ""}


def _streamed(parts: Iterable[list[int]], *, clear: bool, language: str) -> Iterator[Line]:
    return chain.from_iterable(lines(pks, clear=clear, language=language) for pks in parts)


def _note(request: HttpRequest, form: str) -> None:
    """Who took which orders out of here, among what people did in the back office."""
    LogEntry.objects.create(
        user_id=request.user.pk or 0,  # never 0: the page is for those who are logged in
        content_type=ContentType.objects.get_for_model(Order),
        object_repr=gettext("Exported as %(form)s") % {"form": form.upper()},
        action_flag=CHANGE,
        change_message=request.GET.urlencode()[:1000],
    )


def _name(form: str) -> str:
    return f"pedidos-{timezone.localtime():%Y-%m-%d-%H%M}.{form}"


def _disposition(form: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{_name(form)}"'}


def _read(task: Task) -> Result:
    read = lines(task.row.data["ids"], clear=task.job.data["clear"], language=task.job.data["language"])
    return Result(gettext("%(n)s orders read.") % {"n": localize(len(read))}, content=packed(read))


def _write(job: Job) -> JobFile:
    form = job.data["form"]
    parts = job.rows.filter(content__isnull=False).order_by("position").values_list("content", flat=True)
    read = chain.from_iterable(unpacked(bytes(part or b"[]")) for part in parts.iterator(chunk_size=1))
    with override(job.data["language"]):
        content = _workbook(read) if form == "xlsx" else "".join(csv_lines(read)).encode()
    return JobFile(name=_name(form), content_type=TYPES[form], content=content)


def _workbook(read: Iterable[Line]) -> bytes:
    with xlsx_file(read) as file:
        return bytes(file.read())


def _export(form: str) -> Any:
    def run(admin: "ModelAdmin[Order]", request: HttpRequest, orders: "QuerySet[Order]") -> HttpResponse | None:
        chosen = list(islice(chain.from_iterable(chunks(orders)), MOST + 1))
        if len(chosen) > MOST_CHOSEN:
            return _as_task(request, Order.objects.filter(pk__in=chosen), form, len(chosen))
        ids = "-".join(map(str, chosen))
        return HttpResponseRedirect(f"{reverse('admin:orders_order_export', args=[form])}?{urlencode({'ids': ids})}")

    return run


jobs.register(Kind(name=NAME, work=_read, finish=_write, quick=False))
LABELS[NAME] = _("Export of orders")
add_action("export_csv", _("Export as CSV"), _export("csv"), allowed=lambda user: user.has_perm("orders.view_order"))
add_action("export_xlsx", _("Export as XLSX"), _export("xlsx"), allowed=lambda user: user.has_perm("orders.view_order"))
