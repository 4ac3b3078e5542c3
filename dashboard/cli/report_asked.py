"""What commands of reports are asked for: which home, language, template, period, stored report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from dashboard.reports.periods import Period
    from dashboard.reports.store import Report
    from dashboard.reports.template import Template
    from dashboard.services import Services


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


def template_of(services: Services, name: str) -> Template:
    """A template of the home.

    Raises:
        click.UsageError: there is none of that name.
        TemplateError: a file of the home cannot be used.
    """
    from dashboard.reports.template import templates

    found = templates(services.settings.home)
    if name not in found:
        raise click.UsageError(
            f"There is no command and no report {name!r}. Reports: {', '.join(found)}."
        )
    return found[name]


def period_of(kind: Template, given: dict[str, str], services: Services) -> Period:
    """The period that an option names, else the last one that is over.

    Raises:
        click.UsageError: there is no such period, or the report is about another kind of them.
    """
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


def something_there(services: Services, period: Period) -> None:
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
