"""What the warnings of a period and of the four weeks before were worth, as known at the cut."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from alerts.quality import QualityReport, report
from dashboard.reports.periods import Period
from data_access.metrics import Filter

BEFORE = timedelta(days=28)


def gather(engine: Engine, period: Period, zone: str, cut: datetime) -> dict[str, Any]:
    """`now` and `before`: figures of `_figures` of the period and of the 28 days before it."""
    last = period.first - timedelta(days=1)
    return {
        "now": _figures(_report(engine, period.first, period.last, zone, cut)),
        "before": _figures(_report(engine, period.first - BEFORE, last, zone, cut)),
    }


def _report(engine: Engine, first: date, last: date, zone: str, cut: datetime) -> QualityReport:
    return report(engine, Filter(start=first, end=last), cut, zone=zone, known_at=cut)


def _figures(found: QualityReport) -> dict[str, Any]:
    """Counts, shares with their ends, hours with their n; null is nothing to tell it by."""
    overall = found.overall or {}
    people = found.people
    n, judged = int(overall.get("incidents", 0)), int(overall.get("judged", 0))
    noisiest = people.row(0, named=True) if people.height else {}
    return {
        "incidents": n,
        "judged": judged,
        "duplicates": int(overall.get("duplicates", 0)),
        "waiting": int(overall.get("waiting", 0)),
        "right": int(overall.get("right", 0)),
        "detected_h": overall.get("detected_h"),
        "detected_n": int(overall.get("detected_n", 0)),
        "acknowledged_h": overall.get("acknowledged_h"),
        "acknowledged_n": int(overall.get("acknowledged_n", 0)),
        "recall": {name: found.recall[name] for name in ("found", "known")},
        "days": found.days,
        "people": people.height,
        "messages": int(people["messages"].sum()) if people.height else 0,
        "per_day": float(people["per_day"].mean()) if people.height else None,  # type: ignore[arg-type]
        "over": int(people["over"].sum()) if people.height else 0,
        "noisiest": noisiest.get("person"),
        "noisiest_per_day": noisiest.get("per_day"),
    }
