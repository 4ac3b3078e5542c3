"""Ends that shut each other out: what share has come to each of them after a time.

A return that was requested is received, or refused, or never sent. Counting only the first and
censoring the rest overstates it; the Aalen–Johansen estimate does not (Aalen & Johansen,
Scandinavian Journal of Statistics 5, 1978): F_k(t) = Σ S(tᵢ₋₁) d_ki / nᵢ. The shares of all
outcomes and of those who still wait add up to 1.

The variance is the delta-method one (Marubini & Valsecchi, Analysing Survival Data, 1995, 10.3): Σ
(F_k(t) − F_k(tᵢ))² dᵢ / (nᵢ (nᵢ − dᵢ)) + Σ S(tᵢ₋₁)² (nᵢ − d_ki) d_ki / nᵢ³ − 2 Σ (F_k(t) −
F_k(tᵢ)) S(tᵢ₋₁) d_ki / nᵢ². The band is symmetric in log(−log(1 − F_k)): with a single outcome it
is the band of `kaplan_meier`.
"""

from __future__ import annotations

import polars as pl

from data_access.survival.kaplan_meier import Z, curves


def cumulative_incidence(
    durations: pl.Series, outcome: pl.Series, weights: pl.Series | None = None
) -> pl.DataFrame:
    """The share that came to each outcome by each time.

    Args:
        durations: numbers ≥ 0 in any unit; rows without one are left out.
        outcome: what it came to, null for what had not ended when last seen.
        weights: how many times each row counts (whole numbers).

    Returns:
        at, at_risk, survival and, for every outcome in alphabetical order, `<outcome>`,
        `<outcome>_low` and `<outcome>_high` (95 %). One row per distinct duration, sorted.
    """
    count = pl.lit(1, dtype=pl.Int64) if weights is None else pl.Series("count", weights)
    rows = pl.DataFrame({"at": durations, "outcome": outcome.cast(pl.String)})
    rows = rows.with_columns(count=count).filter(pl.col("at").is_not_null())
    ended = pl.col("outcome").is_not_null()
    known = sorted(rows["outcome"].drop_nulls().unique())
    of_each = {
        f"_{number}": pl.col("count").filter(pl.col("outcome") == name).sum()
        for number, name in enumerate(known)
    }
    ticks = (
        rows.group_by("at")
        .agg(
            ended=pl.col("count").filter(ended).sum(),
            censored=pl.col("count").filter(~ended).sum(),
            **of_each,
        )
        .sort("at")
    )
    curve = curves(ticks.select("at", "ended", "censored"), ())
    beside = curve.join(ticks.select("at", *of_each), on="at", how="left", maintain_order="left")
    beside = beside.with_columns(
        before=pl.col("survival").shift(1, fill_value=1.0),
        hazard=_hazard_variance(pl.col("ended"), pl.col("at_risk")),
    )
    shares = [
        expression
        for number, name in enumerate(known)
        for expression in _incidence(beside, f"_{number}", name)
    ]
    return beside.select("at", "at_risk", "survival", *shares)


def _hazard_variance(ended: pl.Expr, at_risk: pl.Expr) -> pl.Expr:
    # Where everybody ends at once the factor beside it is 0.
    ratio = ended / (at_risk * (at_risk - ended))
    return pl.when(ended < at_risk).then(ratio).otherwise(0.0)


def _incidence(ticks: pl.DataFrame, column: str, name: str) -> tuple[pl.Series, ...]:
    """The share of one outcome and its band."""
    n, d, before = pl.col("at_risk"), pl.col(column), pl.col("before")
    step = before * d / n
    own = ticks.select("hazard", "before", n=n, d=d, share=step.cum_sum()).with_columns(
        cross=before * pl.col("d") / pl.col("n").cast(pl.Float64).pow(2)
    )
    share, hazard, cross = pl.col("share"), pl.col("hazard"), pl.col("cross")
    size = pl.col("n").cast(pl.Float64)
    # (F − Fᵢ)² taken apart, so that sums up to every t cost one pass.
    variance = (
        share.pow(2) * hazard.cum_sum()
        - 2 * share * (share * hazard).cum_sum()
        + (share.pow(2) * hazard).cum_sum()
        + (pl.col("before").pow(2) * (size - pl.col("d")) * pl.col("d") / size.pow(3)).cum_sum()
        - 2 * (share * cross.cum_sum() - (share * cross).cum_sum())
    ).clip(0)
    left = 1 - share
    inner = (share > 0) & (left > 0)
    spread = (Z * variance.sqrt() / (left * left.log().abs())).exp()
    banded = own.select(
        share.clip(0, 1).alias(name),
        pl.when(inner).then(1 - left.pow(1 / spread)).otherwise(0.0).alias(f"{name}_low"),
        pl.when(inner).then(1 - left.pow(spread)).when(share <= 0).then(0.0).otherwise(1.0)
        .alias(f"{name}_high"),
    )  # fmt: skip
    return tuple(banded.get_columns())
