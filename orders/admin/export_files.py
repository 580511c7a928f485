"""Lines of orders as files that spreadsheets open: CSV, and XLSX made row by row in constant memory."""

import csv
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils.timezone import localtime
from django.utils.translation import gettext

from orders.admin.cells import Echo, plain
from orders.admin.export_rows import FIELDS, Cell, Line

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def csv_lines(lines: Iterable[Line]) -> Iterator[str]:
    """The file, line by line; the headings are in the language of whoever asks for the first."""
    writer = csv.writer(Echo(), delimiter=";")
    yield "\ufeff" + writer.writerow([str(field.label) for field in FIELDS])  # by this mark Excel knows UTF-8
    for line in lines:
        yield writer.writerow([_text(cell) for cell in line])


def _text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f"{localtime(cell):%d/%m/%Y %H:%M}"
    if isinstance(cell, Decimal):
        return f"{cell:.2f}".replace(".", ",")
    return plain(str(cell)) if cell is not None else ""


def xlsx_file(lines: Iterable[Line]) -> Any:
    """An open file, to be read from its beginning."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    book = xlsxwriter.Workbook(file, options)
    sheet = book.add_worksheet(gettext("Orders"))
    bold, moment = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    amount = book.add_format({"num_format": "#,##0.00"})
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(FIELDS) - 1, 18)
    sheet.write_row(0, 0, [str(field.label) for field in FIELDS], bold)
    for number, line in enumerate(lines, start=1):
        for place, cell in enumerate(line):
            if isinstance(cell, datetime):
                sheet.write_datetime(number, place, localtime(cell).replace(tzinfo=None), moment)
            elif isinstance(cell, Decimal):
                sheet.write_number(number, place, float(cell), amount)
            elif isinstance(cell, int):
                sheet.write_number(number, place, cell)
            elif cell:  # always as text: a cell that begins with "=" is no formula, a key keeps its zeros
                sheet.write_string(number, place, cell)
    book.close()
    file.seek(0)
    return file
