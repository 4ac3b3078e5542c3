"""Crises and incidents of the inbox as known at the report's instant, with their clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from alerts.library.reading import Strict
from dashboard.reports.cells import columns, count, filled, moment, named, person, span
from dashboard.reports.context import Context
from dashboard.reports.document import (
    Block,
    Code,
    NothingBlock,
    Row,
    Say,
    SayBlock,
    TableBlock,
    Tone,
)
from dashboard.reports.values import Instant, Span, Value

_OPEN = ("declared", "contained")
_GRAVE = 3
"""Level from which an open crisis is bad news."""
_PAST = {"missed": 0, "running": 1, "met": 2}


class Options(Strict):
    """How many rows each table shows; the rest is counted."""

    crises: int = Field(default=5, ge=1, le=50)
    incidents: int = Field(default=5, ge=1, le=50)


def build(context: Context, options: Options) -> tuple[Block, ...]:
    """Crises first, then the terms that laws set in them, then incidents."""
    crises = [one for one in context.record.part("crises") if one["status"] != "dismissed"]
    crises.sort(key=_order)
    inbox: Mapping[str, Any] = context.record.part("incidents") or {"counts": {}, "rows": []}
    if not crises and not inbox["rows"]:
        return (NothingBlock(say=Say(code="incidents_none")),)
    blocks = [*_crises(context, crises, options.crises), *_terms(context, crises)]
    blocks += _incidents(context, inbox, options.incidents)
    return tuple(blocks)


def _order(one: Mapping[str, Any]) -> tuple[bool, int, str, int]:
    return one["closed_at"] is not None, -(one["level"] or 0), one["detected_at"], one["id"]


def _crises(context: Context, crises: Sequence[Mapping[str, Any]], most: int) -> list[Block]:
    if not crises:
        return [SayBlock(says=(Say(code="crises_none"),), tone="good")]
    names = (
        "crisis", "crisis_state", "crisis_level", "crisis_lead",
        "detected_after", "declared_after", "contained_after", "lasted",
    )  # fmt: skip
    rows = tuple(_crisis(context, one) for one in crises[:most])
    table = TableBlock(
        key="crises",
        lead=_lead(context, crises),
        columns=filled(columns(*names, numeric=names[4:]), rows),
        rows=rows,
        more=max(len(crises) - most, 0),
    )
    says = tuple(say for one in crises[:most] for say in _done(one))
    return [table, SayBlock(says=says)] if says else [table]


def _crisis(context: Context, one: Mapping[str, Any]) -> Row:
    detected, declared = moment(one["detected_at"]), moment(one["declared_at"])
    level = one["level"]
    cells: dict[str, Value | None] = {
        "crisis": named(one["title"]),
        "crisis_state": Code(group="crisis_state", value=one["status"]),
        "crisis_level": None if level is None else Code(group="crisis_level", value=str(level)),
        "crisis_lead": person(one["lead"]),
        "detected_after": span(moment(one["began_at"]), detected),
        "declared_after": span(detected, declared),
        "contained_after": span(declared, moment(one["contained_at"])),
        "lasted": _lasted(context, one),
    }
    grave = one["status"] == "declared" and (level or 0) >= _GRAVE
    tone: Tone = "bad" if grave else "good" if one["closed_at"] else "plain"
    return Row(key=f"crisis-{one['id']}", cells=cells, link=f"/crises/{one['id']}", tone=tone)


def _lasted(context: Context, one: Mapping[str, Any]) -> Span | None:
    """From when it was found until it was closed, or until now."""
    return span(moment(one["detected_at"]), moment(one["closed_at"]) or context.as_of)


def _lead(context: Context, crises: Sequence[Mapping[str, Any]]) -> Say:
    going = [one for one in crises if one["status"] in _OPEN]
    proposed = [one for one in crises if one["status"] == "proposed"]
    closed = [one for one in crises if one["closed_at"] is not None]
    values: dict[str, Value] = {
        "open": count(len(going)),
        "closed": count(len(closed)),
        "proposed": count(len(proposed)),
    }
    for name, some in (("longest", going), ("took", closed)):
        spans = [length for one in some if (length := _lasted(context, one)) is not None]
        if spans:
            values[name] = max(spans, key=lambda length: length.seconds)
    return Say(code="crises_stand", values=values)


def _done(one: Mapping[str, Any]) -> list[Say]:
    """Statements and compensation of a crisis, where there are any."""
    states = [batch["state"] for batch in one["batches"] if batch["state"] != "cancelled"]
    if not one["statements_sent"] and not states:
        return []
    values: dict[str, Value] = {
        "crisis": named(one["title"]),
        "statements": count(one["statements_sent"]),
        "batches": count(len(states)),
        "exported": count(states.count("exported")),
    }
    return [Say(code="crisis_done", values=values)]


def _terms(context: Context, crises: Sequence[Mapping[str, Any]]) -> list[Block]:
    """Terms of crises that are open, and of others those that were missed."""
    found = [
        (one, term)
        for one in crises
        for term in one["terms"]
        if term["status"] == "missed" or (term["status"] == "running" and one["closed_at"] is None)
    ]
    if not found:
        return []
    found.sort(key=lambda pair: (_PAST[pair[1]["status"]], _due(pair[1]), pair[0]["id"]))
    missed = sum(term["status"] == "missed" for _, term in found)
    names = ("term", "crisis", "term_state", "due_at", "left")
    rows = tuple(_term(context, one, term, several=len(crises) > 1) for one, term in found)
    return [
        TableBlock(
            key="terms",
            lead=Say(
                code="terms_stand",
                values={"missed": count(missed), "running": count(len(found) - missed)},
            ),
            columns=filled(columns(*names, numeric=("due_at", "left")), rows),
            rows=rows,
        )
    ]


def _due(term: Mapping[str, Any]) -> tuple[bool, str, str]:
    return term["due_at"] is None, term["due_at"] or "", term["rule"]


def _term(
    context: Context, one: Mapping[str, Any], term: Mapping[str, Any], *, several: bool
) -> Row:
    due = moment(term["due_at"])
    missed = term["status"] == "missed"
    return Row(
        key=f"term-{one['id']}-{term['rule']}",
        cells={
            "term": named(term["title"]),
            "crisis": named(one["title"]) if several else None,
            "term_state": Code(group="term_state", value=term["status"]),
            "due_at": _end(due),
            "left": None if missed else span(context.as_of, due),
        },
        link=f"/crises/{one['id']}",
        tone="bad" if missed else "plain",
    )


def _end(due: datetime | None) -> Value:
    return Code(group="term_end", value="undue_delay") if due is None else Instant(value=due)


def _incidents(context: Context, inbox: Mapping[str, Any], most: int) -> list[Block]:
    counts, rows = inbox["counts"], inbox["rows"]
    if not rows:
        return [SayBlock(says=(Say(code="inbox_none"),), tone="good")]
    names = (
        "incident", "severity", "incident_state", "incident_owner",
        "detected_after", "acknowledged_after", "lasted",
    )  # fmt: skip
    lead: dict[str, Value] = {name: count(counts[name]) for name in sorted(counts)}
    shown = tuple(_incident(context, one) for one in rows[:most])
    return [
        TableBlock(
            key="incidents",
            lead=Say(code="inbox_stands", values=lead),
            columns=filled(columns(*names, numeric=names[4:]), shown),
            rows=shown,
            more=counts["all"] - len(shown),
        )
    ]


def _incident(context: Context, one: Mapping[str, Any]) -> Row:
    opened, closed = moment(one["opened_at"]), moment(one["closed_at"])
    cells: dict[str, Value | None] = {
        "incident": named(one["title"]),
        "severity": Code(group="severity", value=one["severity"]),
        "incident_state": Code(group="incident_state", value=one["handling"]),
        "incident_owner": person(one["owner"]),
        "detected_after": span(moment(one["true_start"]), opened),
        "acknowledged_after": span(opened, moment(one["acknowledged_at"])),
        "lasted": span(opened, closed or context.as_of),
    }
    unseen = one["handling"] == "open" and one["severity"] == "critical"
    tone: Tone = "bad" if unseen else "plain"
    return Row(key=f"incident-{one['id']}", cells=cells, link=f"/alerts/{one['id']}", tone=tone)
