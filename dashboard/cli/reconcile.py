"""`afterwatch reconcile`: why two tools show different times for the same cases."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from dashboard.cli import output, questions
from dashboard.cli.preset_times import MINUTE_S, sources

if TYPE_CHECKING:
    from dashboard.services import Services
    from data_access.browse.reconciliations import Found
    from data_access.metrics import Filter
    from data_access.presets import Side, Statistic


@click.command("reconcile")
@click.argument("metric")
@click.option("--left", default="zendesk", show_default=True, help="Definition to start from.")
@click.option(
    "--right",
    default="gorgias",
    show_default=True,
    help="Definition to explain: a product, one with :business or :calendar, or recorded.",
)
@click.option(
    "--statistic",
    type=click.Choice(("median", "mean")),
    default="median",
    show_default=True,
    help="Which number is compared.",
)
@click.option(
    "--vendor",
    is_flag=True,
    help="Instead, set the minutes that the source recorded beside those of --left.",
)
@click.option(
    "--flag",
    is_flag=True,
    help="Instead, set the SLA flag that the source recorded beside our clock (first_resolution).",
)
@click.option(
    "--target-hours",
    type=click.FloatRange(min=0, min_open=True),
    default=48.0,
    show_default=True,
    help="With --flag: our target, by the wall clock.",
)
@click.option(
    "--where",
    "conditions",
    multiple=True,
    help="dimension=value; give it again for more. An empty value means unknown.",
)
@click.option("--from", "start", help="First day of creation included, 2026-03-02.")
@click.option("--to", "end", help="Last day included.")
@click.option("--as-of", help="What was known then: 2026-03-02 (its end) or 2026-03-02T09:00.")
@click.option("--zone", help="IANA zone that days are cut in; default: the reporting zone.")
@click.option("--home", type=click.Path(path_type=Path), help="Folder of this Afterwatch.")
@click.option(
    "--format", "form", type=click.Choice(output.FORMATS), default="table", show_default=True
)
def command(
    metric: str,
    *,
    left: str,
    right: str,
    statistic: str,
    vendor: bool,
    flag: bool,
    target_hours: float,
    conditions: tuple[str, ...],
    start: str | None,
    end: str | None,
    as_of: str | None,
    zone: str | None,
    home: Path | None,
    form: str,
) -> None:
    """Take the gap between two definitions of the time METRIC apart, by cause.

    METRIC is first_response, next_response, first_resolution, full_resolution, requester_wait,
    agent_work or on_hold. All cases of the period are measured, none are sampled.
    """
    from dashboard.services import open_services
    from dashboard.settings import load_settings
    from data_access.presets import PresetError

    if flag and (vendor or metric != "first_resolution"):
        raise click.UsageError("--flag goes with first_resolution and without --vendor.")

    settings = load_settings(home=home)
    where = questions.filter_of(
        conditions, questions.day("--from", start), questions.day("--to", end)
    )
    used = questions.known_zone_or_none(zone) or settings.time_zone
    instant = None if as_of is None else questions.instant(as_of, used)
    services = open_services(settings)
    known = instant or services.metrics.as_of()
    try:
        if flag:
            from dashboard.cli import sla_flag

            sla_flag.show(
                services, where, target_hours=target_hours, as_of=known, zone=used, form=form
            )
        elif vendor:
            from dashboard.cli import recorded_minutes

            recorded_minutes.show(services, where, metric, left, as_of=known, zone=used, form=form)
        else:
            _show_gap(
                services,
                where,
                (metric, left, right, cast("Statistic", statistic)),
                as_of=known,
                zone=used,
                form=form,
            )
    except PresetError as error:
        raise click.UsageError(str(error)) from error
    for hint in questions.hints(services.metrics, where):
        click.echo(hint, err=True)


def _show_gap(
    services: Services,
    where: Filter,
    asked: tuple[str, str, str, Statistic],
    *,
    as_of: datetime,
    zone: str,
    form: str,
) -> None:
    from data_access.browse.reconciliations import reconciliation

    metric, left, right, statistic = asked
    found = reconciliation(
        services.warehouse,
        where,
        metric=metric,
        left=left,
        right=right,
        statistic=statistic,
        as_of=as_of,
        zone=zone,
        limit=None,
    )
    if form == "json":
        click.echo(output.json_text(_document(found, as_of)))
    elif form == "csv":
        output.show_frame(found.reconciliation.causes, form)
    else:
        _print(found, as_of)


def _document(found: Found, as_of: datetime) -> dict[str, Any]:
    told = found.reconciliation
    return {
        "metric": told.metric,
        "statistic": told.statistic,
        "cases": found.of_cases,
        "left": _side(told.left),
        "right": _side(told.right),
        "gap_s": told.gap_s,
        "causes": told.causes.to_dicts(),
        "top": told.top.to_dicts(),
        "as_of": as_of,
    }


def _side(side: Side) -> dict[str, Any]:
    made = side.definition
    return {
        "name": side.name,
        "value_s": side.value_s,
        "n": side.n,
        "left_out": dict(side.left_out),
        "definition": None if made is None else made.text,
        "sources": []
        if made is None
        else [{"title": source.title, "url": source.url} for source in made.sources],
        "assumed": [] if made is None else list(made.assumed),
    }


def _print(found: Found, as_of: datetime) -> None:
    import polars as pl

    from dashboard.languages import use_language
    from dashboard.wording import reconcile as words
    from dashboard.wording import reconcile_causes as causes

    told = found.reconciliation
    with use_language("en"):
        click.echo(words.answer(told))
        for side in (told.left, told.right):
            value, behind = words.number(side)
            click.echo(f"  {side.title}: {value} ({behind})")
        named = told.causes.with_columns(
            cause=pl.col("cause").map_elements(causes.cause_name, return_dtype=pl.String),
            minutes=(pl.col("effect_s") / MINUTE_S).round(2),
        )
        total = pl.DataFrame(
            {"cause": ["Gap"], "minutes": [_minutes(told.gap_s)], "cases": [None]},
            schema={"cause": pl.String, "minutes": pl.Float64, "cases": pl.Int64},
        )
        shown = pl.concat([named.select("cause", "minutes", "cases"), total])
        title = f"{words.metric_name(told.metric)}, {told.statistic}: what makes the gap"
        output.show_frame(shown, "table", title=title)
        tops = told.top.select(
            pl.col("cause").map_elements(causes.cause_name, return_dtype=pl.String),
            "source",
            "case_id",
            left_min=(pl.col("left_s") / MINUTE_S).round(2),
            right_min=(pl.col("right_s") / MINUTE_S).round(2),
        )
    if tops.height:
        output.show_frame(tops, "table", title="Cases that each switch alone changes most")
    for side in (told.left, told.right):
        if side.definition is not None:
            click.echo(f"{side.title}: {side.definition.text}")
            click.echo(f"  Source: {sources(side.definition)}.")
            if side.definition.assumed:
                click.echo(f"  Not stated there, assumed: {', '.join(side.definition.assumed)}.")
    click.echo(f"As of {as_of:%F %H:%M} UTC, {found.of_cases:,} cases.")


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / MINUTE_S, 2)
