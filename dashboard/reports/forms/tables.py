"""Every figure of a report for spreadsheets and programs: one flat CSV, one workbook.

CSV is UTF-8 with a byte order mark, without which Excel reads Chinese as another encoding; programs
skip it. Its columns keep their English names in every language, so that a script reads both.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import astuple, fields
from importlib import metadata
from pathlib import Path

from dashboard.reports.document import Document
from dashboard.reports.forms import Issue
from dashboard.reports.forms.figure_rows import FigureRow, rows
from dashboard.reports.forms.workbook import workbook

VERSION = "1"
BYTE_ORDER_MARK = "\ufeff"
_FORMULA = re.compile(r"^[=+\-@\t\r]")


def made_with(home: Path | None = None) -> dict[str, str]:  # noqa: ARG001
    """What decides the bytes of both beside document and language."""
    return {
        "layout": VERSION,
        "xlsxwriter": metadata.version("xlsxwriter"),
        "babel": metadata.version("babel"),
    }


def render_csv(document: Document, *, issue: Issue, home: Path | None = None) -> bytes:  # noqa: ARG001
    """All figures, one row each; RFC 4180, days as ISO 8601, decimal points, no grouping."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(field.name for field in fields(FigureRow))
    for row in rows(document):
        writer.writerow([_cell(value) for value in astuple(row)])
    return (BYTE_ORDER_MARK + out.getvalue()).encode()


def render_xlsx(document: Document, *, issue: Issue, home: Path | None = None) -> bytes:  # noqa: ARG001
    """The workbook: summary, measures, weeks, months, changes, the tables, all figures."""
    return workbook(document, issue)


def _cell(value: object) -> str:
    """As text; what a spreadsheet would run is prefixed (OWASP, "CSV injection")."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    text = str(value)
    return f"'{text}" if isinstance(value, str) and _FORMULA.match(text) else text
