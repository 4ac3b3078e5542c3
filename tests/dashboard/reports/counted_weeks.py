"""Metrics that answer from counts per week and segment, for reports whose numbers are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import polars as pl

from dashboard.reports.context import Context
from dashboard.reports.document import Say
from dashboard.reports.periods import Grain, parse
from dashboard.reports.record import Record
from dashboard.reports.template import Template
from dashboard.reports.template import parse as parse_template
from data_access.metrics import CATALOGUE, Metrics, Query
from data_access.metrics.follow_ups import FollowUp
from data_access.metrics.ratios import valued

WEEK = timedelta(weeks=1)
Counts = Mapping[str, tuple[int, int]]
"""Segment to numerator and denominator."""


@dataclass
class CountedWeeks:
    """Implements what reports ask of `Metrics`."""

    weeks: dict[str, dict[date, Counts]]
    """KPI to week to counts by segment (of any dimension)."""
    waiting: dict[str, dict[date, int]] = field(default_factory=dict)
    tainted: int = 0
    following: list[FollowUp] = field(default_factory=list)
    asked: list[Query] = field(default_factory=list)

    def kpi(self, query: Query) -> pl.DataFrame:
        self.asked.append(query)
        kpi = CATALOGUE[query.kpi]
        first, last = query.where.start or date.min, query.where.end or date.max
        rows = [
            {
                "week": week,
                "month": week.replace(day=1),
                "segment": segment,
                "numerator": hits,
                "denominator": n,
                "waiting": self.waiting.get(query.kpi, {}).get(week, 0),
            }
            for week, counts in self.weeks.get(query.kpi, {}).items()
            if first <= week <= last
            for segment, (hits, n) in counts.items()
        ]
        schema = {"week": pl.Date, "month": pl.Date, "segment": pl.String} | dict.fromkeys(
            ("numerator", "denominator", "waiting"), pl.Int64
        )
        frame = pl.DataFrame(rows, schema=schema)
        own = {name: name if name in ("week", "month") else "segment" for name in query.by}
        sums = [pl.col("numerator", "denominator").sum(), pl.col("waiting").max()]
        if own:
            split = [pl.col(column).alias(name) for name, column in own.items()]
            found = frame.group_by(split).agg(sums).sort(list(own), nulls_last=True)
        else:
            found = frame.select(sums).with_columns(pl.all().fill_null(0))
        whole = pl.col("denominator") + pl.col("waiting")
        ripens = kpi.waiting is not None
        return valued(found, kpi).with_columns(
            maturity=pl.when(ripens & (whole > 0)).then(pl.col("denominator") / whole),
            tainted=pl.lit(self.tainted),
        )

    def follow_ups(self, *_args: object, **_named: object) -> list[FollowUp]:
        return self.following


TEMPLATE = """\
schema_version: 1
id: weekly
title: {{en: Weekly page, zh: 周报}}
period: {grain}
sections:
  - section: kpis
    options: {{kpis: [{kpis}]}}
  - section: changes
  - section: not_yet_known
"""


def template(*kpis: str, grain: Grain = "week") -> Template:
    """The page of some KPIs."""
    return parse_template(TEMPLATE.format(kpis=", ".join(kpis), grain=grain), "test")


def context(
    metrics: CountedWeeks,
    week: str = "2026-W46",
    *,
    as_of: datetime | None = None,
    record: Mapping[str, Any] | None = None,
    missing: tuple[Say, ...] = (),
    targets: Mapping[str, float] | None = None,
    grain: Grain = "week",
) -> Context:
    """What a weekly page of these numbers is made from, a day after the week."""
    period = parse(week, grain)
    return Context(
        template(*metrics.weeks, grain=grain),
        period,
        cast("Metrics", metrics),
        as_of or period.ends_at("UTC").astimezone(UTC) + timedelta(days=1),
        "UTC",
        "EUR",
        targets or {},
        Record(record or {}),
        missing,
    )


def weekly(last: date, shares: Iterable[float | None], n: int = 200) -> dict[date, Counts]:
    """Counts of one segment: a share per week, the last one in the week of `last`; None: none."""
    given = list(shares)
    return {
        last - WEEK * back: {"DE": (0, 0) if share is None else (round(share * n), n)}
        for back, share in enumerate(reversed(given))
    }
