"""Decisions needed, with owner and day; what was decided since; what the numbers ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field

from alerts.library.reading import Strict
from dashboard.reports.context import Context
from dashboard.reports.decisions_record import PART
from dashboard.reports.document import (
    Block,
    Column,
    NothingBlock,
    Row,
    Say,
    SayBlock,
    TableBlock,
)
from dashboard.reports.proposals import proposals
from dashboard.reports.values import Code, Day, Number, Plain, Value


class Options(Strict):
    """How much is shown."""

    most: int = Field(default=12, ge=1, le=100)
    proposals: int = Field(default=4, ge=0, le=20)


def build(context: Context, options: Options) -> tuple[Block, ...]:
    """What is open (overdue first), what was decided, what the numbers ask for."""
    known = _own(context)
    today = context.as_of.astimezone(ZoneInfo(context.zone)).date()
    still = sorted(
        (one for one in known if one["status"] == "open"),
        key=lambda one: (one["due_on"], one["id"]),
    )
    over = sorted(
        (one for one in known if one["status"] != "open"),
        key=lambda one: (one["settled_at"], one["id"]),
    )
    asked = proposals(context)[: options.proposals]
    blocks: list[Block] = []
    if still:
        blocks.append(_needed(still, today, options.most))
    if over:
        blocks.append(_decided(over, context.zone, options.most))
    if asked:
        lead = Say(code="decisions_proposed", values={"count": _count(len(asked))})
        blocks.append(SayBlock(says=(lead, *asked)))
    if not blocks:
        return (NothingBlock(say=Say(code="no_decision_needed")),)
    if not still:
        blocks.insert(0, SayBlock(says=(Say(code="no_decision_open"),)))
    return tuple(blocks)


def _own(context: Context) -> list[Mapping[str, Any]]:
    part = context.record.part(PART)
    listed: Sequence[Mapping[str, Any]] = part.get("decisions", []) if part else []
    return [one for one in listed if one["template"] == context.template.id]


def _needed(still: Sequence[Mapping[str, Any]], today: date, most: int) -> TableBlock:
    late = [one for one in still if date.fromisoformat(one["due_on"]) < today]
    code = "decisions_overdue" if late else "decisions_needed"
    return TableBlock(
        key="needed",
        lead=Say(code=code, values={"count": _count(len(still)), "late": _count(len(late))}),
        columns=_columns("decision", "decision_owner", "decision_day", "decision_state"),
        rows=tuple(_open_row(one, today) for one in still[:most]),
        more=max(0, len(still) - most),
    )


def _open_row(one: Mapping[str, Any], today: date) -> Row:
    due = date.fromisoformat(one["due_on"])
    state = "overdue" if due < today else "due_today" if due == today else "open"
    return Row(
        key=str(one["id"]),
        cells={
            "decision": Plain(text=one["text"]),
            "decision_owner": Plain(text=one["owner"]),
            "decision_day": Day(value=due),
            "decision_state": Code(group="decision_state", value=state),
        },
        tone="bad" if state == "overdue" else "plain",
    )


def _decided(over: Sequence[Mapping[str, Any]], zone: str, most: int) -> TableBlock:
    return TableBlock(
        key="decided",
        lead=Say(code="decisions_settled", values={"count": _count(len(over))}),
        columns=_columns("decision", "decision_outcome", "decision_by", "decision_state"),
        rows=tuple(_settled_row(one, zone) for one in over[:most]),
        more=max(0, len(over) - most),
    )


def _settled_row(one: Mapping[str, Any], zone: str) -> Row:
    at = datetime.fromisoformat(one["settled_at"]).astimezone(ZoneInfo(zone))
    cells: dict[str, Value | None] = {
        "decision": Plain(text=one["text"]),
        "decision_outcome": Plain(text=one["outcome"] or ""),
        "decision_by": Plain(text=f"{one['settled_by']}, {at:%Y-%m-%d}"),
        "decision_state": Code(group="decision_state", value=one["status"]),
    }
    return Row(key=str(one["id"]), cells=cells)


def _columns(*keys: str) -> tuple[Column, ...]:
    return tuple(Column(key=key, title=Code(group="column", value=key)) for key in keys)


def _count(count: int) -> Number:
    return Number(value=count, unit="count")
