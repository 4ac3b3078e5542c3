"""`afterwatch report schedule` and `templates`: files that reports are planned and made by."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli import output

if TYPE_CHECKING:
    from dashboard.reports.periods import Grain

_home = click.option("--home", type=click.Path(path_type=Path), help="Folder of this home.")
_form = click.option(
    "--format", "form", type=click.Choice(output.FORMATS), default="table", show_default=True
)


@click.group("schedule")
def schedule() -> None:
    """Which report goes to whom, when: reports.yaml of the home."""


@schedule.command("check")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@_home
def check(file: Path | None, home: Path | None) -> None:
    """Check FILE, or reports.yaml of the home; exit status 1 if something keeps a report back."""
    from alerts.notify.current import Current
    from dashboard.reports import schedule_checks, schedule_file
    from dashboard.settings import load_settings

    settings = load_settings(home=home)
    path = file or settings.home / schedule_file.FILE_NAME
    if file is None and not path.exists():
        click.echo(f"There is no {path}: no reports are planned. See docs/reports.md.")
        return
    try:
        given = schedule_file.load(path)
    except schedule_file.ScheduleError as error:
        raise click.ClickException(str(error)) from error
    config = Current(settings.home).config()
    found = schedule_checks.findings(given, _grains(settings.home), config)
    for one in found:
        click.echo(f"{one.severity}: {one}")
    count = len(given.body.schedules)
    if any(one.severity == "error" for one in found):
        raise click.exceptions.Exit(1)
    click.echo(f"{path}: {count} schedule{'' if count == 1 else 's'}, usable.")


@schedule.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=30, show_default=True)
@_home
@_form
def list_(limit: int, home: Path | None, form: str) -> None:
    """List planned reports: what each waits for, or what became of it."""
    import polars as pl

    from dashboard.cli.report_asked import opened
    from dashboard.reports import slots
    from dashboard.wording import report_delivery as words

    with opened(home) as services:
        zone = services.settings.time_zone
        rows = [
            {
                "schedule": one.schedule,
                "period": one.slot.period.name,
                "due_at": one.slot.due_at,
                "state": words.slot_state(one.slot.state, one.slot.reason),
                "report": one.slot.report_id,
                "attempts": one.slot.attempts,
                "why": words.slot_reason(one.slot.reason, zone),
            }
            for one in slots.listed(services.engine, limit=limit)
        ]
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "schedule": pl.String,
        "period": pl.String,
        "due_at": pl.Datetime("us", "UTC"),
        "state": pl.String,
        "report": pl.Int64,
        "attempts": pl.Int64,
        "why": pl.String,
    }
    output.show_frame(pl.DataFrame(rows, schema=schema), form)


@schedule.command("next")
@_home
@_form
def next_(home: Path | None, form: str) -> None:
    """Show when each schedule is due next, and about which period."""
    import polars as pl

    from dashboard.cli.report_asked import opened
    from dashboard.reports import schedule as plan
    from dashboard.reports import schedule_file

    with opened(home) as services:
        in_force, faults = schedule_file.current(services.settings.home).now()
        now, zone = services.clock(), services.settings.time_zone
    for fault in faults:
        click.echo(fault, err=True)
    rows = []
    for name, one in in_force.body.schedules.items():
        period, due_at = plan.next_due(one, now, zone)
        told = ", ".join(str(receiver) for receiver in one.to)
        local = f"{due_at.astimezone(plan.zone_of(one)):%Y-%m-%d %H:%M} {one.zone}"
        rows.append(
            {
                "schedule": name,
                "template": one.template,
                "period": period.name,
                "due_at": due_at,
                "local": local,
                "to": told,
            }
        )
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "schedule": pl.String,
        "template": pl.String,
        "period": pl.String,
        "due_at": pl.Datetime("us", "UTC"),
        "local": pl.String,
        "to": pl.String,
    }
    output.show_frame(pl.DataFrame(rows, schema=schema), form)


@click.group("templates", invoke_without_command=True)
@_home
@_form
@click.pass_context
def templates_(context: click.Context, home: Path | None, form: str) -> None:
    """List the reports that can be made; `templates check FILE` checks one."""
    if context.invoked_subcommand is not None:
        return
    import polars as pl

    from dashboard.cli.report_asked import opened
    from dashboard.reports.template import templates

    with opened(home) as services:
        found = templates(services.settings.home)
    rows = [
        {
            "id": one.id,
            "title": one.body.title.en,
            "period": one.body.period,
            "sections": ", ".join(spec.section for spec in one.body.sections),
            "origin": one.origin,
        }
        for one in found.values()
    ]
    output.show_frame(pl.DataFrame(rows), form)


@templates_.command("check")
@click.argument("file", type=click.Path(path_type=Path))
def check_template(file: Path) -> None:
    """Check the template FILE; exit status 1 if it cannot be used."""
    from alerts import strict_yaml
    from dashboard.reports.template import TemplateError, parse

    try:
        made = parse(strict_yaml.read_text(file, TemplateError), str(file))
    except TemplateError as error:
        raise click.ClickException(str(error)) from error
    count = len(made.body.sections)
    sections = f"{count} section{'' if count == 1 else 's'}"
    click.echo(f"{file}: report {made.id}, about a {made.body.period}, {sections}, usable.")


def _grains(home: Path) -> dict[str, Grain]:
    from dashboard.reports.template import TemplateError, templates

    try:
        return {name: one.body.period for name, one in templates(home).items()}
    except TemplateError as error:
        raise click.ClickException(str(error)) from error
