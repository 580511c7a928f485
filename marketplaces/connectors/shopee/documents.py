"""What download_shipping_document gives: a PDF, or a ZIP with ZPL for thermal printers. Its first bytes tell, pure."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from marketplaces.capabilities import LabelFile
from marketplaces.errors import Malformed

NORMAL = "NORMAL_AIR_WAYBILL"
THERMAL = "THERMAL_AIR_WAYBILL"

#: What an account may choose; where a package is not offered it, Shopee's suggestion is taken.
FORMATS = {
    NORMAL: gettext_noop("PDF, for any printer"),
    THERMAL: gettext_noop("ZPL for thermal printers, with the declaration of content as PDF"),
}

PDF, ZPL = "application/pdf", "text/plain"
#: Bytes of one file in a ZIP; labels have a few thousand.
LARGEST = 5 * 1024 * 1024
MOST_FILES = 20


def files_of(content: bytes, row: dict[str, Any]) -> list[LabelFile]:
    """Raises Malformed for what is neither. `row` names package and tracking number."""
    if content.startswith(b"PK\x03\x04"):
        return list(_unpacked(content, row))
    return [_file(content, row)]


def _unpacked(content: bytes, row: dict[str, Any]) -> Iterator[LabelFile]:
    """ZPL is the label, and the PDF beside it the declaration of content."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > MOST_FILES or any(entry.file_size > LARGEST for entry in entries):
                raise Malformed(_("Shopee's label file is larger than any label."))
            contents = [archive.read(entry) for entry in entries]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise Malformed(_("Shopee's label file cannot be unpacked.")) from error
    labels = b"\n".join(text for text in contents if not _is_pdf(text))
    papers = [paper for paper in contents if _is_pdf(paper)]
    if not labels.strip():
        raise Malformed(_("Shopee's label file holds no label."))
    yield LabelFile(content=labels, content_type=ZPL, **_names(row))
    for paper in papers[:1]:
        yield LabelFile(content=paper, content_type=PDF, kind="DECLARATION", **_names(row))


def _file(content: bytes, row: dict[str, Any]) -> LabelFile:
    if not _is_pdf(content):
        raise Malformed(_("Shopee's label is neither a PDF nor a ZIP file."))
    return LabelFile(content=content, content_type=PDF, **_names(row))


def _is_pdf(content: bytes) -> bool:
    # Readers allow for some bytes before the mark.
    return b"%PDF-" in content[:1024]


def _names(row: dict[str, Any]) -> dict[str, str]:
    return {"package": str(row.get("package_number", "")), "tracking_code": str(row["tracking_number"])}
