"""The workbook of a report: real numbers and days with formats, frozen heads, no formulas.

The same document gives the same bytes: no time of making, and parts stored uncompressed, because
what a compressor gives depends on its version.
"""

from __future__ import annotations

import io
from dataclasses import astuple
from datetime import UTC, datetime
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from dashboard.reports import showing
from dashboard.reports.document import (
    ChangeBlock,
    Document,
    HeatBlock,
    MapBlock,
    NothingBlock,
    Panel,
    Point,
    Say,
    SayBlock,
    Section,
    TableBlock,
)
from dashboard.reports.forms import Issue, outline
from dashboard.reports.forms.figure_rows import rows
from dashboard.reports.forms.workbook_cells import Cells
from dashboard.reports.values import Code, Term
from dashboard.wording import report_tables as words

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Said to be the time of making: a real one would make every file another one."""


def workbook(document: Document, issue: Issue) -> bytes:
    """The file."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True, "strings_to_urls": False}) as book:
        book.set_properties(
            {
                "title": f"{outline.title(document)} {document.period}",
                "company": outline.company(document),
                "created": _EPOCH,
            }
        )
        _Book(book, document, issue).write()
    return _stored(out.getvalue())


def _stored(content: bytes) -> bytes:
    out = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as packed, ZipFile(out, "w", ZIP_STORED) as plain:
        for name in packed.namelist():
            info = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system = 0
            plain.writestr(info, packed.read(name))
    return out.getvalue()


