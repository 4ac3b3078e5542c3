"""A reason, product or term that was nearly unknown and now comes from several customers.

Customers are counted, not cases: one customer who writes ten times is one. A value seen with b
customers among N cases of the baseline is expected in a window of M cases as a Gamma–Poisson:
shape a + b, rate a / r + 1, exposure M / N, so that p is a negative binomial tail. The prior mean r
is Good–Turing's (1953, Biometrika 40:237) expected count of a value not seen: n₁ over the number of
unseen values, which Chao (1984) estimates by n₁(n₁ − 1) / 2(n₂ + 1) from the values seen once and
twice. Those unseen values could have turned up as well, so false-discovery control counts them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
import polars as pl
from numpy.typing import NDArray

from alerts.detection import tail
from alerts.detection.panel import SeriesError

Floats = NDArray[np.float64]

PRIOR_SHAPE = 0.5
"""Shape a of the prior: rates of values spread over orders of magnitude."""
MIN_KNOWN_DAYS = 28
"""Days of the feed before the window without which nothing is new: all was new once."""
LEAST_UNSEEN, MOST_UNSEEN = 0.05, 1.0
"""Bounds of r, for baselines with too few rare values to tell."""
FOLDED = 0.8
"""Share of a term's cases which, holding a stronger term too, make it part of that one."""
_NOT_DIMS = {"value", "day", "case", "customer"}


class Reason(StrEnum):
    """Why a value breaches or does not; the first that applies."""

    NEW_TOPIC = "new_topic"
    SHORT_HISTORY = "short_history"
    KNOWN = "known"
    FEW_CASES = "few_cases"
    NOT_SURPRISING = "not_surprising"
    AMONG_MANY = "among_many"


@dataclass(frozen=True)
class NoveltySpec:
    """Numbers of the rule.

    `max_known` is the number of customers in the baseline above which a value is known (and the
    surge rule's business); `min_baseline` the cases a scope must have seen to know what is new.
    """

    window_days: int = 7
    baseline_weeks: int = 12
    max_known: int = 2
    min_cases: int = 5
    min_customers: int = 3
    min_baseline: int = 200
    alpha: float = 0.001
    fdr: float = 0.05

    @property
    def history_days(self) -> int:
        """Days read before and including the judged one."""
        return 7 * self.baseline_weeks + self.window_days


