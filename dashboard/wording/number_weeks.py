"""What the page of one number says about its last weeks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from dashboard import formats, rows
from dashboard.languages import _
from dashboard.targets import judged
from dashboard.url_filter import spanning
from dashboard.vocabulary import kpi_unit
from dashboard.wording.numbers import rows_of, with_unit
from data_access.metrics import CATALOGUE, Kpi


def week_rows(
    frame: pl.DataFrame, mondays: Sequence[date], last: date, name: str, query: str
) -> pl.DataFrame:
    """The weeks as the figure wants them; weeks without rows are there without a value."""
    known = {row["week"]: row for row in frame.iter_rows(named=True)}
    kpi = judged(name)
    found = []
    for monday in mondays:
        row = known.get(monday, {})
        end = min(monday + timedelta(days=6), last)
        value = row.get("value")
        unit = formats.in_currency(kpi.unit, row.get("currency") or "")
        text = formats.value(value, unit)
        days = formats.days(monday, end)
        interval = formats.interval(row.get("low"), row.get("high"), kpi.unit)
        n = _("n = {n}", n=formats.number(row.get("n") or 0))
        found.append(
            {
                "label": formats.day(monday),
                "days": days,
                "value": value,
                "low": row.get("low"),
                "high": row.get("high"),
                "n": row.get("n"),
                "interval": interval,
                "text": text if value is not None else "",
                "unit": unit,
                "over": monday + timedelta(days=6) < last,
                "hover": "<br>".join(
                    part for part in (f"<b>{days}</b>", text, interval, n) if part
                ),
                "href": _week_link(kpi, spanning(query, monday, end)),
            }
        )
    return pl.DataFrame(found, schema=WEEK)


WEEK = {
    "label": pl.String(),
    "days": pl.String(),
    "value": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "n": pl.Int64(),
    "interval": pl.String(),
    "text": pl.String(),
    "unit": pl.String(),
    "over": pl.Boolean(),
    "hover": pl.String(),
    "href": pl.String(),
}


def _week_link(kpi: Kpi, query: str) -> str:
    return rows_of(kpi.denominator or kpi.numerator, query)[1]


def weeks_title(weeks: pl.DataFrame, name: str) -> str:
    """The finding: how the last week that is over stands to the weeks before it."""
    over = weeks.filter(pl.col("over") & pl.col("value").is_not_null())
    if over.height < 2:
        return _("Last 8 weeks")
    row = over.row(-1, named=True)
    earlier = over.head(-1)["value"]
    value, unit = row["value"], row.get("unit") or CATALOGUE[name].unit
    text = with_unit(value, unit, kpi_unit(name))
    low = row["low"] if row["low"] is not None else value
    high = row["high"] if row["high"] is not None else value
    lowest, highest = (float(earlier.min() or 0), float(earlier.max() or 0))  # type: ignore[arg-type]
    if low > highest:
        return _("Higher than in any week before: {value}", value=text)
    if high < lowest:
        return _("Lower than in any week before: {value}", value=text)
    return _(
        "{value} in the last full week, {low} to {high} before",
        value=text,
        low=formats.value(lowest, unit),
        high=formats.value(highest, unit),
    )


def weeks_summary(weeks: pl.DataFrame, finding: str) -> str:
    """The trend for someone who cannot see it."""
    values = "; ".join(
        f"{row['days']}: {row['text']}"
        for row in weeks.filter(pl.col("value").is_not_null()).iter_rows(named=True)
    )
    return f"{finding}. {values}"


def weeks_table(weeks: pl.DataFrame) -> str:
    """The table behind the trend, newest week first."""
    columns = [
        rows.Column(_("Week")),
        rows.Column(_("Value"), num=True),
        rows.Column(_("n"), num=True),
    ]
    lines = [
        rows.Row(
            (
                rows.Cell(row["days"], href=row["href"]),
                rows.Cell(row["text"] or formats.NONE, sub=row["interval"]),
                rows.Cell(formats.number(row["n"])),
            )
        )
        for row in weeks.reverse().iter_rows(named=True)
    ]
    return rows.table(columns, lines)


def from_zero(name: str) -> bool:
    """Whether the scale begins at zero: a count's must, or a small change looks large."""
    return CATALOGUE[name].unit == "count"


def target_label(name: str) -> str:
    """What stands at the hairline of the target."""
    kpi = judged(name)
    if kpi.target is None:
        return ""
    digits = formats.percent(kpi.target, 0) if kpi.unit == "share" else None
    return _("Target {target}", target=digits or formats.value(kpi.target, kpi.unit))
