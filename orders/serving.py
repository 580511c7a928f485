"""Files that were made elsewhere, handed to a browser: never as a page of ours."""

from django.http import HttpResponse

PDF = "application/pdf"
#: Chromium shows no PDF in a sandbox; its viewer runs none of a file's scripts on our pages.
_SHOWN = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"
_CLOSED = "sandbox; default-src 'none'; frame-ancestors 'none'"


def document(content: bytes, *, content_type: str, filename: str, shown: bool = False) -> HttpResponse:
    """A download; a PDF that is to be `shown` opens in the browser. `filename` is of our making."""
    inline = shown and content_type == PDF
    headers = {
        "Content-Disposition": f'{"inline" if inline else "attachment"}; filename="{filename}"',
        "Content-Security-Policy": _SHOWN if inline else _CLOSED,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return HttpResponse(content, content_type=content_type, headers=headers)
