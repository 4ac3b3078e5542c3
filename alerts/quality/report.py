"""How good the warnings of a period were: per rule, per market, against what people know."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
from sqlalchemy import Engine, select

from alerts.quality import rates, records
from alerts.quality.known import Known, known_incidents
from alerts.quality.rates import FEWEST
from alerts.slots import slot_of
from data_access.metrics import Filter
from data_access.metrics.intervals import wilson
from data_access.state import schema

__all__ = ["BUDGET", "FEWEST", "PERIOD", "QualityReport", "report"]

BUDGET = 5.0
"""Messages a manager should get a day, at most."""
PERIOD = timedelta(days=89)
"""How far back a report goes that names no first day."""
UNKNOWN_END = timedelta(days=14)
"""How long a known incident is taken to have lasted of which nobody said when it ended."""
LATE_BY = timedelta(days=3)
"""A warning that comes so long after the last day of a known incident still belongs to it."""


@dataclass(frozen=True)
class QualityReport:
    """Quality of the warnings of a period.

    Attributes:
        first: first day, in the reporting zone.
        last: last day.
        incidents: one row per incident opened in the period, columns of `records.INCIDENTS`.
        overall: rates of all incidents, see `rates.per`; None if there were none.
        rules: the same per rule (`rule_id`, with `name` and `stage` of its newest live or shadow
            version); an incident of two rules counts for both.
        markets: the same per market (`market`; empty: of no single one).
        known: `id`, `title`, `began_on`, `ended_on`, `author`, `labels`, `group_id` of the warning
            (null: missed), `delay_days` from its first day to the day that raised the warning.
        recall: share of known incidents that were warned of: `found`, `known`, `value`, `low`,
            `high`.
        people: per person who got messages: `person`, `messages`, `per_day`, `worst`, `worst_day`,
            `over` (more than the budget on average), the noisiest first.
        days: days of the period since the first warning ever; the denominator of `per_day`.
    """

    first: date
    last: date
    incidents: pl.DataFrame
    overall: Mapping[str, Any] | None
    rules: pl.DataFrame
    markets: pl.DataFrame
    known: pl.DataFrame
    recall: Mapping[str, Any]
    people: pl.DataFrame
    days: int


def report(
    engine: Engine,
    where: Filter | None,
    now: datetime,
    *,
    zone: str = "UTC",
    known_at: datetime | None = None,
) -> QualityReport:
    """Measure the warnings of a period.

    Args:
        engine: state database.
        where: period (default: the last 90 days) and dimension values that pass.
        now: the wall clock.
        zone: reporting zone.
        known_at: what people knew by then; None: what they know now.
    """
    last = (where.end if where else None) or now.astimezone(UTC).date()
    first = (where.start if where else None) or last - PERIOD
    span = records.Span(slot_of(first - timedelta(days=1), zone), slot_of(last, zone))
    with engine.connect() as connection:
        incidents = records.read(connection, span, where, zone=zone, known_at=known_at)
        messages = records.noise(connection, span, zone=zone, known_at=known_at)
        names = _names(connection)
        days = _days(connection, span, now)
    declared = known_incidents(engine, first, last, known_at=known_at)
    known = _matched(declared, incidents, where)
    incidents = _with_known_starts(incidents, known, zone)
    rules = rates.per(
        incidents.drop("rule_id").explode("rules").rename({"rules": "rule_id"}), "rule_id"
    )
    overall = rates.per(incidents.with_columns(all=pl.lit("all")), "all")
    return QualityReport(
        first,
        last,
        incidents,
        overall.row(0, named=True) if overall.height else None,
        rules.join(names, on="rule_id", how="left").sort(
            "incidents", "rule_id", descending=[True, False]
        ),
        rates.per(incidents, "market"),
        known,
        _recall(known),
        _people(messages, days),
        days,
    )


def _names(connection: Any) -> pl.DataFrame:
    """Names and stages of rules."""
    rule, version = schema.rule.c, schema.rule_version.c
    rows = connection.execute(select(rule.id, rule.name)).all()
    staged = dict(
        connection.execute(
            select(version.rule_id, version.stage)
            .where(version.stage.in_(schema.STAGED))
            # Where a rule has both, the live one is told.
            .order_by(version.stage.desc())
        ).all()
    )
    return pl.DataFrame(
        [
            {"rule_id": row.id, "name": row.name, "stage": staged.get(row.id, "retired")}
            for row in rows
        ],
        schema={"rule_id": pl.String, "name": pl.String, "stage": pl.String},
        orient="row",
    )


def _days(connection: Any, span: records.Span, now: datetime) -> int:
    """Days of the period since the first warning ever, today included; at least 1."""
    opened = schema.alert_group.c.opened_at
    first = connection.execute(select(opened).order_by(opened).limit(1)).scalar()
    begun = max(span.starts, first) if first else span.starts
    return max(math.ceil((min(span.ends, now) - begun) / timedelta(days=1)), 1)


def _matched(known: Sequence[Known], incidents: pl.DataFrame, where: Filter | None) -> pl.DataFrame:
    """Known incidents with the first warning that belongs to each."""
    wanted = where.values() if where else {}
    warnings = incidents.to_dicts()
    found = []
    for one in known:
        if not all(one.labels.get(name, values[0]) in values for name, values in wanted.items()):
            continue
        own = [w for w in warnings if _belongs(w, one)]
        warning = min(own, key=lambda w: (w["day"], w["group_id"]), default=None)
        delay = max((warning["day"] - one.began_on).days, 0) if warning else None
        found.append(
            {
                "id": one.id,
                "title": one.title,
                "began_on": one.began_on,
                "ended_on": one.ended_on,
                "author": one.author,
                "labels": json.dumps(dict(one.labels), ensure_ascii=False, sort_keys=True),
                "group_id": warning["group_id"] if warning else None,
                "delay_days": delay,
            }
        )
    schema_ = {
        "id": pl.Int64,
        "title": pl.String,
        "began_on": pl.Date,
        "ended_on": pl.Date,
        "author": pl.String,
        "labels": pl.String,
        "group_id": pl.Int64,
        "delay_days": pl.Int64,
    }
    return pl.DataFrame(found, schema=schema_, orient="row")


def _belongs(warning: Mapping[str, Any], known: Known) -> bool:
    """Whether a warning is of a known incident: the same place, at that time, and not false."""
    if warning["verdict"] == "false":
        return False
    labels = json.loads(warning["labels"])
    shared = labels.keys() & known.labels.keys()
    if known.labels and (not shared or any(labels[n] != known.labels[n] for n in shared)):
        return False
    over = warning["over_day"]
    until = (known.ended_on or known.began_on + UNKNOWN_END) + LATE_BY
    return bool(warning["day"] <= until and (over is None or over >= known.began_on))


def _with_known_starts(incidents: pl.DataFrame, known: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Where nobody gave the true start with the verdict, the known incident's first day is it."""
    starts = {
        row["group_id"]: slot_of(row["began_on"] - timedelta(days=1), zone)
        for row in known.iter_rows(named=True)
        if row["group_id"] is not None
    }
    begun = pl.DataFrame(
        {"group_id": list(starts), "begun": list(starts.values())},
        schema={"group_id": pl.Int64, "begun": pl.Datetime("us", "UTC")},
    )
    hours = (pl.col("opened_at") - pl.col("begun")).dt.total_seconds() / 3600
    prompt = (
        pl.col("opened_at").dt.date() - pl.col("day")
    ).dt.total_days() <= records.CATCH_UP.days + 1
    return (
        incidents.join(begun, on="group_id", how="left", maintain_order="left")
        .with_columns(
            detected_h=pl.coalesce("detected_h", pl.when(prompt).then(hours.clip(0))),
            true_start=pl.coalesce("true_start", "begun"),
        )
        .drop("begun")
    )


def _recall(known: pl.DataFrame) -> Mapping[str, Any]:
    found, n = known["group_id"].count(), known.height
    low, high = wilson(pl.lit(found), pl.lit(n))
    ends = pl.select(low=low, high=high).row(0)
    return {
        "found": found,
        "known": n,
        "value": found / n if n else None,
        "low": ends[0],
        "high": ends[1],
        "delay_days": known["delay_days"].median(),
    }


def _people(messages: pl.DataFrame, days: int) -> pl.DataFrame:
    return (
        messages.sort("messages", "day", descending=[True, False])
        .group_by("person", maintain_order=True)
        .agg(
            messages=pl.col("messages").sum(),
            per_day=pl.col("messages").sum() / days,
            worst=pl.col("messages").first(),
            worst_day=pl.col("day").first(),
        )
        .with_columns(over=pl.col("per_day") > BUDGET)
        .sort("per_day", "person", descending=[True, False])
    )
