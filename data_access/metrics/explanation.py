"""What stands behind one number: the rows that were counted, those left out and why.

The accounts add up: rows of the mart in the period = counted + left out, reason by reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from data_access.marts.schemas import MARTS
from data_access.metrics.catalogue import Kpi
from data_access.metrics.exclusions import WAITING, Population, population_of
from data_access.metrics.filters import Query
from data_access.metrics.numbers import Numbers
from data_access.metrics.plan import Plan
from data_access.metrics.sums import one_of
from data_access.rollups.days import AsOf, end_of_day
from data_access.rollups.partial import cohort_rows

LEFT_OUT = "left_out"
TAINTED = {"check": pl.String(), "n": pl.Int64()}
_CHECKS = "dq"
"""Column with the codes of the data-quality checks that a row failed, separated by spaces."""


@dataclass(frozen=True)
class Account:
    """What became of the rows of one mart whose day lies in the period."""

    measure: str
    """`cohort.measure` that counts."""
    mart: str
    rows: int
    counted: int
    excluded: Mapping[str, int]
    """Code of the reason to rows, in the order the reasons are looked at; zeros stay."""

    @property
    def waiting(self) -> int:
        """Rows that will count once their deadline has passed."""
        return self.excluded.get(WAITING, 0)

    @property
    def mature(self) -> float | None:
        """Share of what will count in the end that counts already; None where nothing does."""
        whole = self.counted + self.waiting
        return self.counted / whole if whole else None


@dataclass(frozen=True)
class Explanation:
    """A number taken apart."""

    kpi: Kpi
    query: Query
    answer: Mapping[str, Any]
    """The row of `Metrics.kpi`."""
    accounts: tuple[Account, ...]
    """Of the denominator first, then of the numerator where that has rows of its own."""
    tainted: pl.DataFrame
    """Columns `TAINTED`: counted rows by the data-quality check that they failed, most first. A row
    that failed two checks is in both lines."""
    tainted_rows: int
    checked: int
    """Counted rows that the checks looked at; 0 where no check reaches them."""

    @property
    def waiting(self) -> int:
        """Rows too young to be judged."""
        return self.accounts[0].waiting if self.accounts else 0

    @property
    def mature(self) -> float | None:
        """Share of the eventual n that can be judged already."""
        return self.accounts[0].mature if self.accounts else None


def explain(numbers: Numbers, plan: Plan, query: Query, answer: Mapping[str, Any]) -> Explanation:
    """Take a number apart.

    Args:
        numbers: marts of the refresh that `answer` was given from.
        plan: the checked question, without a split.
        query: the question as it was asked.
        answer: what `Metrics.kpi` answered.
    """
    if plan.kpi.stock:
        counted = _stock(numbers, plan)
        frames = {"backlog.net": counted}
    else:
        frames = {
            measure: _judged(numbers, plan, population)
            for measure, population in _populations(plan.kpi)
        }
    accounts = tuple(_account(plan.kpi, measure, frame) for measure, frame in frames.items())
    checked = [frame for frame in frames.values() if _CHECKS in frame.columns]
    if plan.kpi.tainted is None or not checked:
        return Explanation(plan.kpi, query, answer, accounts, pl.DataFrame(schema=TAINTED), 0, 0)
    tainted, tainted_rows = _tainted(checked[0])
    looked_at = int(checked[0].filter(pl.col(LEFT_OUT).is_null())["rows"].sum())
    return Explanation(plan.kpi, query, answer, accounts, tainted, tainted_rows, looked_at)


def population_rows(
    mart: pl.LazyFrame,
    population: Population,
    as_of: AsOf,
    where: Mapping[str, tuple[str, ...]],
    first: date | None,
    last: date | None,
) -> pl.LazyFrame:
    """The rows of a population whose day lies in the period, counted or not.

    `left_out` is the code of the exclusion, null where the row counts. Dimensions that the rows do
    not have do not filter.
    """
    rows = cohort_rows(mart, population.base, as_of, first, last)
    types = population.base.dim_types
    for name, values in where.items():
        if name in types:
            rows = rows.filter(one_of(name, values, types[name]))
    return rows.with_columns(population.reason(as_of).alias(LEFT_OUT))


def _populations(kpi: Kpi) -> list[tuple[str, Population]]:
    """Measure and population of the denominator, then of a numerator with rows of its own."""
    below = population_of(kpi.denominator) if kpi.denominator else None
    above = population_of(kpi.numerator)
    if below is None:
        return [] if above is None else [above]
    if above is None or above[1].cohort == below[1].cohort:
        return [below]
    return [below, above]


def _judged(numbers: Numbers, plan: Plan, population: Population) -> pl.DataFrame:
    """Rows by reason (and by the checks they failed): `left_out`, `rows`, perhaps `dq`."""
    mart = population.base.mart
    rows = population_rows(
        numbers.mart(mart), population, plan.as_of, plan.where, plan.first, plan.last
    )
    return _grouped(rows, mart)


def _stock(numbers: Numbers, plan: Plan) -> pl.DataFrame:
    """Every case that existed at the end of the period: open, or why it is not counted."""
    zone = plan.as_of.zone
    instant = min(plan.as_of.instant, end_of_day(plan.last, zone))
    at = pl.lit(instant)
    still = pl.col("open_to").is_null() | (pl.col("open_to") > at)
    key = ["source", "case_id"]
    spells = numbers.mart("open_spells").filter((pl.col("open_from") <= at) & still)
    held = spells.select(key).unique().with_columns(open=pl.lit(value=True))
    rows = numbers.mart("cases").filter(pl.col("created_at") <= at)
    types = MARTS["cases"].columns
    for name, values in plan.where.items():
        rows = rows.filter(one_of(name, values, types[name]))
    ended = pl.col("status").is_in(["solved", "closed"])
    reason = (
        pl.when(pl.col("open").is_not_null())
        .then(None)
        .when("is_spam")
        .then(pl.lit("spam"))
        .when("deleted")
        .then(pl.lit("deleted"))
        .when(pl.col("merged_into").is_not_null())
        .then(pl.lit("merged"))
        .when(ended & pl.col("first_solved_at").is_null())
        .then(pl.lit("untimed"))
        .otherwise(pl.lit("ended"))
    )
    return _grouped(
        rows.join(held, on=key, how="left").with_columns(reason.alias(LEFT_OUT)), "cases"
    )


def _grouped(rows: pl.LazyFrame, mart: str) -> pl.DataFrame:
    by = [LEFT_OUT, _CHECKS] if _CHECKS in MARTS[mart].columns else [LEFT_OUT]
    return rows.group_by(by).agg(rows=pl.len().cast(pl.Int64)).collect()


def _account(kpi: Kpi, measure: str, frame: pl.DataFrame) -> Account:
    by_reason = dict(frame.group_by(LEFT_OUT).agg(pl.col("rows").sum()).iter_rows())
    if kpi.stock:
        mart, codes = "cases", STOCK_CODES
    else:
        found = population_of(measure)
        assert found is not None
        mart, codes = found[1].base.mart, found[1].codes
    return Account(
        measure,
        mart,
        rows=sum(by_reason.values()),
        counted=by_reason.get(None, 0),
        excluded={code: by_reason.get(code, 0) for code in codes},
    )


STOCK_CODES: tuple[str, ...] = ("spam", "deleted", "merged", "untimed", "ended")
"""Why a case is not in the backlog."""


def _tainted(frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Counted rows by check, and how many rows failed any."""
    hit = frame.filter(pl.col(LEFT_OUT).is_null() & pl.col(_CHECKS).is_not_null())
    by_check = (
        hit.select(check=pl.col(_CHECKS).str.split(" "), n="rows")
        .explode("check")
        .group_by("check")
        .agg(pl.col("n").sum())
        .sort("n", "check", descending=[True, False])
    )
    return by_check, int(hit["rows"].sum())
