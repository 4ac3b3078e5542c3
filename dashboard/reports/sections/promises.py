"""Promises: to customers by the clocks that tell them, and our own that were due in the period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from pydantic import Field, field_validator

from alerts.library.reading import Strict
from dashboard.reports.behind import rows_behind
from dashboard.reports.cells import columns, count, filled, moment, named, person, share, span
from dashboard.reports.context import Context
from dashboard.reports.document import (
    Block,
    Code,
    NothingBlock,
    Number,
    Row,
    Say,
    SayBlock,
    TableBlock,
    Tone,
)
from dashboard.reports.periods import Period
from dashboard.reports.values import Day, Instant, KpiName, Listed, Value
from data_access.metrics import CATALOGUE

TO_CUSTOMERS = (
    "first_response_within_target",
    "next_response_within_target",
    "resolution_within_target",
    "solution_within_target",
    "vip_live_within_target",
    "marketplace_within_2h",
    "marketplace_within_24h",
    "on_time_delivery",
)
OUR_OWN = ("term", "task", "action", "decision")
"""Terms of laws in crises, steps of playbooks, corrective actions, decisions."""
FEWEST = 10
"""Promises below which no share is told: three of four is no rate."""
_GRAVITY = {kind: place for place, kind in enumerate(OUR_OWN)}
_NUMERIC = ("kept", "broken", "still_open", "kept_share", "kept_share_before")


class Options(Strict):
    """Which promises to customers (KPIs that are shares), and how many broken ones are named."""

    kpis: tuple[str, ...] = TO_CUSTOMERS
    broken: int = Field(default=5, ge=0, le=50)

    @field_validator("kpis")
    @classmethod
    def _shares(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in CATALOGUE or CATALOGUE[name].unit != "share":
                raise ValueError(f"{name} is no share of the catalogue")
        return names


@dataclass(frozen=True)
class _Kept:
    """One kind of promise. `open` None: those not yet due are not counted."""

    key: str
    name: Value
    kept: int
    n: int
    open: int | None
    now: Number
    before: Number
    target: float | None
    link: str | None

    @property
    def missed(self) -> bool:
        """Surely kept less often than promised."""
        return _below(self.now, self.target)

    @property
    def change(self) -> str | None:
        """`rose` or `fell` where the two intervals do not meet."""
        now, before = self.now, self.before
        if _below(before, now.low):
            return "rose"
        return "fell" if _below(now, before.low) else None


def build(context: Context, options: Options) -> tuple[Block, ...]:
    """One row per kind of promise, what changed for sure, and the gravest broken ones."""
    own: Sequence[Mapping[str, Any]] = context.record.part("promises")
    found = [_to_customers(context, name) for name in options.kpis]
    found += [_our_own(kind, own) for kind in OUR_OWN]
    found = [one for one in found if one.n or one.open]
    if not found:
        return (NothingBlock(say=Say(code="promises_none")),)
    rows = tuple(_row(one) for one in found)
    table = TableBlock(
        key="promises",
        lead=_lead(found),
        columns=filled(columns("promise", *_NUMERIC, numeric=_NUMERIC), rows),
        rows=rows,
    )
    says = _changes(found)
    blocks: list[Block] = [table]
    if says:
        blocks.append(SayBlock(says=says))
    blocks += _broken(context, own, options.broken)
    return tuple(blocks)


def _to_customers(context: Context, name: str) -> _Kept:
    period = context.period
    now, before = _asked(context, name, period), _asked(context, name, period.before())
    return _Kept(
        key=name,
        name=KpiName(name=name),
        kept=now[0],
        n=now[1],
        open=None,
        now=share(*now, fewest=FEWEST),
        before=share(*before, fewest=FEWEST),
        target=context.kpi(name).target,
        link=rows_behind(name, period.first, period.last),
    )


def _asked(context: Context, name: str, period: Period) -> tuple[int, int]:
    """Kept, and how many were due; weeks and months are asked for two at a time."""
    if period.grain == "quarter":
        rows = context.ask(name, first=period.first, last=period.last)
    else:
        both = context.period
        grain = period.grain
        rows = context.ask(name, grain, first=both.before().first, last=both.last)
        rows = rows.filter(pl.col(grain) == period.first)
    return int(rows["numerator"].sum() or 0), int(rows["denominator"].sum() or 0)


def _our_own(kind: str, own: Sequence[Mapping[str, Any]]) -> _Kept:
    def standing(period: str, value: str) -> int:
        return sum(
            one["kind"] == kind and one["period"] == period and one["standing"] == value
            for one in own
        )

    kept, broken = standing("now", "kept"), standing("now", "broken")
    kept_before = standing("before", "kept")
    n_before = kept_before + standing("before", "broken")
    return _Kept(
        key=kind,
        name=Code(group="promise_kind", value=kind),
        kept=kept,
        n=kept + broken,
        open=standing("now", "open"),
        now=share(kept, kept + broken, fewest=FEWEST),
        before=share(kept_before, n_before, fewest=FEWEST),
        target=None,
        link={"action": "/reviews", "decision": "/reports"}.get(kind, "/crises"),
    )


def _row(one: _Kept) -> Row:
    tone: Tone = "bad" if one.missed else "plain"
    if one.target is not None and one.now.low is not None and one.now.low >= one.target:
        tone = "good"
    return Row(
        key=one.key,
        cells={
            "promise": one.name,
            "kept": count(one.kept),
            "broken": count(one.n - one.kept),
            "still_open": None if one.open is None else count(one.open),
            "kept_share": one.now,
            "kept_share_before": one.before,
        },
        link=one.link,
        tone=tone,
    )


def _lead(found: Sequence[_Kept]) -> Say:
    missed = [one for one in found if one.missed]
    judged = sum(one.target is not None and one.now.value is not None for one in found)
    values: dict[str, Value] = {"judged": count(judged), "missed": count(len(missed))}
    if missed:
        return Say(code="promises_missed", values={**values, "which": _names(missed)})
    return Say(code="promises_not_missed" if judged else "promises_few", values=values)


def _changes(found: Sequence[_Kept]) -> tuple[Say, ...]:
    says = []
    for way in ("fell", "rose"):
        moved = [one for one in found if one.change == way]
        if moved:
            says.append(Say(code=f"promises_{way}", values={"which": _names(moved)}))
    return tuple(says)


def _names(found: Sequence[_Kept]) -> Listed:
    return Listed(values=tuple(one.name for one in found))


def _broken(context: Context, own: Sequence[Mapping[str, Any]], most: int) -> list[Block]:
    """Those of our own that were broken in the period: of the law first, the latest first."""
    found = [one for one in own if one["period"] == "now" and one["standing"] == "broken"]
    if not found or not most:
        return []
    found.sort(key=lambda one: (_GRAVITY[one["kind"]], one["due_at"], one["key"]))
    shown = tuple(_broken_row(context, one) for one in found[:most])
    numeric = ("due_at", "late_by")
    names = columns("broken_promise", "promise_kind", "promised_by", *numeric, numeric=numeric)
    return [
        TableBlock(
            key="broken",
            lead=Say(code="promises_broken", values={"n": count(len(found))}),
            columns=filled(names, shown),
            rows=shown,
            more=len(found) - len(shown),
        )
    ]


def _broken_row(context: Context, one: Mapping[str, Any]) -> Row:
    due = moment(one["due_at"])
    assert due is not None, "what has no end is not kept among promises"
    done = moment(one["kept_at"])
    return Row(
        key=one["key"],
        cells={
            "broken_promise": named(one["title"]),
            "promise_kind": Code(group="promise_kind", value=one["kind"]),
            "promised_by": person(one["who"]),
            "due_at": _due(one["kind"], due, context.zone),
            "late_by": span(due, done or context.as_of),
        },
        link=one["link"],
        tone="plain" if done else "bad",
    )


def _due(kind: str, due: datetime, zone: str) -> Value:
    """What was promised by a day is due at its end, and shown as that day."""
    if kind not in ("action", "decision"):
        return Instant(value=due)
    return Day(value=(due.astimezone(ZoneInfo(zone)) - timedelta(microseconds=1)).date())


def _below(number: Number, limit: float | None) -> bool:
    return limit is not None and number.high is not None and number.high < limit
