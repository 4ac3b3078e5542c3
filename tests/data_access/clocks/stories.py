"""Cases told in a few words, and what the clocks make of them.

Instants are written in UTC (`at`) or as wall time of a zone (`local`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from data_access.calendars import Hours, compile_hours
from data_access.clocks import Measured, explained, measure
from tests.data_access.tables import Rows, at, table

IMPORTED = at("2031-01-01")
HOUR, DAY = 3600, 86_400
NIGHT = (1320, 1800)
OFFICE = (9 * 60, 17 * 60)
WEEKDAYS, EVERY_DAY = (1, 2, 3, 4, 5), (1, 2, 3, 4, 5, 6, 7)


def local(zone: str, text: str) -> datetime:
    """`2026-03-02 09:30` on the clocks of a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def case(created: datetime, **more: Any) -> dict[str, Any]:
    """The case `k`, as it is known today."""
    return {"case_id": "k", "created_at": created, **more}


def happened(*told: tuple[Any, ...], case_id: str = "k") -> Rows:
    """Events `(at, kind)` or `(at, kind, {more})`."""
    rows = []
    for number, (moment, kind, *more) in enumerate(told):
        row = {"event_id": f"{case_id}{number}", "case_id": case_id, "at": moment, "type": kind}
        rows.append({**row, "ingested_at": IMPORTED, **(more[0] if more else {})})
    return rows


def said(*told: tuple[Any, ...], case_id: str = "k") -> Rows:
    """Messages `(at, direction)` or `(at, direction, {more})`."""
    rows = []
    for number, (moment, direction, *more) in enumerate(told):
        row = {"message_id": f"{case_id}{number}", "case_id": case_id, "at": moment}
        row |= {"direction": direction, "ingested_at": IMPORTED}
        rows.append({**row, **(more[0] if more else {})})
    return rows


def weekly(
    calendar: str,
    zone: str,
    *hours: tuple[int, int],
    days: tuple[int, ...] = WEEKDAYS,
    **more: Any,
) -> Rows:
    """Rows of a calendar open at the same minutes on these weekdays."""
    return [
        {
            "interval_id": f"{calendar} {day} {start} {more}", "calendar_id": calendar, "tz": zone,
            "weekday": day, "start_minute": start, "end_minute": end, **more,
        }
        for day in days
        for start, end in hours
    ]  # fmt: skip


def policy(name: str, metric: str, target_s: int, **more: Any) -> dict[str, Any]:
    """A promise; a calendar clock unless said otherwise."""
    row = {"policy_id": name, "metric": metric, "target_s": target_s, "clock": "calendar"}
    return {**row, **more}


def business(metric: str, target_s: int, calendar: str = "c", **more: Any) -> dict[str, Any]:
    """A promise in business hours of a calendar."""
    return policy("p", metric, target_s, **{"clock": "business", "calendar_id": calendar, **more})


@dataclass(frozen=True)
class Story:
    """A case, what happened to it, and the company it happened in."""

    own: dict[str, Any]
    events: Rows = field(default_factory=list)
    messages: Rows = field(default_factory=list)
    calendars: Rows = field(default_factory=list)
    holidays: Rows = field(default_factory=list)
    policies: Rows = field(default_factory=list)

    def hours(self) -> Hours:
        """Business hours of the years around the case."""
        year = self.own["created_at"].year
        named = [{"holiday_id": str(number), **row} for number, row in enumerate(self.holidays)]
        return compile_hours(
            table("calendars", self.calendars),
            table("holidays", named),
            first=date(year - 1, 1, 1),
            last=date(year + 2, 12, 31),
        )

    def measured(self, **options: Any) -> Measured:
        """All its clocks."""
        return measure(
            own_rows([self.own]),
            table("case_events", self.events).lazy(),
            table("messages", self.messages).lazy(),
            policies=table("sla_policies", self.policies),
            hours=self.hours(),
            **options,
        )

    def clock(self, clock: str, instance: int = 1, **options: Any) -> dict[str, Any]:
        """One run of one clock."""
        found = self.measured(clocks=[clock], **options).instances
        return found.row(by_predicate=pl.col("instance") == instance, named=True)

    def runs(self, clock: str) -> int:
        """How often a clock ran."""
        return self.measured(clocks=[clock]).instances.height

    def checks(self) -> list[str]:
        """What was found wrong."""
        return self.measured().findings["check"].unique().sort().to_list()

    def why(self, clock: str, as_of: datetime) -> list[tuple[str, float]]:
        """Reasons and seconds of one clock, in order."""
        found = explained(self.measured(clocks=[clock]), self.hours(), as_of)
        took = (pl.col("ends_at") - pl.col("starts_at")).dt.total_seconds(fractional=True)
        return found.select("reason", took=took).rows()


def own_rows(rows: Rows) -> pl.LazyFrame:
    """Cases as marts give them to the engine: level, market, language and tier beside the row."""
    names = ("level", "market", "language", "vip_tier", "vip_from", "vip_to")
    facts = table("cases", [{k: v for k, v in row.items() if k not in names} for row in rows])
    extra = pl.DataFrame(
        [{name: row.get(name) for name in names} for row in rows],
        schema={
            "level": pl.Int64, "market": pl.String, "language": pl.String, "vip_tier": pl.String,
            "vip_from": pl.Datetime("us", "UTC"), "vip_to": pl.Datetime("us", "UTC"),
        },
    )  # fmt: skip
    return pl.concat([facts, extra], how="horizontal").lazy()
