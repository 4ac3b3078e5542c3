"""What after-sales cost: by kind, by reason, and in compensations against their budget.

All amounts are in the reader's currency, each converted at the rate of its own day.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from alerts.library.reading import Strict
from dashboard.reports import budgets, spending
from dashboard.reports.behind import rows_behind
from dashboard.reports.cells import columns, count
from dashboard.reports.context import Context
from dashboard.reports.document import (
    Block,
    Code,
    Money,
    NothingBlock,
    Row,
    Say,
    SayBlock,
    TableBlock,
)
from dashboard.reports.periods import Period
from dashboard.reports.spending import ALL, GIVEN, Spent
from dashboard.reports.values import Day, Listed, Plain, Term, Value

_TOTAL = "total"


class Options(Strict):
    """How many reasons, causes and markets are named."""

    reasons: int = Field(default=5, ge=1, le=20)
    markets: int = Field(default=5, ge=1, le=20)


def build(context: Context, options: Options) -> tuple[Block, ...]:
    """A sentence, what was spent on, for what reasons, compensations, and at which rates."""
    period = context.period
    now = spending.spent(context, period)
    if now.total is None:
        return _nothing(context, now)
    over = context.as_of >= period.ends_at(context.zone)
    before, prior = _earlier(context, over=over)
    return (
        _opening(context, now, before, prior, over=over),
        _kinds(context, now, before, prior),
        *_reasons(context, now, before, options.reasons),
        *_given(context, now, before, options),
        _rates(context, [now, *(one for one in (before, prior) if one is not None)]),
    )


def _nothing(context: Context, now: Spent) -> tuple[Block, ...]:
    """No cost is known: because nobody booked any, or because no rate is."""
    if now.left_out:
        basis = spending.basis(context, now.period)
        return (NothingBlock(say=_left_out("cost_no_rate", context, basis.left_out.rows())),)
    ever = context.ask(ALL, last=context.period.last).row(0, named=True)
    booked = ever["n"] or ever["excluded"]
    return (NothingBlock(say=Say(code="cost_none_now" if booked else "cost_none_ever")),)


def _earlier(context: Context, *, over: bool) -> tuple[Spent | None, Spent | None]:
    """The period before and the one a year ago; None where there is nothing to compare with."""
    if not over:
        return None, None
    periods = (context.period.before(), context.period.year_before())
    found = [None if one is None else spending.spent(context, one) for one in periods]
    before, prior = (one if one is not None and one.total is not None else None for one in found)
    return before, prior


def _opening(
    context: Context, now: Spent, before: Spent | None, prior: Spent | None, *, over: bool
) -> SayBlock:
    values: dict[str, Value] = {
        "total": spending.money(context, now.total),
        "per_order": now.per_order,
    }
    code = "cost_now" if now.orders else "cost_without_orders"
    if before is not None and now.orders and before.orders:
        code, values["before"] = "cost_now_before", before.per_order
        if prior is not None and prior.orders:
            code, values["prior"] = "cost_now_before_prior", prior.per_order
    says = [Say(code=code, values=values)]
    if not over:
        says.append(Say(code="cost_not_over"))
    says.append(Say(code="cost_holds" if "labour" in now.kinds else "cost_holds_no_labour"))
    return SayBlock(says=tuple(says))


def _kinds(context: Context, now: Spent, before: Spent | None, prior: Spent | None) -> TableBlock:
    names = sorted(
        {*now.kinds, *(before.kinds if before else {}), *(prior.kinds if prior else {})},
        key=lambda kind: (-now.kinds.get(kind, 0), kind or ""),
    )
    rows = [
        Row(
            key=kind or "unknown",
            cells={
                "cost_kind": Term(dimension="cost_kind", value=kind),
                "cost_now": spending.money(context, now.kinds.get(kind, 0)),
                "cost_before": _part(context, before, kind),
                "cost_prior": _part(context, prior, kind),
                "cost_per_order": spending.per_order(context, now.kinds.get(kind, 0), now),
            },
            link=_behind(context, cost_kind=(kind or "",)),
        )
        for kind in names
    ]
    rows.append(
        Row(
            key=_TOTAL,
            cells={
                "cost_kind": Code(group="cost", value=_TOTAL),
                "cost_now": spending.money(context, now.total),
                "cost_before": None if before is None else spending.money(context, before.total),
                "cost_prior": None if prior is None else spending.money(context, prior.total),
                "cost_per_order": now.per_order,
            },
            link=_behind(context),
        )
    )
    return TableBlock(
        key="cost_kinds",
        lead=Say(code="cost_by_kind", values=_largest("cost_kind", now.kinds, context)),
        columns=columns(
            "cost_kind", "cost_now", "cost_before", "cost_prior", "cost_per_order",
            numeric=("cost_now", "cost_before", "cost_prior", "cost_per_order"),
        ),
        rows=tuple(rows),
    )  # fmt: skip


def _part(context: Context, spent: Spent | None, kind: str | None) -> Money | None:
    return None if spent is None else spending.money(context, spent.kinds.get(kind, 0))


def _largest(dimension: str, amounts: dict[str | None, int], context: Context) -> dict[str, Value]:
    name = min(amounts, key=lambda name: (-amounts[name], name or ""))
    return {
        "largest": Term(dimension=dimension, value=name),
        "amount": spending.money(context, amounts[name]),
    }


def _reasons(
    context: Context, now: Spent, before: Spent | None, most: int
) -> tuple[TableBlock, ...]:
    assert now.total is not None
    found = spending.split(context, ALL, "reason", now.period, now.total)
    known: dict[str | None, int] = {
        name: minor for name, minor in found.items() if name is not None
    }
    if not known:
        return ()
    earlier = (
        {}
        if before is None or before.total is None
        else spending.split(context, ALL, "reason", before.period, before.total)
    )
    return (_ranked(context, "cost_reasons", known, earlier if before else None, most, now),)


def _ranked(
    context: Context,
    key: str,
    amounts: dict[str | None, int],
    earlier: dict[str | None, int] | None,
    most: int,
    now: Spent,
) -> TableBlock:
    """The dearest reasons."""
    dimension = "reason"
    order = sorted(amounts, key=lambda name: (-amounts[name], name or ""))
    rows = tuple(
        Row(
            key=name or "unknown",
            cells={
                dimension: Term(dimension=dimension, value=name),
                "cost_now": spending.money(context, amounts[name]),
                "cost_before": None
                if earlier is None
                else spending.money(context, earlier.get(name, 0)),
                "cost_per_order": spending.per_order(context, amounts[name], now),
            },
            link=_behind(context, **{dimension: (name or "",)}),
        )
        for name in order[:most]
    )
    return TableBlock(
        key=key,
        lead=Say(code=f"{key}_lead", values=_largest(dimension, amounts, context)),
        columns=columns(
            dimension, "cost_now", "cost_before", "cost_per_order",
            numeric=("cost_now", "cost_before", "cost_per_order"),
        ),
        rows=rows,
        more=len(order) - len(rows),
    )  # fmt: skip


def _given(
    context: Context, now: Spent, before: Spent | None, options: Options
) -> tuple[Block, ...]:
    """Compensations by cause, and how their budgets stand."""
    period = context.period
    whole = context.ask(GIVEN, first=period.first, last=period.last).row(0, named=True)
    if whole["value"] is None:
        return (SayBlock(says=(Say(code="compensation_none"),)), *budgets.blocks(context, options))
    total = round(whole["value"] * spending.unit_of(context.currency))
    causes = spending.split(context, GIVEN, "reason", period, total)
    earlier = None if before is None else _given_before(context, before.period)
    table = _ranked(context, "compensation_causes", causes, earlier, options.reasons, now)
    lead = Say(
        code="compensation_given",
        values={
            "total": spending.money(context, total),
            "count": count(int(whole["n"])),
            **_largest("reason", causes, context),
        },
    )
    return (table.model_copy(update={"lead": lead}), *budgets.blocks(context, options))


def _given_before(context: Context, period: Period) -> dict[str | None, int]:
    whole = context.ask(GIVEN, first=period.first, last=period.last)["value"].item()
    if whole is None:
        return {}
    total = round(whole * spending.unit_of(context.currency))
    return spending.split(context, GIVEN, "reason", period, total)


def _rates(context: Context, spent: Sequence[Spent]) -> SayBlock:
    """Which days' rates were used, and what could not be converted."""
    basis = spending.basis(context, spent[0].period)
    says = []
    if basis.first_rate is None or basis.last_rate is None:
        says.append(Say(code="cost_no_rates_needed", values=_currency(context)))
    else:
        days = {"first": Day(value=basis.first_rate), "last": Day(value=basis.last_rate)}
        code = "cost_rates" if basis.first_rate < basis.last_rate else "cost_rates_of_one_day"
        says.append(Say(code=code, values={**days, **_currency(context)}))
    if basis.left_out.height:
        says.append(_left_out("cost_left_out", context, basis.left_out.rows()))
    elsewhere = sum(one.left_out for one in spent[1:])
    if elsewhere:
        says.append(Say(code="cost_left_out_before", values={"count": count(elsewhere)}))
    return SayBlock(says=tuple(says), tone="unknown" if len(says) > 1 else "plain")


def _left_out(code: str, context: Context, rows: list[tuple[str | None, int, int]]) -> Say:
    named = tuple(
        Money(minor=minor, currency=currency) if currency else Plain(text="?")
        for currency, _, minor in rows
    )
    return Say(
        code=code,
        values={
            "count": count(sum(n for _, n, _ in rows)),
            "amounts": Listed(values=named),
            "currencies": Listed(values=tuple(Plain(text=name or "?") for name, _, _ in rows)),
            **_currency(context),
        },
    )


def _currency(context: Context) -> dict[str, Value]:
    return {"currency": Plain(text=context.currency)}


def _behind(context: Context, **where: tuple[str, ...]) -> str | None:
    """The page that explains the cost; the address bar knows no kinds of cost."""
    where.pop("cost_kind", None)
    return rows_behind(ALL, context.period.first, context.period.last, **where)
