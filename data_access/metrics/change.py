"""Why a number changed: by segment, split into rate and mix, adding up exactly.

With weights w = n / Σn and rates r, the change of R = Σ w r between two periods is, per segment,

    rate effect = (w₀ + w₁) / 2 · (r₁ − r₀)
    mix effect  = (w₁ − w₀) · ((r₀ + r₁) / 2 − (R₀ + R₁) / 2)

whose sum is R₁ − R₀ (midpoint form of Kitagawa, JASA 1955). A segment that is new or lost has no
rate in one of the periods; all of its effect, w₁ (r₁ − R̄) or −w₀ (r₀ − R̄), is mix.
"""

from __future__ import annotations

import polars as pl

COLUMNS = {
    "segment": pl.String(),
    "kind": pl.String(),
    "value_now": pl.Float64(),
    "value_before": pl.Float64(),
    "n_now": pl.Int64(),
    "n_before": pl.Int64(),
    "rate_effect": pl.Float64(),
    "mix_effect": pl.Float64(),
    "effect": pl.Float64(),
}


def decompose(
    now_: pl.DataFrame,
    before: pl.DataFrame,
    *,
    scale: float,
    shared: tuple[int, int] | None = None,
) -> pl.DataFrame:
    """One row per segment, the largest effect first.

    Args:
        now_: segment, numerator and denominator of the later period.
        before: the same of the earlier one.
        scale: what the ratio is multiplied by.
        shared: the denominators of the two periods where all segments share one (it does not have
            the dimension); there is then no mix. Plain counts are of this kind, divided by 1.
    """
    both = now_.join(
        before, on="segment", how="full", coalesce=True, suffix="_before", nulls_equal=True
    )
    n1, n0 = pl.col("denominator").fill_null(0), pl.col("denominator_before").fill_null(0)
    x1, x0 = pl.col("numerator").fill_null(0), pl.col("numerator_before").fill_null(0)
    rows = both.with_columns(n1=n1, n0=n0, x1=x1, x0=x0)
    found = _split(rows, scale) if shared is None else _unsplit(rows, scale, *shared)
    return found.select(*COLUMNS)


def _unsplit(rows: pl.DataFrame, scale: float, n1: float, n0: float) -> pl.DataFrame:
    after = (pl.col("x1") / n1 if n1 > 0 else pl.lit(None, dtype=pl.Float64)) * scale
    earlier = (pl.col("x0") / n0 if n0 > 0 else pl.lit(None, dtype=pl.Float64)) * scale
    return _ranked(
        rows.with_columns(
            kind=_kind(pl.col("x0") > 0, pl.col("x1") > 0),
            value_now=after,
            value_before=earlier,
            n_now=pl.col("x1"),
            n_before=pl.col("x0"),
            rate_effect=after - earlier,
            mix_effect=(after - earlier) * 0.0,
        )
    )


def _split(rows: pl.DataFrame, scale: float) -> pl.DataFrame:
    n1, n0 = pl.col("n1"), pl.col("n0")
    r1 = pl.when(n1 > 0).then(pl.col("x1") / n1)
    r0 = pl.when(n0 > 0).then(pl.col("x0") / n0)
    w1 = pl.when(n1.sum() > 0).then(n1 / n1.sum())
    w0 = pl.when(n0.sum() > 0).then(n0 / n0.sum())
    total1 = pl.col("x1").filter(n1 > 0).sum() / n1.sum()
    total0 = pl.col("x0").filter(n0 > 0).sum() / n0.sum()
    middle = (total1 + total0) / 2
    common = r1.is_not_null() & r0.is_not_null()
    rate = pl.when(common).then((w1 + w0) / 2 * (r1 - r0)).otherwise(0.0)
    typical = pl.when(common).then((r1 + r0) / 2).otherwise(pl.coalesce(r1, r0, middle))
    comparable = (n1.sum() > 0) & (n0.sum() > 0)
    return _ranked(
        rows.with_columns(
            kind=_kind(n0 > 0, n1 > 0),
            value_now=r1 * scale,
            value_before=r0 * scale,
            n_now=n1,
            n_before=n0,
            rate_effect=pl.when(comparable).then(rate * scale),
            mix_effect=pl.when(comparable).then((w1 - w0) * (typical - middle) * scale),
        )
    )


def _kind(was: pl.Expr, is_: pl.Expr) -> pl.Expr:
    return (
        pl.when(was & is_)
        .then(pl.lit("common"))
        .when(is_)
        .then(pl.lit("new"))
        .otherwise(pl.lit("lost"))
    )


def _ranked(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(effect=pl.col("rate_effect") + pl.col("mix_effect")).sort(
        [pl.col("effect").abs(), "segment"], descending=[True, False], nulls_last=True
    )


def largest(rows: pl.DataFrame, limit: int) -> pl.DataFrame:
    """The first `limit` rows and, where there are more, one row of kind `rest` for the others."""
    if rows.height <= limit:
        return rows
    rest = rows.slice(limit)
    effects = ["rate_effect", "mix_effect", "effect"]
    summed = rest.select(
        pl.lit(None, dtype=pl.String).alias("segment"),
        pl.lit("rest").alias("kind"),
        pl.lit(None, dtype=pl.Float64).alias("value_now"),
        pl.lit(None, dtype=pl.Float64).alias("value_before"),
        pl.col("n_now", "n_before").sum(),
        *(pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()) for name in effects),
    )
    return pl.concat([rows.head(limit), summed.select(*COLUMNS)])
