"""`afterwatch kpi`: any number of the catalogue, split and filtered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli import output, questions

if TYPE_CHECKING:
    import polars as pl

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
@click.option(
    "--preset",
    "made_by",
    help="Measure a time (first_response, full_resolution …) as zendesk, gorgias, freshdesk, "
    "intercom, chatwoot or afterwatch does; zendesk:calendar and the like choose its hours.",
)
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
    made_by: str | None,
    home: Path | None,
    form: str,
) -> None:
    """Show the KPI NAME with its n and 95 % interval; without NAME list the catalogue.

    With --preset NAME is a time metric, measured by the definition of that product; without NAME
    the definitions are listed.
    """
    from dashboard.cli import preset_times

    if made_by is not None:
        preset_times.check(made_by, name, currency)
    if name is None:
        if made_by is not None:
            preset_times.list_definitions(made_by, form)
        else:
            _list(form)
        return
    from dashboard.services import open_services
    from dashboard.settings import load_settings
    from data_access.metrics import Query, QueryError

    settings = load_settings(home=home)
    where = questions.filter_of(
        conditions, questions.day("--from", start), questions.day("--to", end)
    )
    used = questions.known_zone_or_none(zone) or settings.time_zone
    by = tuple(part.strip() for part in split.split(",") if part.strip()) if split else ()
    instant = None if as_of is None else questions.instant(as_of, used)
    services = open_services(settings)
    if made_by is not None:
        preset_times.show(
            services, name, made_by, by=by, where=where, as_of=instant, zone=used, form=form
        )
        return
    try:
        rows = services.metrics.kpi(Query(name, by, where, instant, used, currency))
    except QueryError as error:
        raise click.UsageError(str(error)) from error
    extra = ["excluded"] if "excluded" in rows.columns else []
    if rows["tainted"].sum():
        extra.append("tainted")
    _show(rows.select(*by, *_STATED, *extra), name, form)
    for hint in questions.hints(services.metrics, where):
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
    if "tainted" in rows.columns:
        click.echo("tainted: rows that a data-quality check doubts; see afterwatch doctor.")
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
