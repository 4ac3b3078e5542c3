"""Survival curves: what share still waits after a time, counting those who wait still.

Kaplan & Meier, JASA 53 (1958): S(t) = Π (1 − dᵢ / nᵢ) over the times tᵢ ≤ t at which dᵢ of the nᵢ
at risk end. Variance by Greenwood (1926): Σ dᵢ / (nᵢ (nᵢ − dᵢ)) for log S; the band is symmetric
in log(−log S), which keeps it within 0 and 1 and right in small samples (Borgan & Liestøl,
Scandinavian Journal of Statistics 17, 1990). Who is censored at tᵢ was at risk at tᵢ.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

Z = 1.959963984540054
"""Standard normal quantile of a two-sided 95 % interval."""


def kaplan_meier(
    durations: pl.Series, ended: pl.Series, weights: pl.Series | None = None
) -> pl.DataFrame:
    """The survival curve of one group, one row per distinct duration.

    Args:
        durations: numbers ≥ 0 in any unit; rows without one are left out.
        ended: Boolean, false for what had not ended when last seen (censored).
        weights: how many times each row counts (whole numbers); so histograms work as rows do.

    Returns:
        at, at_risk, ended, censored, survival, low, high (95 %), sorted by `at`. Before the first
        end the survival is 1 and so is its band. Where everybody has ended it is 0, with the last
        upper end before: the sample cannot say more.
    """
    count = pl.lit(1, dtype=pl.Int64) if weights is None else pl.Series("count", weights)
    rows = pl.DataFrame({"at": durations, "is_end": ended}).with_columns(count=count)
    is_end = pl.col("is_end")
    counted = rows.select(
        "at",
        ended=pl.when(is_end).then("count").otherwise(0),
        censored=pl.when(is_end).then(0).otherwise(pl.col("count")),
    )
    return curves(counted, ())


def curves(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """The survival curves of many groups at once.

    Args:
        rows: `by`, at (duration), ended and censored (how many of either at that duration). Of a
            histogram `at` is the upper edge of a bucket and `since` its lower one.
        by: columns that name a group; may hold nulls, which are a group too.

    Returns:
        `by` and the columns of `kaplan_meier`, sorted by `by` and `at`; `since` where given.
    """
    groups = list(by)
    edge = ["since"] if "since" in rows.columns else []
    ticks = (
        rows.filter(pl.col("at").is_not_null() & (pl.col("ended") + pl.col("censored") > 0))
        .group_by([*groups, "at"])
        .agg(pl.col("ended", "censored").cast(pl.Int64).sum(), *(pl.col(n).min() for n in edge))
        .sort([*groups, "at"], nulls_last=True)
    )
    left = pl.col("ended") + pl.col("censored")
    ticks = ticks.with_columns(at_risk=_within(left.cum_sum(reverse=True), groups))
    # Who left a bucket uncounted did so half-way on average (Cutler & Ederer, Journal of Chronic
    # Diseases 8, 1958); at an exact time they were at risk.
    d, n = pl.col("ended"), pl.col("at_risk") - (pl.col("censored") / 2 if edge else 0)
    ticks = ticks.with_columns(
        survival=_within((1 - d / n).cum_prod(), groups),
        greenwood=_within(pl.when(d < n).then(d / (n * (n - d))).otherwise(0.0).cum_sum(), groups),
    )
    survival = pl.col("survival")
    inner = (survival > 0) & (survival < 1)
    spread = (Z * pl.col("greenwood").sqrt() / survival.log().abs()).exp()
    ends = ticks.with_columns(
        low=pl.when(inner).then(survival.pow(spread)).otherwise(survival),
        high=pl.when(inner).then(survival.pow(1 / spread)).when(survival == 1).then(1.0),
    )
    # Only where everybody has ended is there no upper end of its own.
    carried = _within(pl.col("high").forward_fill(), groups).fill_null(1.0)
    columns = (*groups, *edge, "at", "at_risk", "ended", "censored", "survival", "low")
    return ends.select(*columns, high=carried)


def _within(expression: pl.Expr, groups: Sequence[str]) -> pl.Expr:
    return expression.over(groups) if groups else expression