class _Book:
    """Sheets of one document, in their order."""

    def __init__(self, book: Workbook, document: Document, issue: Issue) -> None:
        self.book, self.document, self.issue = book, document, issue
        self.zone = document.zone
        self.cells = Cells(book, document.zone)
        self.sheets, self.heads = words.sheets(), words.heads()

    def write(self) -> None:
        """All sheets."""
        self._summary(self.cells.sheet(self.sheets["summary"], [28, 110]))
        panels = outline.panels(self.document)
        if panels:
            self._measures(panels)
            self._series(self.sheets["weeks"], [(one, one.weeks) for one in panels])
            self._series(self.sheets["months"], [(one, one.months) for one in panels])
        self._changes()
        for section in self.document.sections:
            self._section(section)
        self._figures()

    def _summary(self, sheet: Worksheet) -> None:
        document = self.document
        title = f"{outline.title(document)} · {outline.period(document)}"
        lines: list[tuple[str, str]] = [(title, outline.company(document))]
        lines.append((words.opening(), self._said(document.headline)))
        lines += [("", self._said(say)) for say in document.summary]
        lines += [(words.incomplete(), self._said(say)) for say in document.missing]
        for section in document.sections:
            name = showing.section_title(document, section)
            for text in self._sentences(section):
                lines.append((name, text))
                name = ""
        lines += outline.colophon(document, self.issue)
        for row, (head, text) in enumerate(lines):
            self.cells.cell(sheet, row, 0, head, bold=True)
            self.cells.cell(sheet, row, 1, text)

    def _sentences(self, section: Section) -> list[str]:
        found: list[str] = []
        for block in section.blocks:
            match block:
                case SayBlock() | ChangeBlock():
                    found += [self._said(say) for say in block.says]
                case NothingBlock():
                    found.append(self._said(block.say))
                case TableBlock():
                    found += [self._said(block.lead)] if block.lead else []
                case MapBlock() | HeatBlock():
                    found.append(self._said(block.lead))
                case _:
                    found += [self._said(say) for panel in block.panels for say in panel.says]
        return found

    def _said(self, say: Say) -> str:
        return showing.sentence(say, self.zone)

    def _measures(self, panels: tuple[Panel, ...]) -> None:
        sheet = self.cells.sheet(self.sheets["measures"], [34, *[14] * 6, 20, 34, 10, 14, 12])
        readings = [words.reading(name) for name in ("now", "before", "prior", "target")]
        interval = [self.heads["low"], self.heads["high"]]
        last = [words.reading("maturity"), words.reading("tainted")]
        heads = [self.heads["measure"], *readings, *interval, self.heads["standing"]]
        self.cells.head(sheet, 0, [*heads, self.heads["signals"], self.heads["n"], *last])
        for row, panel in enumerate(panels, start=1):
            unit = panel.now.unit
            signals = showing.listed([showing.word(code) for code in panel.exception])
            self.cells.row(
                sheet,
                row,
                [
                    showing.kpi_title(panel.kpi),
                    panel.now,
                    panel.before,
                    panel.prior,
                    panel.target,
                    panel.now.low,
                    panel.now.high,
                    showing.word(Code(group="standing", value=panel.standing)),
                    signals if panel.exception else "",
                ],
                unit,
            )
            self.cells.cell(sheet, row, 9, panel.now.n, "count")
            self.cells.cell(sheet, row, 10, panel.maturity, "share")
            self.cells.cell(sheet, row, 11, panel.tainted, "count")
        sheet.freeze_panes(1, 1)

    def _series(self, title: str, series: list[tuple[Panel, tuple[Point, ...]]]) -> None:
        starts = sorted({point.start for _panel, points in series for point in points})
        sheet = self.cells.sheet(title, [34, 16, *[12] * len(starts)])
        self.cells.head(sheet, 0, [self.heads["measure"], self.heads["kind"], *starts])
        column = {start: index for index, start in enumerate(starts, start=2)}
        row = 0
        for panel, points in series:
            for prior in (False, True):
                numbers = {point.start: point.prior if prior else point.number for point in points}
                if prior and not any(numbers.values()):
                    continue
                row += 1
                name = words.series(prior=prior)
                self.cells.row(sheet, row, [showing.kpi_title(panel.kpi), name])
                for start, number in numbers.items():
                    self.cells.cell(sheet, row, column[start], number)
        sheet.freeze_panes(1, 2)

    def _changes(self) -> None:
        blocks = [
            block
            for section in self.document.sections
            for block in section.blocks
            if isinstance(block, ChangeBlock)
        ]
        if not blocks:
            return
        sheet = self.cells.sheet(self.sheets["changes"], [34, 28, 20, *[14] * 5])
        readings = [words.reading(name) for name in ("before", "now", "rate", "mix", "total")]
        self.cells.head(
            sheet, 0, [self.heads["measure"], self.heads["segment"], self.heads["kind"], *readings]
        )
        row = 0
        for block in blocks:
            row += 1
            unit = block.unit
            whole = words.reading("total")
            head = [showing.kpi_title(block.kpi), whole, "", block.before, block.now]
            self.cells.row(sheet, row, [*head, block.rate, block.mix, block.total], unit)
            for effect in block.effects:
                row += 1
                name = words.rest() if effect.segment is None else effect.segment
                kind = showing.word(Code(group="effect", value=effect.kind))
                told = [showing.kpi_title(block.kpi), name, kind, effect.before, effect.now]
                self.cells.row(sheet, row, [*told, effect.rate, effect.mix, effect.total], unit)
        sheet.freeze_panes(1, 2)

    def _section(self, section: Section) -> None:
        found = [
            block
            for block in section.blocks
            if isinstance(block, TableBlock | MapBlock | HeatBlock)
        ]
        if not found:
            return
        columns = max(len(b.columns) if isinstance(b, TableBlock) else 4 for b in found)
        title = showing.section_title(self.document, section)
        sheet = self.cells.sheet(title, [34, *[20] * (columns - 1)])
        row = 0
        for block in found:
            if block.lead is not None:
                self.cells.line(sheet, row, self._said(block.lead))
                row += 1
            heads, *body = self._lines(block)
            self.cells.head(sheet, row, heads)
            for line in body:
                row += 1
                self.cells.row(sheet, row, line, "count")
            row += 2
        if len(found) == 1:
            sheet.freeze_panes(1 if found[0].lead is None else 2, 1)

    def _lines(self, block: TableBlock | MapBlock | HeatBlock) -> list[list[object]]:
        """Heads, then rows."""
        lines: list[list[object]] = []
        match block:
            case TableBlock():
                lines.append([showing.word(column.title) for column in block.columns])
                lines += [[row.cells.get(c.key) for c in block.columns] for row in block.rows]
            case MapBlock():
                top = [showing.word(Code(group="column", value="market")), self.heads["value"]]
                lines.append([*top, self.heads["n"], self.heads["standing"]])
                for one in block.cells:
                    standing = Code(group="standing", value=one.standing)
                    market = Term(dimension="market", value=one.market)
                    lines.append([market, one.number, one.number.n, standing])
            case HeatBlock():
                cells = {(cell.row, cell.column): cell.number for cell in block.cells}
                lines.append(["", *block.columns])
                for key, name in zip(block.row_keys, block.rows, strict=True):
                    lines.append([name, *[cells.get((key, one)) for one in block.column_keys]])
        return lines

    def _figures(self) -> None:
        widths = [52, 24, 40, 22, 24, 12, 14, 10, 10, 10, 12, 12]
        sheet = self.cells.sheet(self.sheets["figures"], widths)
        names = ("key", "section", "what", "reading", "segment", "start", "value", "unit")
        heads = [self.heads[name] for name in (*names, "currency", "n", "low", "high")]
        self.cells.head(sheet, 0, heads)
        found = rows(self.document)
        for index, row in enumerate(found, start=1):
            unit = f"{row.unit}:{row.currency}" if row.currency else row.unit
            values = astuple(row)
            self.cells.row(sheet, index, values[:9], unit)
            self.cells.cell(sheet, index, 9, row.n, "count")
            self.cells.cell(sheet, index, 10, row.low, unit)
            self.cells.cell(sheet, index, 11, row.high, unit)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, len(found), len(heads) - 1)
