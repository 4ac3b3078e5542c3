"""When an incomplete report is followed by a complete one, and what is said to have changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from dashboard.languages import SUPPORTED, use_language
from dashboard.reports import showing, store
from dashboard.reports.diff import INPUTS, Difference, amount, diff
from dashboard.reports.schedule import Slot
from dashboard.reports.schedule_file import Schedule
from dashboard.wording import report_delivery as words
from data_access.metrics import CATALOGUE

MOST_LINES = 8
"""Figures named in a message; the others are counted."""


@dataclass(frozen=True)
class Changes:
    """What is told of a corrected issue: lines by language, and how many figures changed."""

    lines: Mapping[str, tuple[str, ...]]
    count: int


def wanted(schedule: Schedule, slot: Slot, now: datetime) -> bool:
    """Whether a report that went out (or into the archive) incomplete may still be completed."""
    reason = slot.reason
    return (
        slot.report_id is not None
        and bool(reason.get("missing"))
        and "corrected" not in reason
        and schedule.correction.policy != "none"
        and now < slot.due_at + schedule.correction.up_to
        and (slot.next_at is None or slot.next_at <= now)
    )


def changes(engine: Engine, before: int, after: int) -> Changes:
    """The numbers that differ between two issues, the current value of KPIs named."""
    was, is_ = store.load(engine, before), store.load(engine, after)
    document = store.document(is_)
    found = diff(store.document(was), document)
    numbers = [one for one in found if one.section != INPUTS and _is_number(one)]
    lines = {}
    for language in SUPPORTED:
        with use_language(language):
            lines[language] = _lines(numbers, document.zone)
    return Changes(lines, len(numbers))


def _is_number(one: Difference) -> bool:
    return amount(one.before) is not None or amount(one.after) is not None


def _lines(numbers: Sequence[Difference], zone: str) -> tuple[str, ...]:
    """`Contact rate: 8.1% → 8.4%`, one line for each KPI."""
    told: dict[str, str] = {}
    for one in numbers:
        parts = one.key.split("/")
        if len(parts) != 3 or parts[2] != "now" or parts[1] not in CATALOGUE:
            continue
        before = "–" if one.before is None else showing.text_of(one.before, zone)
        after = "–" if one.after is None else showing.text_of(one.after, zone)
        if parts[1] not in told and before != after:
            name = showing.kpi_title(parts[1])
            told[parts[1]] = words.changed_figure(name, before, after)
    return tuple(told.values())[:MOST_LINES]
