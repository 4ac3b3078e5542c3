"""What the SLA screen says about hours of the week: demand, agents and attainment by continent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from babel import dates

from dashboard import formats, rows
from dashboard.languages import _, locale
from dashboard.sla import BLOCK_HOURS, FEWEST_IN_BLOCK, LATE_VIEW
from dashboard.targets import target_of
from dashboard.url_filter import link, narrow
from dashboard.vocabulary import kpi_short, value_name


def day_names() -> list[str]:
    """The seven days, Monday first."""
    names = dates.get_day_names("abbreviated", locale=locale())
    return [str(names[day]) for day in range(7)]


def hour_name(hour: int, width: int = 1) -> str:
    """`Mon 14:00–15:00`."""
    day, first = divmod(hour, 24)
    return f"{day_names()[day]} {first:02}:00–{first + width:02}:00"


def sun_cells(
    frame: pl.DataFrame, what: str, query: str, kpi: str, *, weeks: float = 1.0
) -> pl.DataFrame:
    """One band of the week: `what` is `demand`, `agents` or `attained`.

    Args:
        frame: `continent` (null: unknown), `hour_of_week` and `value` (contacts), `agents`, or
            `value`, `low`, `high`, `n`.
        what: which band.
        query: the present view, kept in links.
        kpi: whose late cases a click shows.
        weeks: number of weeks that contacts were counted over.
    """
    shown = []
    for row in frame.iter_rows(named=True):
        continent = row["continent"] or ""
        hour = int(row["hour_of_week"])
        width = BLOCK_HOURS if what == "attained" else 1
        value = row["agents"] if what == "agents" else row["value"]
        chosen = narrow(query, continent=continent) if continent else query
        view = {"view": LATE_VIEW[kpi]} if what == "attained" else None
        small = what == "attained" and (row["n"] or 0) < FEWEST_IN_BLOCK
        shown.append(
            {
                "row": value_name("continent", continent),
                "hour_of_week": hour,
                "value": (value or 0.0) / (weeks if what == "demand" else 1),
                "small": small,
                "hover": _sun_hover(row, what, continent, hour, width, weeks),
                "href": link("/cases", chosen, view) if what != "agents" else "",
            }
        )
    schema = {
        "row": pl.String,
        "hour_of_week": pl.Int64,
        "value": pl.Float64,
        "small": pl.Boolean,
        "hover": pl.String,
        "href": pl.String,
    }
    return pl.DataFrame(shown, schema=schema)


def _sun_hover(
    row: Mapping[str, Any], what: str, continent: str, hour: int, width: int, weeks: float
) -> str:
    head = f"<b>{value_name('continent', continent)} · {hour_name(hour, width)}</b>"
    if what == "demand":
        text = _(
            "{value} contacts an hour (n = {n})",
            value=formats.number(row["value"] / weeks, 1),
            n=formats.number(row["value"]),
        )
    elif what == "agents":
        text = _("{value} agents on shift", value=formats.number(row["agents"], 1))
    else:
        text = _(
            "{share} answered in time ({interval}), n = {n}",
            share=formats.percent(row["value"]),
            interval=formats.interval(row["low"], row["high"], "share"),
            n=formats.number(row["n"]),
        )
        if (row["n"] or 0) < FEWEST_IN_BLOCK:
            text += "<br>" + _("Too small to judge")
    return f"{head}<br>{text}"


def sun_titles(kpi: str) -> tuple[str, str, str]:
    """Titles of the three bands."""
    target = target_of(kpi)
    return (
        _("Contacts an hour, by continent of the customer"),
        _("Agents on shift, by continent of their site"),
        _(
            "First response in time, in blocks of {hours} hours: orange below the target of "
            "{target}, blue above",
            hours=BLOCK_HOURS,
            target=formats.percent(target, 0),
        ),
    )


def sun_rows(frames: Sequence[pl.DataFrame]) -> list[str]:
    """The continents that any band knows, in the reader's words."""
    found: set[str] = set()
    for frame in frames:
        if frame.height:
            found |= set(frame["continent"].fill_null("").to_list())
    return [value_name("continent", name) for name in sorted(found, key=lambda name: name or "~")]


def sun_finding(blocks: pl.DataFrame, kpi: str) -> str:
    """The block of hours whose answers are late with most certainty."""
    target = target_of(kpi) or 0.0
    judged = blocks.filter(pl.col("n") >= FEWEST_IN_BLOCK, pl.col("high") < target).sort(
        "high", "continent", "hour_of_week"
    )
    if not judged.height:
        return _("No part of the week is certainly below target")
    worst = judged.row(0, named=True)
    return _(
        "Answers are latest for {continent}, {hours}: {share} in time",
        continent=value_name("continent", worst["continent"] or ""),
        hours=hour_name(worst["hour_of_week"], BLOCK_HOURS),
        share=formats.percent(worst["value"], 0),
    )


def sun_note(first: Any, last: Any, zone: str) -> str:
    """Over which time, in whose hours."""
    return _(
        "Typical week of {days}, hours in {zone}; grey: fewer than {n} cases",
        days=formats.days(first, last),
        zone=zone.rsplit("/", 1)[-1].replace("_", " "),
        n=FEWEST_IN_BLOCK,
    )


def sun_table(blocks: pl.DataFrame, query: str, kpi: str) -> str:
    """The table behind: blocks with enough cases, the lowest first."""
    columns = [
        rows.Column(_("Continent")),
        rows.Column(_("Hours")),
        rows.Column(kpi_short(kpi), num=True),
        rows.Column(_("n"), num=True),
    ]
    lines = [
        rows.Row(
            (
                rows.Cell(value_name("continent", row["continent"] or "")),
                rows.Cell(hour_name(row["hour_of_week"], BLOCK_HOURS)),
                rows.Cell(
                    formats.percent(row["value"]),
                    sub=formats.interval(row["low"], row["high"], "share"),
                ),
                rows.Cell(formats.number(row["n"])),
            ),
            href=link(
                "/cases",
                narrow(query, continent=row["continent"] or ""),
                {"view": LATE_VIEW[kpi]},
            ),
            small=row["n"] < FEWEST_IN_BLOCK,
        )
        for row in blocks.sort("value", nulls_last=True).head(120).iter_rows(named=True)
    ]
    return rows.table(columns, lines)
