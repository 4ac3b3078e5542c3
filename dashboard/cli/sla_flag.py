"""`afterwatch reconcile first_resolution --flag`: the source's SLA flag beside our clock."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from dashboard.cli import output

if TYPE_CHECKING:
    from dashboard.services import Services
    from data_access.metrics import Filter
    from data_access.presets.verdicts import Verdicts

HOUR_S = 3600.0
SHOWN = 10

CAUSES = {
    "target_unknown": "Target of the priority is not recorded (looked for)",
    "closed_not_solved": "Counts until closed, not until solved",
    "weekends": "Weekends do not count",
    "reopened": "Last ending instead of the first",
    "unexplained": "Not explained by the data",
}


def show(
    services: Services,
    where: Filter,
    *,
    target_hours: float,
    as_of: datetime,
    zone: str,
    form: str,
) -> None:
    """Print the 2 × 2 table, what explains the disagreements, and what remains."""
    from data_access.browse.reconciliations import flag_verdicts

    found = flag_verdicts(
        services.warehouse, where, target_s=target_hours * HOUR_S, as_of=as_of, zone=zone
    )
    if form == "json":
        document = {
            "target_s": target_hours * HOUR_S,
            "judged": found.judged,
            "unjudged": found.unjudged,
            "disagreements": found.disagreements,
            "unexplained": found.unexplained,
            "table": found.table.to_dicts(),
            "explained": found.explained.to_dicts(),
            "targets": found.targets.to_dicts(),
            "disagreeing": found.disagreeing.to_dicts(),
            "as_of": as_of,
        }
        click.echo(output.json_text(document))
    elif form == "csv":
        output.show_frame(found.disagreeing, form)
    else:
        _print(found, target_hours, as_of)


def _print(found: Verdicts, target_hours: float, as_of: datetime) -> None:
    import polars as pl

    if not found.judged:
        click.echo("None of these cases has both an SLA flag of its source and an ended clock.")
        return
    said = pl.when("flag_met").then(pl.lit("met")).otherwise(pl.lit("missed"))
    ours = pl.when("ours_met").then(pl.lit("met")).otherwise(pl.lit("missed"))
    output.show_frame(
        found.table.select(flag=said, ours=ours, cases="cases"),
        "table",
        title=f"The source's flag and our clock (solved within {target_hours:g} h)",
    )
    share = found.disagreements / found.judged
    click.echo(
        f"They disagree on {found.disagreements:,} of {found.judged:,} cases ({share:.1%}); "
        f"{found.unjudged:,} flagged cases have no ended clock."
    )
    output.show_frame(
        found.explained.with_columns(
            pl.col("cause").replace_strict(CAUSES, return_dtype=pl.String)
        ).rename({"cases": "disagreements"}),
        "table",
        title="What takes disagreements away, one after the other",
    )
    output.show_frame(
        found.targets.select(
            "priority",
            "cases",
            target_h=(pl.col("target_s") / HOUR_S).round(1),
            agree="agree",
        ),
        "table",
        title="Targets that the flag behaves as if it had: opened to closed, weekdays",
    )
    if found.disagreeing.height:
        output.show_frame(
            found.disagreeing.head(SHOWN).select(
                "source",
                "case_id",
                "priority",
                flag=said,
                elapsed_h=(pl.col("elapsed_s") / HOUR_S).round(1),
            ),
            "table",
            title="Not explained, furthest from the target first",
        )
    click.echo(f"As of {as_of:%F %H:%M} UTC.")
