"""Cases written down line by line, and the calendars of the golden examples."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from data_access.calendars import Hours, compile_hours
from data_access.clocks import timeline
from data_access.contracts import TABLES
from data_access.presets import preset, preset_times
from data_access.presets.case_history import history
from data_access.presets.times import Measuring

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
AS_OF = datetime(2026, 4, 1, tzinfo=UTC)
HOUR = 3600.0


def at(text: str, day: int = 0) -> datetime:
    """`10:30` on the Monday, or so many days after it."""
    hours, minutes, *seconds = (int(part) for part in text.split(":"))
    clock = timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))
    return MONDAY + timedelta(days=day) + clock


def calendar(name: str, days: range, start: int, end: int) -> list[dict[str, Any]]:
    return [
        {
            "source": "desk",
            "interval_id": f"{name}-{day}",
            "calendar_id": name,
            "tz": "UTC",
            "weekday": day,
            "start_minute": start,
            "end_minute": end,
        }
        for day in days
    ]


def hours_of(*calendars: list[dict[str, Any]], first: date, last: date) -> Hours:
    rows = [row for rows in calendars for row in rows]
    schema = {"source": pl.String(), **TABLES["calendars"].dtypes()}
    frame = pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema)
    holidays = pl.DataFrame(schema={"source": pl.String(), **TABLES["holidays"].dtypes()})
    return compile_hours(frame, holidays, first=first, last=last)


OFFICE = hours_of(
    calendar("office", range(1, 6), 9 * 60, 17 * 60),
    first=date(2026, 2, 1),
    last=date(2026, 4, 30),
)
"""Monday to Friday 9–17 UTC."""


class Book:
    """Cases, events and messages under construction."""

    def __init__(self) -> None:
        self.cases: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.messages: list[dict[str, Any]] = []

    def case(self, case_id: str, created: datetime, **more: Any) -> Case:
        own = {"source": "desk", "case_id": case_id, "created_at": created}
        self.cases.append({**own, "calendar_id": "office", **more})
        return Case(self, case_id)

    @property
    def own(self) -> pl.LazyFrame:
        return _frame("cases", self.cases)

    def frames(self) -> tuple[pl.LazyFrame, pl.LazyFrame, pl.LazyFrame]:
        return (
            self.own,
            _frame("case_events", self.events),
            _frame("messages", self.messages),
        )

    def times(
        self, metric: str, name: str, hours: Hours = OFFICE, as_of: datetime = AS_OF
    ) -> dict[str, Any]:
        """Case (and `#n` for later turns) to seconds, or to why there are none."""
        made = preset_times(
            *self.frames(), metric=metric, preset=preset(name), hours=hours, as_of=as_of
        )
        return {
            row["case_id"] + (f"#{row['instance']}" if row["instance"] > 1 else ""): (
                row["value_s"] if row["why"] is None else row["why"]
            )
            for row in made.iter_rows(named=True)
        }

    def measuring(self, metric: str, hours: Hours = OFFICE, as_of: datetime = AS_OF) -> Measuring:
        frames = self.frames()
        return Measuring(history(frames[0], timeline(*frames), as_of), metric, hours)


class Case:
    """One case of a book; every method adds a line and gives the case back."""

    def __init__(self, book: Book, case_id: str) -> None:
        self.book, self.case_id = book, case_id

    def event(self, kind: str, when: datetime, **more: Any) -> Case:
        number = len(self.book.events)
        self.book.events.append(
            {
                "source": "desk",
                "event_id": f"e{number}",
                "case_id": self.case_id,
                "at": when,
                "type": kind,
                **more,
            }
        )
        return self

    def status(self, to: str, when: datetime, before: str | None = None) -> Case:
        return self.event("status", when, to=to, **{"from": before})

    def _message(self, when: datetime, direction: str, role: str, *, public: bool) -> Case:
        number = len(self.book.messages)
        self.book.messages.append(
            {
                "source": "desk",
                "message_id": f"m{number}",
                "case_id": self.case_id,
                "at": when,
                "direction": direction,
                "author_role": role,
                "public": public,
            }
        )
        return self

    def customer(self, when: datetime) -> Case:
        return self._message(when, "in", "customer", public=True)

    def agent(self, when: datetime, *, public: bool = True) -> Case:
        return self._message(when, "out", "agent", public=public)

    def bot(self, when: datetime) -> Case:
        return self._message(when, "out", "bot", public=True)

    def rule(self, when: datetime) -> Case:
        return self._message(when, "out", "system", public=True)

    def note(self, when: datetime) -> Case:
        return self.event("note", when, actor_role="agent", public=False)

    def solved(self, when: datetime) -> Case:
        return self.event("solved", when, actor_role="agent")

    def reopened(self, when: datetime) -> Case:
        return self.event("reopened", when, actor_role="customer")


def _frame(table: str, rows: list[dict[str, Any]]) -> pl.LazyFrame:
    schema = {"source": pl.String(), **TABLES[table].dtypes()}
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema).lazy()
