"""Invoice many orders from the files that the invoicing system wrote: chosen, dropped, a whole folder, or a ZIP."""

import zipfile
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders import jobs
from orders.admin import rights
from orders.admin.jobs import LABELS, start
from orders.jobs import INVOICE_FILES, NewRow
from orders.models import Order
from orders.nfe_xml import MAX_BYTES

#: Files of one upload, those inside of ZIPs included.
MOST = 3000
#: Unpacked. An NF-e has some ten thousand bytes.
MOST_MB = 200
#: Reading, checking and recording one takes about ten milliseconds.
AT_ONCE = 10

LABELS[INVOICE_FILES] = _("Invoice from XML files")


class Refused(Exception):
    """The upload as a whole cannot be taken; says why and what to do."""


def upload_page(request: HttpRequest, admin: "ModelAdmin[Order]") -> HttpResponse:
    """Choose files, or take them: one row of a job each."""
    if not rights.may(request.user, "invoice"):
        raise PermissionDenied
    problem = ""
    if request.method == "POST":
        try:
            rows = list(_rows(request))
        except Refused as error:
            problem = str(error)
        else:
            job = jobs.draft(INVOICE_FILES, rows, user=request.user)
            start(job, {}, at_once=AT_ONCE)
            return HttpResponseRedirect(reverse("admin:orders_job_change", args=[job.pk]))
    context: dict[str, Any] = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": LABELS[INVOICE_FILES],
        "media": admin.media,
        "problem": problem,
        "most_files": settings.DATA_UPLOAD_MAX_NUMBER_FILES,
        "most": MOST,
    }
    return TemplateResponse(request, "orders/admin/invoice_files.html", context)


def _rows(request: HttpRequest) -> Iterator[NewRow]:
    taken = size = 0
    for name, content in _files(request):
        taken, size = taken + 1, size + len(content)
        if taken > MOST:
            raise Refused(gettext("These are more than %(most)s files: send them in several parts.") % {"most": MOST})
        if size > MOST_MB * 1_000_000:  # a ZIP may be a thousand times larger than it looks
            sentence = gettext("Unpacked, these are more than %(mb)s MB: send them in several parts.")
            raise Refused(sentence % {"mb": MOST_MB})
        yield NewRow(label=name, content=content)
    if not taken:
        raise Refused(gettext("Choose the NF-e's XML files, or a ZIP of them."))


def _files(request: HttpRequest) -> Iterator[tuple[str, bytes]]:
    for upload in [*request.FILES.getlist("files"), *request.FILES.getlist("folder")]:
        if not isinstance(upload, UploadedFile) or not upload.size:
            continue
        name = upload.name or ""
        if zipfile.is_zipfile(upload):
            yield from _unpacked(upload)
        elif name.lower().endswith(".xml"):
            upload.seek(0)  # looking for a ZIP has read on
            yield name, upload.read(MAX_BYTES + 1)
        elif "files" in request.FILES and upload in request.FILES.getlist("files"):
            raise Refused(gettext("“%(name)s” is neither XML nor ZIP.") % {"name": name})


def _unpacked(upload: "UploadedFile[bytes]") -> Iterator[tuple[str, bytes]]:
    """The XML files inside; no more of each is unpacked than an NF-e can have."""
    try:
        with zipfile.ZipFile(upload) as archive:
            for entry in archive.infolist():
                if entry.filename.lower().endswith(".xml") and not entry.filename.startswith("__MACOSX"):
                    with archive.open(entry) as file:
                        yield entry.filename, file.read(MAX_BYTES + 1)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:  # broken, encrypted, unknown compression
        raise Refused(gettext("“%(name)s” cannot be unpacked: make the ZIP anew.") % {"name": upload.name}) from error
