"""Which labels can be printed now, why others cannot, and many of them as one file."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from orders.models import Label, Order
from orders.status import AHEAD, Status

#: Where nothing is printed any more.
OVER = AHEAD[Status.SHIPPED] | {Status.SHIPPED, Status.CANCELED}


@dataclass(frozen=True, slots=True)
class Sheet:
    """The labels of one order that can be printed; without any, `obstacle` says why."""

    order: Order
    labels: tuple[Label, ...]
    obstacle: str

    @property
    def printed(self) -> Label | None:
        """One that was printed before."""
        return next((label for label in self.labels if label.printed_at), None)


def sheet(order: Order) -> Sheet:
    """What of `order` can be printed, all packages; its labels may be prefetched."""
    labels = sorted(order.labels.all(), key=lambda label: (label.package, label.kind != Label.Kind.LABEL))
    obstacle = _obstacle(order, labels)
    return Sheet(order, () if obstacle else tuple(labels), obstacle)


def _obstacle(order: Order, labels: Sequence[Label]) -> str:
    if order.status == Status.CANCELED:
        return _("The order is canceled.")
    if order.status in OVER:
        return _("The carrier has the parcel already: its label is no longer printed.")
    if not labels:
        return _("There is no label yet.")
    if any(label.content is None for label in labels):
        return _("The label was removed together with the buyer's data.")
    unreadable = next((label for label in labels if label.is_pdf and _reader(label) is None), None)
    if unreadable is not None:
        return _("The label's PDF is damaged: have it fetched again.")
    return ""


def merged_pdf(labels: Iterable[Label]) -> bytes:
    """One PDF with the pages of all, in their order; what is no PDF is left out."""
    with PdfWriter() as writer, io.BytesIO() as out:
        for label in labels:
            if label.is_pdf and (reader := _reader(label)):
                writer.append(reader)
        writer.write(out)
        return out.getvalue()


def joined_text(labels: Iterable[Label]) -> bytes:
    """The commands for a label printer (ZPL), one label after the other."""
    return b"\n".join(bytes(label.content or b"").rstrip() for label in labels if not label.is_pdf) + b"\n"


def _reader(label: Label) -> PdfReader | None:
    """None for what is no PDF after all, or has no page."""
    try:
        reader = PdfReader(io.BytesIO(bytes(label.content or b"")))
        return reader if len(reader.pages) else None
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
