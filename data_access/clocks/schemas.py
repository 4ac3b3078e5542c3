"""Columns of what goes into the clock engine and of what comes out of it."""

from __future__ import annotations

import polars as pl

from data_access.contracts.cases import CASE_EVENTS

INSTANT = pl.Datetime("us", "UTC")
KIND = pl.Enum(CASE_EVENTS)
ROLE = pl.Enum(["customer", "agent", "bot", "system"])

CASE: list[str] = ["source", "case_id"]

CONTEXT: dict[str, pl.DataType] = {
    "source": pl.String(),
    "case_id": pl.String(),
    "created_at": INSTANT,
    "status": pl.String(),
    "spam": pl.Boolean(),
    "merged_into": pl.String(),
    "level": pl.Int64(),
    "language": pl.String(),
    "market": pl.String(),
    "channel": pl.String(),
    "marketplace": pl.String(),
    "priority": pl.String(),
    "vip_tier": pl.String(),
    "vip_from": INSTANT,
    "vip_to": INSTANT,
    "calendar_id": pl.String(),
    "policy_id": pl.String(),
}
"""What is known of a case today; a column that is missing counts as null."""

TIMELINE: dict[str, pl.DataType] = {
    "source": pl.String(),
    "case_id": pl.String(),
    "at": INSTANT,
    "kind": KIND,
    "public": pl.Boolean(),
    "role": ROLE,
    "from": pl.String(),
    "to": pl.String(),
}
"""One thing that happened to a case."""

_INSTANCE: dict[str, pl.DataType] = {
    "source": pl.String(),
    "case_id": pl.String(),
    "clock": pl.String(),
    "instance": pl.Int64(),
}

INSTANCES: dict[str, pl.DataType] = {
    **_INSTANCE,
    "started_at": INSTANT,
    "stopped_at": INSTANT,
    "withdrawn_at": INSTANT,
    "withdrawn_by": pl.String(),
    "due_at": INSTANT,
    "target_s": pl.Int64(),
    "on_business": pl.Boolean(),
    "calendar": pl.String(),
    "policy": pl.String(),
    "elapsed_s": pl.Float64(),
    "calendar_s": pl.Float64(),
    "paused_s": pl.Float64(),
    "paused_waiting_s": pl.Float64(),
    "paused_waiting_at": INSTANT,
    "stopped_by": pl.String(),
}
"""One run of a clock. Spans are whole microseconds written as seconds."""

SEGMENTS: dict[str, pl.DataType] = {
    **_INSTANCE,
    "starts_at": INSTANT,
    "ends_at": INSTANT,
    "counted": pl.Boolean(),
    "state": pl.String(),
    "status": pl.String(),
    "calendar": pl.String(),
    "policy": pl.String(),
    "target_s": pl.Int64(),
}
"""A stretch of a clock in which state, status, calendar and target stay the same."""

INTERVALS: dict[str, pl.DataType] = {
    **_INSTANCE,
    "starts_at": INSTANT,
    "ends_at": INSTANT,
    "counted": pl.Boolean(),
    "reason": pl.String(),
    "detail": pl.String(),
    "calendar": pl.String(),
    "version": pl.Date(),
    "policy": pl.String(),
    "target_s": pl.Int64(),
}
"""A stretch of a clock that was counted or was not, and why."""

CHANGES: dict[str, pl.DataType] = {
    "source": pl.String(),
    "case_id": pl.String(),
    "at": INSTANT,
    "status": pl.String(),
    "ended": pl.Boolean(),
    "by": pl.String(),
}
"""A change of status; the first of a case is its creation. `by`: solved, closed, merged, reopened
(kind of the event or the status that said so), else null."""

CASES: dict[str, pl.DataType] = {
    "source": pl.String(),
    "case_id": pl.String(),
    "level": pl.Int64(),
    "agent_started": pl.Boolean(),
}
"""A case as it was at its creation."""

FINDINGS: dict[str, pl.DataType] = {
    "source": pl.String(),
    "case_id": pl.String(),
    "check": pl.String(),
    "at": INSTANT,
    "detail": pl.String(),
}
"""Something about a case that taints its numbers."""
