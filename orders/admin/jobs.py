"""Work on many orders: the page that asks for confirmation, shows how far it is, and has one result per row."""

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, IntegerField, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from orders import jobs
from orders.admin.bulk import FORMS, BulkForm
from orders.admin.cells import Echo, plain
from orders.admin.screen import ReadScreen, column
from orders.models import Job, JobFile, JobRow
from orders.serving import document
from orders.templatetags.badges import badge

Outcome = JobRow.Outcome
#: Rows on the page; all of them are in the file of results.
SHOWN = 200
#: So many rows of quick work are done while the person waits.
AT_ONCE = 25
STATE_TONES = {Job.State.DRAFT: "quiet", Job.State.QUEUED: "moving", Job.State.DONE: "good"}
OUTCOME_TONES = {
    Outcome.WAITING: "ended",
    Outcome.DONE: "good",
    Outcome.UNCHANGED: "warning",
    Outcome.FAILED: "bad",
}
#: What kinds without a form are called.
LABELS: dict[str, Any] = {}


def label(kind: str) -> str:
    return str(FORMS[kind].label if kind in FORMS else LABELS.get(kind, kind))


@admin.register(Job)
class JobAdmin(ReadScreen[Job]):
    """Each person sees their own; what others exported or printed is not theirs to read."""

    list_display = ("what", "state_word", "progress", column("created_at", _("Asked for")), column("by_name", _("Who")))
    page_template = "orders/admin/job.html"
    ordering = ("-id",)
    sortable_by = ()
    empty_title = _("No tasks yet")
    empty_text = _("What you do with many orders at once is listed here for thirty days, with a result for each.")

    def has_view_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return request.user.has_perm("orders.view_order")

    def has_change_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("orders.view_order")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        mine = super().get_queryset(request)
        return mine if request.user.is_superuser else mine.filter(user=request.user.pk)

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "confirm": require_POST(self.confirm_page),
            "progress": self.progress_page,
            "results": self.results_page,
            "file": self.file_page,
        }
        own = [
            path(f"<int:job_id>/{name}/", self.admin_site.admin_view(view), name=f"orders_job_{name}")
            for name, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    def page_context(self, request: HttpRequest, row: Job) -> dict[str, Any]:
        return self._context(row, None)

    def confirm_page(self, request: HttpRequest, job_id: int) -> HttpResponse:
        job = self._job(request, job_id)
        if job.kind not in FORMS:
            raise Http404
        form = FORMS[job.kind](_rows(job), request.POST)
        if not form.is_valid():
            context = {**self.admin_site.each_context(request), "opts": self.opts, "title": form.label}
            return TemplateResponse(request, self.page_template, context | self._context(job, form))
        start(job, form.facts(), form.row_facts())
        return HttpResponseRedirect(reverse("admin:orders_job_change", args=[job.pk]))

    def progress_page(self, request: HttpRequest, job_id: int) -> HttpResponse:
        """The part of the page that changes while the job is worked on."""
        job = self._job(request, job_id)
        return TemplateResponse(request, "orders/admin/job_progress.html", {**self._context(job, None)})

    def results_page(self, request: HttpRequest, job_id: int) -> StreamingHttpResponse:
        job = self._job(request, job_id)
        writer = csv.writer(Echo(), delimiter=";")
        heads = [gettext("Row"), gettext("Outcome"), gettext("Result")]

        def lines() -> Iterator[str]:
            yield "\ufeff" + writer.writerow(heads)
            for row in job.rows.order_by("position").iterator(chunk_size=1000):
                yield writer.writerow([plain(row.label), row.get_outcome_display(), plain(row.words)])

        headers = {"Content-Disposition": f'attachment; filename="tarefa-{job.pk}.csv"'}
        return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8", headers=headers)

    def file_page(self, request: HttpRequest, job_id: int) -> HttpResponse:
        file = get_object_or_404(JobFile, job=self._job(request, job_id))
        return document(bytes(file.content), content_type=file.content_type, filename=file.name, shown=True)

    def _job(self, request: HttpRequest, job_id: int) -> Job:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=job_id)

    def _context(self, job: Job, form: BulkForm | None) -> dict[str, Any]:
        counted = dict(job.rows.order_by().values_list("outcome").annotate(n=Count("pk")))
        total = sum(counted.values())
        waiting = counted.get(Outcome.WAITING, 0)
        context = {
            "job": job,
            "original": job,
            "title": label(job.kind),
            "total": total,
            "done": total - waiting,
            "counts": [(Outcome(o).label, OUTCOME_TONES[o], counted[o]) for o in OUTCOME_TONES if counted.get(o)],
            "file": JobFile.objects.filter(job=job).only("name").first(),
            "more": max(0, total - SHOWN),
        }
        if job.state == Job.State.DRAFT:
            form = form or (FORMS[job.kind](_rows(job)) if job.kind in FORMS else None)
            return context | _asked(form) | {"media": self.media + form.media if form else self.media}
        return context | {"rows": _results(job)}

    @admin.display(description=_("What"))
    def what(self, job: Job) -> str:
        return label(job.kind)

    @admin.display(description=_("State"))
    def state_word(self, job: Job) -> SafeString:
        return badge(job.get_state_display(), STATE_TONES[Job.State(job.state)])

    @admin.display(description=_("Rows"))
    def progress(self, job: Job) -> SafeString:
        return format_html('<span class="dsp-number">{}</span>', job.rows.count())


def start(job: Job, facts: dict[str, Any], row_facts: Any = None, *, at_once: int = AT_ONCE) -> None:
    """Confirm a job. A short one is done here and now, a long one by the workers: its page shows how far it is."""
    here = jobs.KINDS[job.kind].quick and job.rows.count() <= at_once
    if jobs.confirm(job, data=facts, rows=row_facts, ring=not here) and here:
        jobs.work(job.pk)


def _rows(job: Job) -> QuerySet[JobRow]:
    return job.rows.select_related("order__channel").order_by("position")


def _asked(form: BulkForm | None) -> dict[str, Any]:
    if form is None:
        return {}
    asked = [(row, form.obstacle(row.order) if row.order else "") for row in form.rows]
    return {"form": form, "rows": asked[:SHOWN], "obstacles": sum(bool(obstacle) for _row, obstacle in asked)}


def _results(job: Job) -> list[tuple[JobRow, str]]:
    """What was refused first: it is what somebody has to look at."""
    weight = Case(
        When(outcome=Outcome.FAILED, then=Value(0)),
        When(outcome=Outcome.UNCHANGED, then=Value(1)),
        When(outcome=Outcome.DONE, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    rows = job.rows.select_related("order").defer("content").order_by(weight, "position")[:SHOWN]
    return [(row, OUTCOME_TONES[Outcome(row.outcome)]) for row in rows]
