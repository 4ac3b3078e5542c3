"""Cells of a workbook: numbers are numbers, days are days, text is text whatever it begins with."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime

from babel import numbers
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from dashboard import formats
from dashboard.reports import showing
from dashboard.reports.forms.figure_rows import amount
from dashboard.reports.values import Day, Instant, Money, Number, Span

_PLACES = {"count": "#,##0", "share": "0.0%", "ratio": "0.00", "seconds": "#,##0"}
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_MOST = 31
"""Characters that the name of a sheet can have."""


class Cells:
    """Writes into the sheets of one workbook; instants in `zone`."""

    def __init__(self, book: Workbook, zone: str) -> None:
        self.book, self.zone = book, zone
        self.names: set[str] = set()
        self.known: dict[tuple[str, bool], Format] = {}

    def sheet(self, title: str, widths: Iterable[float]) -> Worksheet:
        """Add a sheet, its name cut and told apart as spreadsheets want; widths in characters."""
        base = _FORBIDDEN.sub(" ", title).strip()[:_MOST] or "-"
        name, count = base, 1
        while name.casefold() in self.names:
            count += 1
            name = f"{base[: _MOST - 3]} {count}"
        self.names.add(name.casefold())
        sheet = self.book.add_worksheet(name)
        for index, width in enumerate(widths):
            sheet.set_column(index, index, width)
        return sheet

    def _format(self, pattern: str = "", *, bold: bool = False) -> Format:
        if (pattern, bold) not in self.known:
            options: dict[str, object] = {"valign": "top"}
            if pattern:
                options["num_format"] = pattern
            else:
                options["text_wrap"] = True
            if bold:
                options["bold"] = True
            self.known[pattern, bold] = self.book.add_format(options)
        return self.known[pattern, bold]

    def row(self, sheet: Worksheet, row: int, values: Iterable[object], unit: str = "") -> None:
        """Cells side by side; plain numbers are in `unit`."""
        for column, value in enumerate(values):
            self.cell(sheet, row, column, value, unit)

    def cell(
        self,
        sheet: Worksheet,
        row: int,
        column: int,
        value: object,
        unit: str = "",
        *,
        bold: bool = False,
    ) -> None:
        """Write numbers as numbers, days as days; text is text, whatever it begins with."""
        match value:
            case None | "":
                return
            case Number():
                self.cell(sheet, row, column, value.value, value.unit, bold=bold)
            case Money():
                self.cell(sheet, row, column, amount(value), f"money:{value.currency}", bold=bold)
            case Span():
                # Days are what spreadsheets count in; [h] goes on beyond a day.
                sheet.write_number(row, column, value.seconds / 86_400, self._format("[h]:mm"))
            case Day():
                self.cell(sheet, row, column, value.value)
            case Instant():
                local = formats.as_zone(value.value, self.zone).replace(tzinfo=None)
                sheet.write_datetime(row, column, local, self._format("yyyy-mm-dd hh:mm"))
            case bool():
                raise AssertionError(value)
            case int() | float():
                sheet.write_number(row, column, value, self._format(_pattern(unit), bold=bold))
            case date():
                sheet.write_datetime(
                    row,
                    column,
                    datetime(value.year, value.month, value.day, tzinfo=UTC).replace(tzinfo=None),
                    self._format("yyyy-mm-dd", bold=bold),
                )
            case str():
                sheet.write_string(row, column, value, self._format(bold=bold))
            case _:
                text = showing.text_of(value, self.zone)  # type: ignore[arg-type]
                self.cell(sheet, row, column, text, bold=bold)

    def head(self, sheet: Worksheet, row: int, values: Iterable[object]) -> None:
        """Heads of columns."""
        for column, value in enumerate(values):
            self.cell(sheet, row, column, value, bold=True)

    def line(self, sheet: Worksheet, row: int, text: str) -> None:
        """A sentence that runs on over the empty cells beside it."""
        sheet.write_string(row, 0, text, self._format("@", bold=True))


def _pattern(unit: str) -> str:
    name, _colon, currency = unit.partition(":")
    if currency:
        places = numbers.get_currency_precision(currency)
        # The code, not a sign: "$" is six currencies.
        return f'#,##0{"." if places else ""}{"0" * places} "{currency}"'
    return _PLACES.get(name, "#,##0.0")
