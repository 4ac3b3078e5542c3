"""Making a report for the command line, and printing or writing it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli import output, questions, report_files, report_shown
from dashboard.cli.report_asked import (
    language_of,
    opened,
    period_of,
    something_there,
    template_of,
)

if TYPE_CHECKING:
    from dashboard.reports.store import Report
    from dashboard.services import Services


def make(
    name: str,
    periods: dict[str, str],
    *,
    lang: str | None,
    out: Path | None,
    as_of: str | None,
    by: str,
    home: Path | None,
    form: str,
) -> None:
    """Make the report `name` of the period that `periods` names by option; print or write it."""
    from dashboard.reports import feeds, issuing, store

    target = None if out is None else report_files.target(out)
    if not by.strip():
        raise click.UsageError("--by is empty; say who makes it.")
    with opened(home) as services:
        language = language_of(lang, services)
        kind = template_of(services, name)
        period = period_of(kind, periods, services)
        zone, now = services.settings.time_zone, services.clock()
        instant = None if as_of is None else questions.instant(as_of, zone)
        if period.ends_at(zone) <= now:
            something_there(services, period)
        late = feeds.late_feeds(services.engine, services.warehouse, (), period, zone)
        issued = issuing.issue(
            services,
            kind,
            period,
            by=by.strip(),
            now=now,
            as_of=instant,
            missing=tuple(feeds.say(one) for one in late),
        )
        report = store.load(services.engine, issued.report_id)
        if target is None:
            show(report, language, form)
        else:
            write(services, report, target, language, form)
        _hints(report, new=issued.new)


def show(report: Report, language: str, form: str) -> None:
    """Print a report in a language."""
    from dashboard.languages import use_language
    from dashboard.reports import store

    with use_language(language):
        report_shown.page(report, store.document(report), form)


def write(
    services: Services, report: Report, target: report_files.Target, language: str, form: str
) -> None:
    """Write a report into a checked file, and say so."""
    import hashlib

    content = report_files.content(services, report, language, target.form)
    report_files.write(target.path, content)
    if form == "json":
        told = {
            **report_shown.facts(report),
            "file": str(target.path),
            "file_sha256": hashlib.sha256(content).hexdigest(),
            "size": len(content),
        }
        click.echo(output.json_text(told))
        return
    click.echo(
        f"Report {report.id} ({report.template} {report.period}, issue {report.n}): "
        f"{target.path}, {len(content):,} bytes."
    )


def _hints(report: Report, *, new: bool) -> None:
    """What a reader should know beside the page, on the error stream."""
    from dashboard.reports import store

    if not new:
        click.echo(f"It says the very same as issue {report.n}; no other was made.", err=True)
    inputs = store.inputs(report)
    if not inputs.rates.last:
        click.echo(
            f"No exchange rate to {inputs.currency} is known for {report.last}: amounts in other "
            "currencies are left out. Import rates (table fx_rates).",
            err=True,
        )
    if report.status == "incomplete":
        click.echo("A feed is late; the report says which and is marked incomplete.", err=True)
