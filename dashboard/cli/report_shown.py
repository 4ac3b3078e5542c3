"""What commands of reports print: a page as headline, sentences and tables; differences; slots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from dashboard.cli import output

if TYPE_CHECKING:
    from dashboard.reports.diff import Difference
    from dashboard.reports.document import Document, TableBlock
    from dashboard.reports.store import Report


def page(report: Report, document: Document, form: str) -> None:
    """A report in the language of the surrounding `use_language`."""
    from dashboard.reports import showing
    from dashboard.reports.figures import flatten

    zone = document.zone
    says = [showing.sentence(one, zone) for one in document.summary]
    missing = [showing.sentence(one, zone) for one in document.missing]
    if form == "json":
        told = {
            **facts(report),
            "as_of": document.as_of,
            "complete": document.complete,
            "headline": showing.sentence(document.headline, zone),
            "tone": document.headline_tone,
            "summary": says,
            "missing": missing,
            "figures": flatten(document).to_dicts(),
        }
        click.echo(output.json_text(told))
        return
    if form == "csv":
        output.show_frame(flatten(document), "csv")
        return
    state = "" if document.complete else " – incomplete"
    click.echo(f"Report {report.id}: {report.template} {report.period}, issue {report.n}{state}")
    click.echo(f"\n{showing.sentence(document.headline, zone)}")
    for line in [*says, *missing]:
        click.echo(f"- {line}")
    click.echo()
    for section in document.sections:
        _section(document, section)
    count = flatten(document).height
    click.echo(f"{count:,} figures in all: --format csv, or --out FILE.csv.")


def facts(report: Report) -> dict[str, Any]:
    """Which issue it is, for programs."""
    return {
        "id": report.id,
        "template": report.template,
        "period": report.period,
        "issue": report.n,
        "status": report.status,
        "sha256": report.document_sha256,
    }


def differences(found: Sequence[Difference], form: str, zone: str) -> None:
    """Figures that differ, one row each."""
    from dashboard.reports import showing
    from dashboard.reports.diff import as_json

    if form == "json":
        click.echo(output.json_text(as_json(list(found))))
        return
    import polars as pl

    rows = [
        {
            "figure": one.key,
            "what": one.kind,
            "before": "" if one.before is None else showing.text_of(one.before, zone),
            "after": "" if one.after is None else showing.text_of(one.after, zone),
        }
        for one in found
    ]
    schema = {"figure": pl.String, "what": pl.String, "before": pl.String, "after": pl.String}
    output.show_frame(pl.DataFrame(rows, schema=schema), form)


def _section(document: Document, section: Any) -> None:
    from dashboard.reports import showing

    panels = [panel for block in section.blocks if block.block == "deck" for panel in block.panels]
    tables = [block for block in section.blocks if block.block == "table"]
    says = [say for block in section.blocks if block.block == "say" for say in block.says]
    says += [say for block in section.blocks if block.block == "change" for say in block.says]
    says += [block.say for block in section.blocks if block.block == "nothing"]
    if not (panels or tables or says):
        return
    click.echo(showing.section_title(document, section))
    for say in says:
        click.echo(f"- {showing.sentence(say, document.zone)}")
    if panels:
        _deck(document, panels)
    for table in tables:
        _table(document, table)
    click.echo()


def _deck(document: Document, panels: Sequence[Any]) -> None:
    from dashboard.reports import showing
    from dashboard.reports.values import Code

    def shown(value: Any) -> str:
        return "" if value is None else showing.text_of(value, document.zone)

    rows = [
        (
            showing.kpi_title(panel.kpi),
            shown(panel.now),
            panel.now.n,
            shown(panel.before),
            shown(panel.prior),
            "" if panel.target is None else showing.figure_text(panel.target, panel.now.unit),
            showing.word(Code(group="standing", value=panel.standing)),
        )
        for panel in panels
    ]
    columns = ("KPI", "now", "n", "before", "a year before", "target", "standing")
    output.console().print(output.table(columns, rows, numeric={"n"}))


def _table(document: Document, table: TableBlock) -> None:
    from dashboard.reports import showing

    if table.lead is not None:
        click.echo(f"- {showing.sentence(table.lead, document.zone)}")
    if not table.rows:
        return
    columns = [showing.text_of(column.title, document.zone) for column in table.columns]
    rows = []
    for row in table.rows:
        cells = [row.cells.get(column.key) for column in table.columns]
        rows.append(
            ["" if cell is None else showing.text_of(cell, document.zone) for cell in cells]
        )
    output.console().print(output.table(columns, rows))
    if table.more:
        click.echo(f"… and {table.more:,} more rows")
