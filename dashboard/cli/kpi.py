"""`afterwatch kpi`: any number of the catalogue, split and filtered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli import output

if TYPE_CHECKING:
    import polars as pl

    from data_access.metrics import Filter, Metrics

_STATED = ("value", "n", "low", "high", "unit", "as_of", "fresh_at")


@click.command("kpi")
@click.argument("name", required=False)
@click.option("--by", "split", help="Dimensions, day, week or month, separated by commas.")
@click.option(
    "--where",
    "conditions",
    multiple=True,
    help="dimension=value; give it again for more. An empty value means unknown.",
)
@click.option("--from", "start", help="First day included, 2026-03-02.")
@click.option("--to", "end", help="Last day included.")
@click.option("--as-of", help="What was known then: 2026-03-02 (its end) or 2026-03-02T09:00.")
@click.option("--zone", help="IANA zone that days are cut in; default: the reporting zone.")
@click.option("--currency", help="ISO 4217 code that money is converted to.")
@click.option("--home", type=click.Path(path_type=Path), help="Folder of this Afterwatch.")
@click.option(
    "--format", "form", type=click.Choice(output.FORMATS), default="table", show_default=True
)
def command(
    name: str | None,
    *,
    split: str | None,
    conditions: tuple[str, ...],
    start: str | None,
    end: str | None,
    as_of: str | None,
    zone: str | None,
    currency: str | None,
    home: Path | None,
    form: str,
) -> None:
    """Show the KPI NAME with its n and 95 % interval; without NAME list the catalogue."""
    if name is None:
        _list(form)
        return
    from dashboard.services import open_services
    from dashboard.settings import load_settings
    from data_access.metrics import Query, QueryError

    settings = load_settings(home=home)
    where = _filter(conditions, _day("--from", start), _day("--to", end))
    used = _zone(zone) or settings.time_zone
    by = tuple(part.strip() for part in split.split(",") if part.strip()) if split else ()
    instant = None if as_of is None else _instant(as_of, used)
    services = open_services(settings)
    try:
        rows = services.metrics.kpi(Query(name, by, where, instant, used, currency))
    except QueryError as error:
        raise click.UsageError(str(error)) from error
    extra = ("excluded",) if "excluded" in rows.columns else ()
    _show(rows.select(*by, *_STATED, *extra), name, form)
    for hint in _hints(services.metrics, where):
        click.echo(hint, err=True)


def _show(rows: pl.DataFrame, name: str, form: str) -> None:
    if form != "table":
        output.show_frame(rows, form)
        return
    from data_access.metrics import CATALOGUE

    kpi = CATALOGUE[name]
    # The same in every row: said once below the table.
    shown = rows.drop("unit", "as_of", "fresh_at")
    output.show_frame(shown, form, title=f"{kpi.title} ({kpi.unit})")
    if rows.height:
        as_of, fresh = rows["as_of"][0], rows["fresh_at"][0]
        imported = "nothing imported yet" if fresh is None else f"newest import {fresh:%F %H:%M}"
        click.echo(f"As of {as_of:%F %H:%M} UTC, {imported}.")


def _list(form: str) -> None:
    """The catalogue."""
    import polars as pl

    from data_access.metrics import CATALOGUE

    columns = ("name", "title", "unit", "better", "target", "anchor", "formula")
    rows = [{column: getattr(kpi, column) for column in columns} for kpi in CATALOGUE.values()]
    shown = columns if form != "table" else ("name", "unit", "target", "formula")
    output.show_frame(pl.DataFrame(rows).select(shown), form)


def _filter(conditions: Sequence[str], start: date | None, end: date | None) -> Filter:
    from data_access.metrics import DIMENSIONS, Filter

    values: dict[str, list[str]] = {}
    for condition in conditions:
        dimension, equals, value = condition.partition("=")
        dimension = dimension.strip()
        if not equals or dimension not in DIMENSIONS:
            raise click.UsageError(
                f"--where {condition!r}: write dimension=value with one of {', '.join(DIMENSIONS)}."
            )
        values.setdefault(dimension, []).append(value.strip())
    named = {dimension: tuple(given) for dimension, given in values.items()}
    return Filter(start=start, end=end, **named)


def _day(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError(f"{option} {text!r} is no day; write 2026-03-02.") from error


def _instant(text: str, zone: str) -> datetime:
    """A moment; a day means its end, a time without an offset is local to `zone`."""
    from zoneinfo import ZoneInfo

    from data_access.rollups.days import end_of_day

    try:
        if len(text) == len("2026-03-02"):
            return end_of_day(date.fromisoformat(text), zone)
        moment = datetime.fromisoformat(text)
        local = moment if moment.tzinfo is not None else moment.replace(tzinfo=ZoneInfo(zone))
        return local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise click.UsageError(
            f"--as-of {text!r} is no time; write 2026-03-02 or 2026-03-02T09:00."
        ) from error


def _zone(name: str | None) -> str | None:
    from data_access.time_zones import known_zone

    if name is not None and not known_zone(name):
        raise click.UsageError(f"{name!r} is no IANA time zone; use a name such as Europe/Berlin.")
    return name


def _hints(metrics: Metrics, where: Filter) -> list[str]:
    """A line for every filter value that no row has."""
    hints = []
    for dimension, wanted in where.values().items():
        known = metrics.values(dimension)
        for value in wanted:
            if value and value not in known:
                some = ", ".join(known[:12]) + (" …" if len(known) > 12 else "")
                hints.append(f"Hint: no row has {dimension}={value}. Known: {some or 'none yet'}.")
    return hints
