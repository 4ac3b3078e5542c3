"""Compensations of a month against the budgets of the policy in force, market by market."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from dashboard.reports.cells import columns, count
from dashboard.reports.context import Context
from dashboard.reports.document import Block, Code, Money, Number, Row, Say, SayBlock, TableBlock
from dashboard.reports.recording_cost import PART
from dashboard.reports.spending import GIVEN, unit_of
from dashboard.reports.values import Day, Term
from data_access.metrics import Filter, Query

FIRST_FORECAST = 3
"""Days of the month after which its pace says something."""

Standing = Literal["over", "ahead", "within", "unknown"]
_GRAVITY = {"over": 0, "ahead": 1, "unknown": 2, "within": 3}


class _Most(Protocol):
    @property
    def markets(self) -> int: ...


@dataclass(frozen=True)
class _Pace:
    market: str
    currency: str
    budget: int
    given: int
    standing: Standing

    @property
    def share(self) -> float | None:
        return self.given / self.budget if self.budget and self.standing != "unknown" else None


def blocks(context: Context, options: _Most) -> tuple[Block, ...]:
    """A table of the markets that use most of their budget; nothing without a policy."""
    recorded = context.record.part(PART)
    if not recorded:
        return ()
    first, last = month_so_far(context)
    paces = _paces(context, recorded, first, last)
    paces.sort(key=lambda one: (_GRAVITY[one.standing], -(one.share or 0), one.market))
    if not paces:
        return ()
    values = {
        "first": Day(value=first),
        "last": Day(value=last),
        "over": count(sum(one.standing == "over" for one in paces)),
        "ahead": count(sum(one.standing == "ahead" for one in paces)),
        "markets": count(len(paces)),
    }
    unsettled = any(one.standing in ("over", "ahead") for one in paces)
    lead = Say(code="budgets_strained" if unsettled else "budgets_kept", values=values)
    shown = [one for one in paces if one.given or one.standing == "unknown"][: options.markets]
    if not shown:
        return (SayBlock(says=(lead,)),)
    rows = tuple(_row(one) for one in shown)
    table = TableBlock(
        key="compensation_budgets",
        lead=lead,
        columns=columns(
            "market", "budget", "given", "budget_share", "budget_standing",
            numeric=("budget", "given", "budget_share"),
        ),
        rows=rows,
        more=sum(bool(one.given) for one in paces) - sum(bool(one.given) for one in shown),
    )  # fmt: skip
    return (table,)


def month_so_far(context: Context) -> tuple[date, date]:
    """First and last day of the month that the period ends in, as far as it is known."""
    last = context.period.last
    return last.replace(day=1), last


def _paces(context: Context, recorded: dict, first: date, last: date) -> list[_Pace]:  # type: ignore[type-arg]
    budgets = dict(recorded["markets"])
    currencies = {one["currency"] for one in (*budgets.values(), recorded["default"])}
    given = {code: _given(context, code, first, last) for code in sorted(currencies)}
    spending = {name for amounts in given.values() for name in amounts}
    # What the month's days allow by now; a month that has hardly begun has no pace.
    days = monthrange(last.year, last.month)[1]
    passed = last.day / days if last.day >= FIRST_FORECAST else None
    found = []
    for market in sorted({*budgets, *spending}):
        budget = budgets.get(market, recorded["default"])
        minor, unknown = given[budget["currency"]].get(market, (0, False))
        found.append(
            _Pace(
                market,
                budget["currency"],
                budget["minor"],
                minor,
                _standing(minor, budget["minor"], passed, unknown=unknown),
            )
        )
    return found


def _given(context: Context, currency: str, first: date, last: date) -> dict[str, tuple[int, bool]]:
    """Market to what it was given (minor units of the currency), and whether that is unknown."""
    where = Filter(start=first, end=last)
    answer = context.metrics.kpi(
        Query(GIVEN, ("market",), where, context.as_of, context.zone, currency)
    )
    return {
        row["market"]: (round((row["value"] or 0) * unit_of(currency)), row["value"] is None)
        for row in answer.iter_rows(named=True)
        if row["market"] is not None
    }


def _standing(given: int, budget: int, passed: float | None, *, unknown: bool) -> Standing:
    if unknown:
        return "unknown"
    if given > budget:
        return "over"
    return "ahead" if passed is not None and given > budget * passed else "within"


def _row(one: _Pace) -> Row:
    known = one.standing != "unknown"
    return Row(
        key=one.market,
        cells={
            "market": Term(dimension="market", value=one.market),
            "budget": Money(minor=one.budget, currency=one.currency),
            "given": Money(minor=one.given if known else None, currency=one.currency),
            "budget_share": Number(value=one.share, unit="share")
            if one.share is not None
            else None,
            "budget_standing": Code(group="budget", value=one.standing),
        },
        tone={"over": "bad", "unknown": "unknown"}.get(one.standing, "plain"),
    )


__all__ = ["FIRST_FORECAST", "blocks", "month_so_far"]