def score(
    cases: pl.DataFrame,
    spec: NoveltySpec,
    days: date | Sequence[date],
    *,
    began: date,
    episodes: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Judge every value of every scope in the windows that end with each of `days`.

    Args:
        cases: scope dimensions (text; may be none), `value` (null: the case has none), `day`,
            `case` (id) and `customer` (null: unknown, each such case a customer of its own). A case
            with several values (terms, products) has several rows.
        spec: the rule's numbers.
        days: last complete day, or several.
        began: first day of the feed.
        episodes: scope dimensions, `value`, `opened`, `closed` (null: still open).

    Returns:
        One row per scope, value seen in the window and day, sorted: the scope's dimensions,
        `value`, `day`, `y` (cases), `n` (all cases of the scope), `mu` (expected customers),
        `low`, `high`, `phi`, `p`, `q` (null while an episode is open), `increase`, `excess`
        (customers above mu), `window_days`, `breach`, `cleared`, `why`, `customers`, `known`
        (customers in the baseline).

    Raises:
        SeriesError: a case has no id or no day.
    """
    for name in ("day", "case"):
        if cases[name].null_count():
            raise SeriesError(f"{cases[name].null_count()} cases have no {name}; they need one.")
    named = cases.with_columns(customer=pl.coalesce(pl.col("customer", "case").cast(pl.String)))
    asked = (days,) if isinstance(days, date) else tuple(sorted(days))
    found = [_on(named, spec, day, began=began, episodes=episodes) for day in asked]
    dims = [name for name in cases.columns if name not in _NOT_DIMS]
    return pl.concat(found).sort([*dims, "value", "day"], nulls_last=True)


def fold_terms(judged: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """The breaching rows of one day with `of`: the stronger term each one comes with (null: none).

    *customs* and *hold* of the same subjects are one topic. Rows are taken by p, then by value.
    """
    dims = [name for name in cases.columns if name not in _NOT_DIMS]
    breaching = judged.filter("breach").sort([*dims, "p", "value"], nulls_last=True)
    leaders: dict[tuple[object, ...], list[tuple[str, set[object]]]] = {}
    belongs: list[str | None] = []
    for row in breaching.iter_rows(named=True):
        scope = tuple(row[dim] for dim in dims)
        first = row["day"] - timedelta(days=row["window_days"] - 1)
        inside = pl.col("day").is_between(first, row["day"]) & (pl.col("value") == row["value"])
        for dim in dims:
            inside &= pl.col(dim).eq_missing(row[dim])
        mine = set(cases.filter(inside)["case"].to_list())
        known = leaders.setdefault(scope, [])
        leader = next((v for v, held in known if len(mine & held) >= FOLDED * len(mine)), None)
        belongs.append(leader)
        if leader is None:
            known.append((str(row["value"]), mine))
    return breaching.with_columns(of=pl.Series(belongs, dtype=pl.String))


def _on(
    cases: pl.DataFrame,
    spec: NoveltySpec,
    day: date,
    *,
    began: date,
    episodes: pl.DataFrame | None,
) -> pl.DataFrame:
    dims = [name for name in cases.columns if name not in _NOT_DIMS]
    last_known = day - timedelta(days=spec.window_days)
    first = day - timedelta(days=spec.history_days - 1)
    window = cases.filter(pl.col("day").is_between(last_known + timedelta(days=1), day))
    base = cases.filter(pl.col("day").is_between(max(first, began), last_known))
    known = (
        base.drop_nulls("value").group_by([*dims, "value"]).agg(known=pl.col("customer").n_unique())
    )
    seen = (
        window.drop_nulls("value")
        .group_by([*dims, "value"])
        .agg(y=pl.col("case").n_unique(), customers=pl.col("customer").n_unique())
    )
    scopes = _scopes(base, window, known, dims)
    rows = (
        _join(seen, known, [*dims, "value"])
        .with_columns(pl.col("known").fill_null(0))
        .pipe(_join, scopes, dims)
        .sort([*dims, "value"], nulls_last=True)
    )
    ongoing = _ongoing(rows, episodes, [*dims, "value"], day)
    young = (last_known - began).days + 1 < MIN_KNOWN_DAYS
    return _judge(rows, scopes, spec, young=young, ongoing=ongoing).select(
        *dims, "value", pl.lit(day).alias("day"), *_COLUMNS
    )


def _join(left: pl.DataFrame, right: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    if not on:
        return left.join(right, how="cross")
    return left.join(right, on=on, how="left", nulls_equal=True)


def _scopes(
    base: pl.DataFrame, window: pl.DataFrame, known: pl.DataFrame, dims: list[str]
) -> pl.DataFrame:
    """Per scope: cases in baseline and window, values seen once and twice, and how many."""

    def counted(frame: pl.DataFrame, **what: pl.Expr) -> pl.DataFrame:
        return frame.group_by(dims).agg(**what) if dims else frame.select(**what)

    cases = pl.col("case").n_unique().cast(pl.Float64)
    rare = counted(
        known,
        once=(pl.col("known") == 1).sum().cast(pl.Float64),
        twice=(pl.col("known") == 2).sum().cast(pl.Float64),
        values=pl.len().cast(pl.Float64),
    )
    both = _join(counted(window, n=cases), counted(base, before=cases), dims)
    return _join(both, rare, dims).with_columns(
        pl.col("before", "once", "twice", "values").fill_null(0.0)
    )


_COLUMNS = (
    "y", "n", "mu", "low", "high", "phi", "p", "q", "increase", "excess", "window_days",
    "breach", "cleared", "why", "customers", "known",
)  # fmt: skip


def _judge(
    rows: pl.DataFrame,
    scopes: pl.DataFrame,
    spec: NoveltySpec,
    *,
    young: bool,
    ongoing: NDArray[np.bool_],
) -> pl.DataFrame:
    number = {
        name: rows[name].to_numpy().astype(np.float64)
        for name in rows.columns
        if name in {"y", "customers", "known", "n", "before", "once", "twice"}
    }
    customers, known = number["customers"], number["known"]
    unseen = _expected_of_unseen(number["once"], number["twice"])
    rate = PRIOR_SHAPE / unseen + 1.0
    exposure = number["n"] / np.maximum(number["before"], 1.0)
    mu = (PRIOR_SHAPE + known) * exposure / rate
    phi = 1.0 + exposure / rate
    short = (number["before"] < spec.min_baseline) | young
    p = np.where(short, np.nan, tail.upper_tail(customers, mu, phi))
    q = _discovery(np.where(ongoing, np.nan, p), scopes)
    reason = np.select(
        [
            short,
            known > spec.max_known,
            (customers < spec.min_customers) | (number["y"] < spec.min_cases),
            ~(p <= spec.alpha),
            ~ongoing & ~(q <= spec.fdr),
        ],
        [
            Reason.SHORT_HISTORY,
            Reason.KNOWN,
            Reason.FEW_CASES,
            Reason.NOT_SURPRISING,
            Reason.AMONG_MANY,
        ],
        default=Reason.NEW_TOPIC,
    )
    spread = 2.0 * np.sqrt(phi * mu)
    return rows.with_columns(
        pl.col("y", "customers", "known", "n").cast(pl.Float64),
        mu=pl.Series(mu),
        low=pl.Series(np.maximum(mu - spread, 0.0)),
        high=pl.Series(mu + spread),
        phi=pl.Series(phi),
        p=pl.Series(p).fill_nan(None),
        q=pl.Series(q).fill_nan(None),
        increase=pl.Series((customers - mu) / np.maximum(mu, 1e-9)),
        excess=pl.Series(customers - mu),
        window_days=pl.lit(spec.window_days, dtype=pl.Int64),
        why=pl.Series([str(text) for text in reason], dtype=pl.String),
    ).with_columns(
        breach=pl.col("why") == str(Reason.NEW_TOPIC),
        cleared=pl.Series(~short & (2 * customers < spec.min_customers), dtype=pl.Boolean),
    )


def _expected_of_unseen(once: Floats, twice: Floats) -> Floats:
    """Good–Turing's expected baseline count of one value that was not seen."""
    found = 2.0 * (twice + 1.0) / np.maximum(once - 1.0, 1.0)
    bounded: Floats = np.clip(found, LEAST_UNSEEN, MOST_UNSEEN)
    return bounded


def _discovery(p: Floats, scopes: pl.DataFrame) -> Floats:
    """Benjamini–Hochberg over the values in the window and all others that could have come."""
    once, twice = (scopes[name].to_numpy() for name in ("once", "twice"))
    unseen = once * np.maximum(once - 1.0, 0.0) / (2.0 * (twice + 1.0))
    judged = float((~np.isnan(p)).sum())
    possible = max(float((scopes["values"].to_numpy() + unseen).sum()), judged, 1.0)
    q: Floats = np.minimum(tail.false_discovery_rate(p) * possible / max(judged, 1.0), 1.0)
    return q


def _ongoing(
    rows: pl.DataFrame, episodes: pl.DataFrame | None, keys: list[str], day: date
) -> NDArray[np.bool_]:
    if episodes is None or episodes.is_empty():
        return np.zeros(rows.height, dtype=np.bool_)
    running = episodes.filter(
        (pl.col("opened") <= day) & (pl.col("closed").is_null() | (pl.col("closed") > day))
    )
    found = rows.join(
        running.select(keys).unique().with_columns(_open=pl.lit(value=True)),
        on=keys,
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    return found["_open"].fill_null(value=False).to_numpy()
