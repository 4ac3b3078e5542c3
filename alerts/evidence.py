"""What a person needs to believe an alert: the numbers, the weeks before, who drives it, cases.

Evidence is JSON on the alert row, frozen with the slot that produced it:
`rule` (id, sha256, kpi, by, window_days), `severity`, `day`, `where` (start and end of the window),
`numbers`, `series` (day, y, mu, low, high of the last eight weeks and the window), `drivers`
(dimension, value, y, mu, excess: what grew most inside the segment), `samples` (case ids) and
`texts` (title, summary, action in each language).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol

import polars as pl

from alerts.detection.surge import Scored, history
from alerts.rules import Rule, RuleVersion
from alerts.rules.texts import texts
from data_access.metrics import CATALOGUE, Filter, Query
from data_access.rollups.cohorts import COHORTS

SERIES_DAYS = 63
DRIVER_DIMS = ("reason", "carrier", "region", "product", "lane", "channel", "category")
"""Dimensions searched for what drives a surge, the most telling first."""
DRIVERS_PER_DIM = 3
SAMPLES = 5


class Numbers(Protocol):
    """The part of `Metrics` that alerts ask."""

    def kpi(self, query: Query) -> pl.DataFrame:
        """Rows of `<by…>, value, …, denominator`."""

    def fresh_at(self) -> datetime | None:
        """When the newest data came in."""


class Tables(Protocol):
    """The part of `Warehouse` that samples are read from."""

    def scan(self, table: str, *, namespace: str = "facts") -> pl.LazyFrame:
        """A table as a lazy frame."""


def known_dims(kpi: str) -> tuple[str, ...]:
    """Dimensions that a KPI's numerator can be split by."""
    return COHORTS[CATALOGUE[kpi].numerator.split(".")[0]].dims


def gather(
    version: RuleVersion,
    scored: Scored,
    segment: int,
    *,
    slot: datetime,
    opened: date | None,
    metrics: Numbers,
    tables: Tables | None,
) -> dict[str, Any]:
    """Evidence of one row of `scored.judged`; `opened` is the day its open episode began."""
    rule = version.rule
    row = scored.judged.row(segment, named=True)
    labels = {name: row[name] for name in rule.signal.by}
    day: date = row["day"]
    numbers = {
        name: _rounded(row[name]) for name in ("y", "mu", "phi", "p", "q", "increase", "excess")
    }
    numbers["exposure"] = _rounded(row["exposure"]) if rule.signal.exposure else None
    window = Filter(
        start=day - timedelta(days=rule.window_days - 1),
        end=day,
        **{name: (value,) for name, value in labels.items()},
    )
    return {
        "rule": {
            "id": rule.id,
            "sha256": version.sha256,
            "kpi": rule.signal.kpi,
            "by": list(rule.signal.by),
            "window_days": rule.window_days,
        },
        "severity": rule.severity,
        "day": day.isoformat(),
        "where": {"start": str(window.start), "end": str(window.end)},
        "numbers": numbers,
        "series": _series(scored, segment),
        "drivers": _drivers(rule, window, opened, slot=slot, metrics=metrics),
        "samples": _samples(rule, labels, slot, tables),
        "texts": texts(rule, labels, numbers, day),
    }


def _series(scored: Scored, segment: int) -> list[dict[str, Any]]:
    recent = history(scored, segment).tail(SERIES_DAYS)
    return recent.with_columns(
        pl.col("day").cast(pl.String), pl.col("mu", "low", "high").round(2)
    ).to_dicts()


def _drivers(
    rule: Rule, window: Filter, opened: date | None, *, slot: datetime, metrics: Numbers
) -> list[dict[str, Any]]:
    """What grew most inside the segment against the same length of the weeks before.

    During an episode these are the weeks before it, else it would be compared with itself.
    """
    before_days = 7 * rule.baseline_weeks
    assert window.start is not None
    lead = timedelta(days=rule.window_days - 1)
    until = min(window.start, opened - lead) if opened else window.start
    before = replace(
        window, start=until - timedelta(days=before_days), end=until - timedelta(days=1)
    )
    found: list[dict[str, Any]] = []
    known = known_dims(rule.signal.kpi)
    for dim in DRIVER_DIMS:
        if dim in rule.signal.by or dim not in known:
            continue
        now_rows = metrics.kpi(Query(rule.signal.kpi, (dim,), window, slot))
        old_rows = metrics.kpi(Query(rule.signal.kpi, (dim,), before, slot))
        share = rule.window_days / before_days
        grown = (
            now_rows.select(pl.col(dim).fill_null(""), y=pl.col("value").cast(pl.Float64))
            .join(
                old_rows.select(pl.col(dim).fill_null(""), mu=pl.col("value") * share),
                on=dim,
                how="left",
            )
            .with_columns(pl.col("mu").fill_null(0.0).round(2))
            .with_columns(excess=pl.col("y") - pl.col("mu"))
            .filter(pl.col("excess") > 0, pl.col(dim) != "")
            .sort("excess", dim, descending=[True, False])
            .head(DRIVERS_PER_DIM)
        )
        found += [
            {
                "dimension": dim,
                "value": row[dim],
                "y": row["y"],
                "mu": row["mu"],
                "excess": row["excess"],
            }
            for row in grown.iter_rows(named=True)
        ]
    return found


def _samples(
    rule: Rule, labels: Mapping[str, str], slot: datetime, tables: Tables | None
) -> list[str]:
    """Newest cases of the segment in the window that ends with the slot, where cases count."""
    cohort = COHORTS[CATALOGUE[rule.signal.kpi].numerator.split(".")[0]]
    if tables is None or cohort.mart != "cases" or not set(labels) <= set(cohort.dims):
        return []
    inside = [pl.col(name).cast(pl.String).fill_null("") == value for name, value in labels.items()]
    # The slot is the end of the last day in the reporting zone; the UTC calendar is another one.
    first = slot - timedelta(days=rule.window_days)
    rows = cohort.prepare(tables.scan("cases", namespace="marts")).filter(
        *inside, pl.col("created_at").is_between(first, slot, closed="left")
    )
    newest = rows.select("case_id", "created_at").sort(
        "created_at", "case_id", descending=[True, False]
    )
    ids: list[str] = newest.head(SAMPLES).collect()["case_id"].to_list()
    return ids


def _rounded(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.6g}")
