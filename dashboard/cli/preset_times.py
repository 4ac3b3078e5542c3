"""`afterwatch kpi NAME --preset PRODUCT`: a time metric by another product's definition."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from dashboard.cli import output, questions

if TYPE_CHECKING:
    from dashboard.services import Services
    from data_access.metrics import Filter
    from data_access.presets import Definition

MINUTE_S = 60.0


def check(made_by: str, metric: str | None, currency: str | None) -> None:
    """Refuse what cannot be asked before anything is read.

    Raises:
        click.UsageError: unknown product or metric, a product without the metric, a currency.
    """
    from data_access.presets import PresetError, preset

    if currency is not None:
        raise click.UsageError("--currency has no meaning for times.")
    try:
        made = preset(made_by)
        if metric is not None:
            made.definition(metric)
    except PresetError as error:
        raise click.UsageError(str(error)) from error


def list_definitions(made_by: str, form: str) -> None:
    """The definitions of one product."""
    import polars as pl

    from data_access.presets import METRICS, preset

    made = preset(made_by)
    listed = [
        {
            "name": metric,
            "definition": made.metrics[metric].text
            if metric in made.metrics
            else f"none. {made.missing.get(metric, '')}".strip(),
            "source": sources(made.metrics[metric]) if metric in made.metrics else "",
        }
        for metric in METRICS
    ]
    output.show_frame(pl.DataFrame(listed), form, title=made.title)


def show(
    services: Services,
    metric: str,
    made_by: str,
    *,
    by: Sequence[str],
    where: Filter,
    as_of: datetime | None,
    zone: str,
    form: str,
) -> None:
    """Print n, median, p90 and mean in minutes, and what they mean.

    Raises:
        click.UsageError: a dimension that cases do not have.
    """
    import polars as pl

    from data_access.browse.reconciliations import preset_statistics
    from data_access.presets import PresetError, preset

    made = preset(made_by)
    instant = as_of or services.metrics.as_of()
    try:
        found = preset_statistics(
            services.warehouse,
            where,
            metric=metric,
            made_by=made,
            by=by,
            as_of=instant,
            zone=zone,
        )
    except PresetError as error:
        raise click.UsageError(str(error)) from error
    shown = found.with_columns(
        *(
            (pl.col(f"{name}_s") / MINUTE_S).round(3).alias(f"{name}_s")
            for name in ("median", "p90", "mean")
        )
    ).rename({f"{name}_s": f"{name}_min" for name in ("median", "p90", "mean")})
    output.show_frame(shown, form, title=f"{made.title}: {metric} (minutes)")
    if form == "table":
        definition = made.metrics[metric]
        click.echo(definition.text)
        click.echo(f"{made.title} shows the {definition.statistic}. {_running(definition)}")
        click.echo(f"Source: {sources(definition)}.")
        if definition.assumed:
            click.echo(f"Not stated there, assumed: {', '.join(definition.assumed)}.")
        click.echo(f"As of {instant:%F %H:%M} UTC.")
    for hint in questions.hints(services.metrics, where):
        click.echo(hint, err=True)


def _running(definition: Definition) -> str:
    if definition.open_cases == "censored":
        return "Clocks that still run are counted as running (Kaplan-Meier)."
    return "Clocks that still run are left out."


def sources(definition: Definition) -> str:
    """Where a definition is written down, in one line."""
    return "; ".join(f"{source.title} <{source.url}>" for source in definition.sources)
