"""What the chart of an incident shows: the number by day against what was expected of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from alerts.inbox import IncidentPage
from dashboard import formats, rows
from dashboard.languages import _, current, ngettext
from dashboard.vocabulary import kpi_title
from dashboard.wording.incident_names import (
    against,
    amount,
    slice_words,
)
from data_access.metrics import CATALOGUE

SERIES = {
    "day": pl.Date(),
    "y": pl.Float64(),
    "mu": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
}


def days(page: IncidentPage) -> pl.DataFrame:
    """The series of the evidence for the chart: `SERIES`, `inside`, `hover`, `label`."""
    frame = pl.DataFrame(
        [{name: point.get(name) for name in SERIES} for point in page.evidence.get("series", [])],
        schema={**SERIES, "day": pl.String()},
        orient="row",
    ).with_columns(pl.col("day").str.to_date())
    first, last = window(page)
    inside = pl.col("day").is_between(first, last) if first and last else pl.lit(value=False)
    unit = _unit(page)
    hover = [_hover(point, unit) for point in frame.iter_rows(named=True)]
    labels = [formats.day(day) for day in frame["day"]]
    return frame.with_columns(
        inside=inside,
        hover=pl.Series(hover, dtype=pl.String),
        label=pl.Series(labels, dtype=pl.String),
    )


def _unit(page: IncidentPage) -> str:
    """Unit of the series: shares stay shares, hours and rows are counts of a day."""
    kinds = {"threshold": page.row["unit"], "proportion": "count"}
    return kinds.get(page.row["kind"], "count") or "count"


def is_share(page: IncidentPage) -> bool:
    """Whether the chart counts in percent."""
    return _unit(page) == "share"


def window(page: IncidentPage) -> tuple[date | None, date | None]:
    """First and last day that were judged."""
    return page.row["first_day"], page.row["day"]


def _hover(point: Mapping[str, Any], unit: str) -> str:
    value, expected = amount(point["y"], unit), amount(point["mu"], unit)
    text = f"{formats.day(point['day'], year=True)}<br><b>{value}</b>"
    if point["mu"] is None:
        return text
    band = formats.span(point["low"], point["high"], 0 if unit == "count" else 2)
    return f"{text}<br>{_('expected {value}', value=expected)} ({band})"


def chart_title(page: IncidentPage) -> str:
    """The finding: what the chart shows now."""
    words = against(page.row)
    if not words:
        return _("Value against expected")
    return f"{slice_words(page.labels)}: {words}"


def chart_note(page: IncidentPage) -> str:
    """What is compared with what, which days were judged, and how the chart shows it."""
    text = page.evidence.get("compared", {}).get("en" if current() == "en" else "zh", "")
    first, last = window(page)
    judged = ""
    if first and last:
        judged = _("Judged: {days} (diamonds).", days=formats.days(first, last))
    return " ".join(part for part in (_subject(page), text, judged) if part)


def _subject(page: IncidentPage) -> str:
    kpi = page.row["kpi"] or ""
    return f"{kpi_title(kpi)}." if kpi in CATALOGUE else ""


def value_label(frame: pl.DataFrame, page: IncidentPage) -> str:
    """What stands at the end of the line."""
    value = frame["y"].last() if frame.height else None
    return amount(value, _unit(page)) if isinstance(value, float) else ""


def expected_label(frame: pl.DataFrame, page: IncidentPage) -> str:
    """What stands at the end of the expectation."""
    expected = frame["mu"].last() if frame.height else None
    if not isinstance(expected, float):
        return ""
    limit = page.row["kind"] in {"threshold", "deadline"}
    words = _("limit {value}") if limit else _("expected {value}")
    return words.format(value=amount(expected, _unit(page)))


def chart_summary(page: IncidentPage, frame: pl.DataFrame) -> str:
    """The chart for someone who cannot see it."""
    high = pl.coalesce("high", "mu")
    over = frame.filter((pl.col("y") > high) | (pl.col("y") < pl.col("low"))).height
    return ngettext(
        "{title}. {count} of {all} days lies outside of what was to be expected.",
        "{title}. {count} of {all} days lie outside of what was to be expected.",
        over,
        title=chart_title(page),
        all=frame.height,
    )


def chart_table(frame: pl.DataFrame, page: IncidentPage) -> str:
    """The table behind the chart, the newest day first."""
    columns = [
        rows.Column(_("Day")),
        rows.Column(_("Seen"), num=True),
        rows.Column(_("Expected"), num=True),
        rows.Column(_("Band"), num=True),
    ]
    unit = _unit(page)
    lines = [
        rows.Row(
            (
                rows.Cell(formats.day(point["day"], year=True)),
                rows.Cell(amount(point["y"], unit)),
                rows.Cell(amount(point["mu"], unit)),
                rows.Cell(_band(point, unit)),
            )
        )
        for point in frame.reverse().iter_rows(named=True)
    ]
    return rows.table(columns, lines)


def _band(point: Mapping[str, Any], unit: str) -> str:
    if point["low"] is None or point["high"] is None:
        return formats.NONE
    return formats.span(point["low"], point["high"], 0 if unit == "count" else 2)
