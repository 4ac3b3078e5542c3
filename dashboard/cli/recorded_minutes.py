"""`afterwatch reconcile METRIC --vendor`: the minutes that the source recorded beside ours."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from dashboard.cli import output
from dashboard.cli.preset_times import MINUTE_S

if TYPE_CHECKING:
    from dashboard.services import Services
    from data_access.metrics import Filter


def show(
    services: Services,
    where: Filter,
    metric: str,
    product: str,
    *,
    as_of: datetime,
    zone: str,
    form: str,
) -> None:
    """Print how many recorded minutes agree with the definition of `product`, and the others.

    Raises:
        PresetError: the product has no such metric.
    """
    from data_access.browse.reconciliations import recorded_comparison
    from data_access.presets import RECORDED, preset

    made = preset(product)
    found = recorded_comparison(
        services.warehouse,
        where,
        metric=metric,
        made_by=made,
        as_of=as_of,
        zone=zone,
        limit=None,
    )
    if form == "json":
        document = {
            "metric": found.metric,
            "product": made.name,
            "column": found.column,
            "recorded": found.recorded,
            "both": found.both,
            "agree": found.agree,
            "share": found.share,
            "only_ours": found.only_ours,
            "differences": found.differences.to_dicts(),
            "as_of": as_of,
        }
        click.echo(output.json_text(document))
        return
    if form == "csv":
        output.show_frame(found.differences, form)
        return
    if found.column is None:
        click.echo(
            f"No source records {metric} in these hours per case. Recorded are "
            f"{', '.join(RECORDED)}; some in calendar hours only (--left {product}:calendar)."
        )
        return
    if not found.recorded:
        click.echo(
            f"None of these cases has a recorded {metric} ({found.column}). Import the metrics of "
            "your helpdesk with its tickets."
        )
        return
    share = "" if found.share is None else f" ({found.share:.1%})"
    click.echo(
        f"{made.title}, {metric}: {found.agree:,} of {found.both:,} cases with both figures agree "
        f"within a minute{share}."
    )
    click.echo(
        f"{found.recorded - found.both:,} recorded cases are not measured, {found.only_ours:,} "
        "measured ones are not recorded."
    )
    if found.differences.height:
        import polars as pl

        shown = found.differences.head(20).select(
            "source",
            "case_id",
            recorded_min=(pl.col("recorded_s") / MINUTE_S).round(2),
            ours_min=(pl.col("ours_s") / MINUTE_S).round(2),
            difference_min=(pl.col("difference_s") / MINUTE_S).round(2),
            why="why",
        )
        output.show_frame(shown, "table", title="Cases that differ most")
    click.echo(f"As of {as_of:%F %H:%M} UTC.")
