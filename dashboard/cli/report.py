"""`afterwatch report`: make, list, compare, rebuild and send reports."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from dashboard.cli import output, report_files, report_making, report_shown
from dashboard.cli.report_asked import language_of, opened, stored

SHIPPED = ("weekly", "monthly-triggers", "quarterly-language")
"""Reports that ship, as help lists them; a home's own ones are commands too."""
BY = "command line"
_ID = re.compile(r"[a-z][a-z0-9-]{0,40}")

home_option = click.option("--home", type=click.Path(path_type=Path), help="Folder of this home.")
form_option = click.option(
    "--format", "form", type=click.Choice(output.FORMATS), default="table", show_default=True
)
lang_option = click.option("--lang", help="en or zh; default: the language of this home.")


class _Reports(click.Group):
    """Every name of a template is a command that makes that report."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*SHIPPED, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = super().get_command(ctx, cmd_name)
        if found is None and _ID.fullmatch(cmd_name):
            return _maker(cmd_name)
        return found


@click.group("report", cls=_Reports)
def command() -> None:
    """Reports: weekly page, monthly triggers, quarterly languages, and a home's own.

    `afterwatch report weekly --week 2026-W47 --lang zh --out weekly.pdf`
    """


def _maker(name: str) -> click.Command:
    """The command that makes a report of one template."""
    options = [
        click.Option(["--week"], help="ISO week, 2026-W47; default: the last one that is over."),
        click.Option(["--month"], help="Month, 2026-10."),
        click.Option(["--quarter"], help="Quarter, 2026-Q3."),
        click.Option(["--period"], help="Any of them, as the report needs it."),
        click.Option(["--lang"], help="en or zh; default: the language of this home."),
        click.Option(
            ["--out"],
            type=click.Path(path_type=Path),
            help="File to write: .html, .pdf, .xlsx, .csv or .eml.",
        ),
        click.Option(["--as-of"], help="What was known then: 2026-03-02 or 2026-03-02T09:00."),
        click.Option(["--by"], default=BY, show_default=True, help="Who makes it."),
        click.Option(["--home"], type=click.Path(path_type=Path), help="Folder of this home."),
        click.Option(
            ["--format", "form"],
            type=click.Choice(output.FORMATS),
            default="table",
            show_default=True,
        ),
    ]
    told = f"Make the report {name} of one period; without --out its figures are printed."
    return click.Command(
        name, params=list(options), callback=_callback(name), help=told, short_help=told
    )


def _callback(name: str) -> Any:
    def run(**given: Any) -> None:
        periods = {option: given.pop(option) for option in ("week", "month", "quarter", "period")}
        report_making.make(
            name, {key: text for key, text in periods.items() if text is not None}, **given
        )

    return run


@command.command("make")
@click.argument("template")
@click.option("--period", help="2026-W47, 2026-10 or 2026-Q3; default: the last one that is over.")
@lang_option
@click.option("--out", type=click.Path(path_type=Path), help="File to write.")
@click.option("--as-of", help="What was known then: 2026-03-02 or 2026-03-02T09:00.")
@click.option("--by", default=BY, show_default=True, help="Who makes it.")
@home_option
@form_option
def make(template: str, period: str | None, **given: Any) -> None:
    """Make the report TEMPLATE of one period."""
    report_making.make(template, {} if period is None else {"period": period}, **given)


@command.command("list")
@click.option("--search", default="", help="Words that stand in it, in either language.")
@click.option("--template", help="Only reports of this kind.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@lang_option
@home_option
@form_option
def list_(
    search: str, template: str | None, limit: int, lang: str | None, home: Path | None, form: str
) -> None:
    """List reports, the newest period first."""
    import polars as pl

    from dashboard.languages import use_language
    from dashboard.reports import showing, store
    from dashboard.reports.document import Say

    with opened(home) as services:
        language, zone = language_of(lang, services), services.settings.time_zone
        found = store.listed(services.engine, search=search, template=template, most=limit)
    with use_language(language):
        headlines = [
            showing.sentence(Say.model_validate_json(text), zone) for text in found["headline"]
        ]
    shown = found.with_columns(headline=pl.Series(headlines, dtype=pl.String)).select(
        "id", "template", "period", issue="n", status="status", made="created_at", by="created_by",
        headline="headline",
    )  # fmt: skip
    output.show_frame(shown, form)


@command.command("show")
@click.argument("report")
@click.option("--out", type=click.Path(path_type=Path), help="File to write.")
@lang_option
@home_option
@form_option
def show(report: str, out: Path | None, lang: str | None, home: Path | None, form: str) -> None:
    """Show a stored report: its number, or TEMPLATE/PERIOD for the newest issue."""
    target = None if out is None else report_files.target(out)
    with opened(home) as services:
        one, language = stored(services, report), language_of(lang, services)
        if target is None:
            report_making.show(one, language, form)
        else:
            report_making.write(services, one, target, language, form)


@command.command("rebuild")
@click.argument("report")
@click.option("--out", type=click.Path(path_type=Path), help="Write the form made again.")
@lang_option
@home_option
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def rebuild_(report: str, out: Path | None, lang: str | None, home: Path | None, form: str) -> None:
    """Make a report again from its stored inputs and compare every byte.

    Exit status 0: all the same. 1: something differs; reasons and figures are told.
    """
    from dashboard.languages import use_language
    from dashboard.reports import files
    from dashboard.reports.rebuild import rebuild

    target = None if out is None else report_files.target(out)
    with opened(home) as services:
        one, language = stored(services, report), language_of(lang, services)
        found = rebuild(services, one.id)
        if target is not None:
            made = files.rendered(services, one, language, target.form)
            content = report_files.letter(one, made) if target.form == "mail" else made
            report_files.write(target.path, content)
        zone = services.settings.time_zone
    with use_language(language):
        _rebuilt(found, form, zone)
    if not found.same:
        raise click.exceptions.Exit(1)


def _rebuilt(found: Any, form: str, zone: str) -> None:
    from dataclasses import asdict

    from dashboard.reports.diff import as_json

    if form == "json":
        told = {
            "id": found.report_id,
            "same": found.same,
            "document_same": found.document_same,
            "files": [asdict(one) | {"same": one.same} for one in found.files],
            "why": [asdict(one) for one in found.why],
            "differences": as_json(list(found.differences)),
        }
        click.echo(output.json_text(told))
        return
    click.echo(f"Document: {'the same' if found.document_same else 'DIFFERS'}")
    for one in found.files:
        state = "the same" if one.same else "DIFFERS"
        disk = "" if one.disk == "same" else f"; the stored file was {one.disk}"
        click.echo(f"{one.form} ({one.language}): {state}{disk}")
    for one in found.why:
        change = f": {one.before} → {one.after}" if one.before or one.after else ""
        detail = f" ({one.detail})" if one.detail else ""
        click.echo(f"Reason: {one.kind} {one.about}{detail}{change}")
    if found.differences:
        report_shown.differences(found.differences, "table", zone)


@command.command("compare")
@click.argument("before")
@click.argument("after")
@lang_option
@home_option
@form_option
def compare(before: str, after: str, lang: str | None, home: Path | None, form: str) -> None:
    """Compare two reports figure by figure: numbers, or TEMPLATE/PERIOD."""
    from dashboard.languages import use_language
    from dashboard.reports import store
    from dashboard.reports.diff import diff

    with opened(home) as services:
        language, zone = language_of(lang, services), services.settings.time_zone
        one, other = stored(services, before), stored(services, after)
    found = diff(store.document(one), store.document(other))
    with use_language(language):
        report_shown.differences(found, form, zone)
    if form == "table" and not found:
        click.echo("They say the very same.")


@command.command("send")
@click.argument("report")
@click.option(
    "--to",
    "receivers",
    multiple=True,
    required=True,
    help="A person, #channel, role:NAME or rota:NAME; give it again for more.",
)
@click.option("--lang", help="Of the files; default: the language of whoever gets them.")
@click.option("--form", "forms", multiple=True, default=("pdf",), show_default=True)
@click.option("--by", default=BY, show_default=True, help="Who sends it.")
@home_option
def send(
    report: str,
    receivers: tuple[str, ...],
    lang: str | None,
    forms: tuple[str, ...],
    by: str,
    home: Path | None,
) -> None:
    """Send a stored report to people or channels of alerting.yaml."""
    from dashboard.cli.report_sending import queue

    with opened(home) as services:
        one = stored(services, report)
        languages = () if lang is None else (language_of(lang, services),)
        for line in queue(services, one, receivers, languages, forms, by):
            click.echo(line)


def _attach() -> None:
    """Commands that are modules of their own."""
    from dashboard.cli.report_schedule import schedule, templates_

    command.add_command(schedule)
    command.add_command(templates_)


_attach()
