"""`afterwatch report`: make, list, compare, rebuild and send reports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.cli import output, questions, report_files, report_shown

if TYPE_CHECKING:
    from dashboard.reports.periods import Period
    from dashboard.reports.store import Report
    from dashboard.reports.template import Template
    from dashboard.services import Services

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
        _make(name, {key: text for key, text in periods.items() if text is not None}, **given)

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
    _make(template, {} if period is None else {"period": period}, **given)


def _make(
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
    from dashboard.reports import feeds, issuing, store

    target = None if out is None else report_files.target(out)
    if not by.strip():
        raise click.UsageError("--by is empty; say who makes it.")
    with opened(home) as services:
        language = language_of(lang, services)
        kind = _template(services, name)
        period = _period(kind, periods, services)
        zone, now = services.settings.time_zone, services.clock()
        instant = None if as_of is None else questions.instant(as_of, zone)
        if period.ends_at(zone) <= now:
            _something_there(services, period)
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
            _print(report, language, form)
        else:
            _write(services, report, target, language, form)
        _hints(report, new=issued.new)


def _print(report: Report, language: str, form: str) -> None:
    from dashboard.languages import use_language
    from dashboard.reports import store

    with use_language(language):
        report_shown.page(report, store.document(report), form)


def _write(
    services: Services, report: Report, target: report_files.Target, language: str, form: str
) -> None:
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
            _print(one, language, form)
        else:
            _write(services, one, target, language, form)


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


@contextmanager
def opened(home: Path | None) -> Iterator[Services]:
    """A home that exists; expected failures become one message.

    Raises:
        click.ClickException: there is no home, or what was asked cannot be done.
    """
    from dashboard.reports.files import ReportFileError
    from dashboard.reports.forms import FormError
    from dashboard.reports.inputs import ReportError
    from dashboard.reports.store import UnknownReportError
    from dashboard.reports.template import TemplateError
    from dashboard.services import open_services
    from dashboard.settings import load_settings

    settings = load_settings(home=home)
    if not settings.home.is_dir():
        raise click.ClickException(
            f"There is no home at {settings.home}. Make one with: afterwatch init"
        )
    services = open_services(settings)
    try:
        yield services
    except (ReportError, TemplateError, FormError, ReportFileError, UnknownReportError) as error:
        raise click.ClickException(str(error.args[0]) if error.args else str(error)) from error
    finally:
        services.engine.dispose()


def language_of(given: str | None, services: Services) -> str:
    """A language as the program names it.

    Raises:
        click.UsageError: there is none such.
    """
    from dashboard.reports.forms import LANGUAGE_CODES

    if given is None:
        return services.settings.language
    for long, short in LANGUAGE_CODES.items():
        if given in (long, short):
            return long
    known = " and ".join(LANGUAGE_CODES.values())
    raise click.UsageError(f"--lang {given!r}: reports are written in {known}.")


def stored(services: Services, named: str) -> Report:
    """A stored report by its number, or the newest issue of TEMPLATE/PERIOD.

    Raises:
        click.ClickException: there is none such.
    """
    from dashboard.reports import store

    template, slash, period = named.partition("/")
    if slash:
        found = store.newest(services.engine, template, period)
        if found is not None:
            return found
    elif named.isascii() and named.isdigit() and len(named) < 18:
        return store.load(services.engine, int(named))
    raise click.ClickException(
        f"There is no report {named!r}. Give its number or TEMPLATE/PERIOD such as "
        "weekly/2026-W47; list them with: afterwatch report list."
    )


def _template(services: Services, name: str) -> Template:
    from dashboard.reports.template import templates

    found = templates(services.settings.home)
    if name not in found:
        raise click.UsageError(
            f"There is no command and no report {name!r}. Reports: {', '.join(found)}."
        )
    return found[name]


def _period(kind: Template, given: dict[str, str], services: Services) -> Period:
    from dashboard.reports.periods import PeriodError, last_ended, parse

    grain = kind.body.period
    if len(given) > 1:
        raise click.UsageError(f"Give one period, not {' and '.join(f'--{key}' for key in given)}.")
    for option, text in given.items():
        if option not in ("period", grain):
            raise click.UsageError(
                f"The report {kind.id} is about a {grain}; give --{grain} instead of --{option}."
            )
        try:
            return parse(text, grain)
        except PeriodError as error:
            raise click.UsageError(f"--{option} {text}: {error}") from error
    return last_ended(grain, services.clock(), services.settings.time_zone)


def _something_there(services: Services, period: Period) -> None:
    """Refuse a period that no row is of: an empty page would look like a calm one."""
    from dashboard.reports import feeds
    from dashboard.today import data_to
    from data_access.marts.state import read_state

    if read_state(services.engine) is None:
        return  # issuing says it better: nothing was imported
    zone = services.settings.time_zone
    if feeds.anything(services.engine, services.warehouse, period, zone):
        return
    reach = data_to(services)
    known = f" The data reach to {reach:%Y-%m-%d}." if reach is not None else ""
    raise click.ClickException(
        f"There is no row of the {period.grain} {period.name} ({period.first} to {period.last}): a "
        f"report of it would say nothing.{known}"
    )


def _attach() -> None:
    """Commands that are modules of their own."""
    from dashboard.cli.report_schedule import schedule, templates_

    command.add_command(schedule)
    command.add_command(templates_)


_attach()
