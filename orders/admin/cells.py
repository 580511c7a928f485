"""Cells of files that spreadsheets open."""


class Echo:
    """What csv writes to, to have the line given back."""

    def write(self, line: str) -> str:
        return line


#: Excel and LibreOffice take a cell that begins like this for a formula; buyers choose their own names.
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")


def plain(text: str) -> str:
    """The text, made harmless where a spreadsheet would calculate it."""
    return f"'{text}" if text.startswith(FORMULAS) else text
