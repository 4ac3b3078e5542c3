"""Numbers with a truth known to the test, in the place of the warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import polars as pl
from sqlalchemy import Engine

from alerts import rule_store, staging
from alerts.lease import Lease, acquire, fenced
from alerts.rules import RuleVersion, load
from data_access.metrics import Query
from tests.migrated_state import opened

__all__ = ["opened"]

TTL = timedelta(seconds=30)
FIRST = date(2026, 1, 5)

RULE = """
schema_version: 1
id: test-surge
kind: surge
severity: warning
signal: {kpi: contacts, by: [market]}
window_days: 1
keep: 2d
nodata: {after: 1d, policy: hold}
title: {en: "Surge in {market}", zh: "{market} 激增"}
summary: {en: "{y} of {mu}, {increase}", zh: "{y} / {mu} {increase}"}
action: {en: Look, zh: 查看}
"""


def rule(**changed: str) -> RuleVersion:
    """The test rule; `changed` replaces or adds top-level lines."""
    lines = [line for line in RULE.strip().splitlines() if line.split(":")[0] not in changed]
    return load("\n".join([*lines, *(f"{name}: {value}" for name, value in changed.items())]))


def leading(engine: Engine, holder: str = "me") -> Lease:
    """Leadership, taken now."""
    lease = acquire(engine, "worker", holder, TTL, datetime.now(UTC))
    assert lease is not None
    return lease


def in_force(
    engine: Engine,
    lease: Lease,
    versions: Mapping[str, RuleVersion],
    now: datetime,
    *,
    complete: bool = True,
) -> None:
    """Write rules down and let them live without asking the gate."""
    rule_store.register(engine, lease, versions, now, complete=complete)
    for stored in rule_store.staged(engine, "draft"):
        with fenced(engine, lease) as connection:
            staging.place(connection, stored, "live", reason="forced", actor="worker", now=now)


@dataclass
class FakeMetrics:
    """Daily counts by market from `FIRST` on."""

    counts: Mapping[str, list[float]]
    fresh: datetime | None
    fails: bool = False

    def fresh_at(self) -> datetime | None:
        """When the newest data came in."""
        return self.fresh

    def version(self) -> str:
        """Changes with the data."""
        return f"{self.fresh}"

    def kpi(self, query: Query) -> pl.DataFrame:
        """Counts by `query.by`, of days that were over at `query.as_of`."""
        if self.fails:
            raise RuntimeError("the numbers are broken")
        rows = pl.DataFrame(
            [
                {"market": market, "day": FIRST + timedelta(days=n), "value": value}
                for market, values in self.counts.items()
                for n, value in enumerate(values)
            ],
            schema={"market": pl.String, "day": pl.Date, "value": pl.Float64},
        )
        where = query.where
        passing = rows.filter(
            pl.col("day").is_between(where.start or date.min, where.end or date.max)
        )
        if where.market:
            passing = passing.filter(pl.col("market").is_in(where.market))
        if query.as_of is not None:
            passing = passing.filter(pl.col("day") < query.as_of.date())
        if query.by == ("market", "day"):
            return passing.sort("market", "day")
        if query.by == ("day",):
            return passing.group_by("day").agg(pl.col("value").sum()).sort("day")
        total = passing["value"].sum()
        return pl.DataFrame({query.by[0]: ["all"], "value": [total]})


def settings(home: Path, **changed: object) -> SimpleNamespace:
    """The settings that the worker reads."""
    given: dict[str, object] = {
        "home": home,
        "time_zone": "UTC",
        "tick_seconds": 0.05,
        "keep_snapshots_hours": 1,
        "stuck_after_minutes": 15,
        "dead_man_url": "",
        "public_url": "",
    }
    return SimpleNamespace(**{**given, **changed})


@dataclass
class FakeTime:
    """A wall clock that can be set, beside one that cannot."""

    now: datetime = datetime(2026, 4, 1, 8, tzinfo=UTC)
    seconds: float = 1000.0

    def wall(self) -> datetime:
        """The wall clock."""
        return self.now

    def monotonic(self) -> float:
        """The steady clock."""
        return self.seconds

    def passes(self, seconds: float) -> None:
        """Time goes by."""
        self.now += timedelta(seconds=seconds)
        self.seconds += seconds

    def set_by(self, jump: timedelta) -> None:
        """Somebody sets the wall clock."""
        self.now += jump
