"""What after-sales cost in a period, in the reader's currency, split so that the parts add up."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.reports.context import Context
from dashboard.reports.document import Money, Number
from dashboard.reports.periods import Period
from dashboard.reports.rounding import parts
from data_access.metrics import Filter, Query
from data_access.metrics.money import Basis
from data_access.money import MINOR_UNITS

ALL, PER_ORDER, GIVEN = "after_sales_cost", "cost_to_serve", "compensation_value"
"""The KPIs of cost: everything, everything per order, what customers were given."""


@dataclass(frozen=True)
class Spent:
    """One period. Amounts are whole minor units of the reader's currency and add up."""

    period: Period
    total: int | None
    """None: nothing is known, which is no zero."""
    rows: int
    left_out: int
    """Rows without a rate."""
    kinds: dict[str | None, int]
    orders: int
    per_order: Number


def spent(context: Context, period: Period) -> Spent:
    """What a period cost, by kind."""
    whole = context.ask(ALL, first=period.first, last=period.last).row(0, named=True)
    order = context.ask(PER_ORDER, first=period.first, last=period.last).row(0, named=True)
    known = whole["value"] is not None
    total = round(whole["value"] * unit_of(context.currency)) if known else None
    number = Number(
        value=order["value"] if known else None,
        unit=context.kpi(PER_ORDER).unit,
        n=int(order["n"] or 0),
    )
    kinds = {} if total is None else split(context, ALL, "cost_kind", period, total)
    return Spent(
        period, total, int(whole["n"]), int(whole["excluded"]), kinds, int(order["n"] or 0), number
    )


def split(context: Context, kpi: str, by: str, period: Period, total: int) -> dict[str | None, int]:
    """A total of money by a dimension, rounded so that the parts add up to it."""
    rows = context.ask(kpi, by, first=period.first, last=period.last)
    scale = unit_of(context.currency)
    names = rows[by].to_list()
    amounts = [(value or 0.0) * scale for value in rows["value"].to_list()]
    return dict(zip(names, parts(total, amounts, 1.0), strict=True))


def per_order(context: Context, minor: int, spent: Spent) -> Number:
    """A part of what a period cost, per order placed in it."""
    value = minor / unit_of(context.currency) / spent.orders if spent.orders else None
    return Number(value=value, unit=context.kpi(PER_ORDER).unit, n=spent.orders)


def money(context: Context, minor: int | None) -> Money:
    """An amount in the reader's currency."""
    return Money(minor=minor, currency=context.currency)


def unit_of(currency: str) -> int:
    """Minor units in one unit of a currency."""
    return int(10 ** MINOR_UNITS[currency])


def basis(context: Context, period: Period) -> Basis:
    """Which days' rates a period is converted at, and what of it has none."""
    where = Filter(start=period.first, end=period.last)
    query = Query(ALL, (), where, context.as_of, context.zone, context.currency)
    return context.metrics.money_basis(query)
