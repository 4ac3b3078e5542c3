"""Is everybody served alike? Shares of groups, compared as if their work were the same.

A language that mostly asks about damaged parcels by e-mail waits longer than one that mostly asks
where a parcel is by chat, and nobody is treated worse. So each group's share is standardised
directly: its shares by *stratum* (topic and channel) are weighted as the reference group's cases
are spread over the strata.

    p*(g) = Σ w(s) · hits(g, s) / n(g, s)      w(s) = n(ref, s) / Σ n(ref, s)

Only strata that both groups have can be compared, so sums and weights run over those; `covered` is
the part of the reference's cases that lies in them. The variance of a standardised share is
p*(1 − p*) · Σ w(s)² / n(g, s), that of a plain share of *effective* size 1 / Σ w(s)² / n(g, s)
(Kish, Survey Sampling, 1965, 11.7), so that strata with a single case count as the little they are.
Each share gets its Wilson interval at that size; difference and ratio take theirs from the two
(Newcombe, Statistics in Medicine 17, 1998, method 10; Donner & Zou, Statistical Methods in Medical
Research 21, 2012, eq. 10). Where the mixes are the same, all this is the raw difference with
Newcombe's interval.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from data_access.metrics.intervals import wilson

FEWEST = 10
"""Cases below which nothing is said of a group."""

LEAST_COVERED = 0.5
"""Part of the reference's cases that must have a counterpart for the mixes to be comparable."""

ALERT = 0.8
"""A ratio below this is no parity."""

COLUMNS = {
    "group": pl.String(),
    "n": pl.Int64(),
    "raw": pl.Float64(),
    "value": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "reference": pl.Float64(),
    "difference": pl.Float64(),
    "difference_low": pl.Float64(),
    "difference_high": pl.Float64(),
    "ratio": pl.Float64(),
    "ratio_low": pl.Float64(),
    "ratio_high": pl.Float64(),
    "covered": pl.Float64(),
    "effective_n": pl.Float64(),
    "enough": pl.Boolean(),
}


def largest(counts: pl.DataFrame, group: str) -> str | None:
    """The known group with most cases; None where there is none.

    Args:
        counts: `group`, `denominator`.
        group: name of the group's column.
    """
    known = counts.filter(pl.col(group).is_not_null(), pl.col("denominator") > 0)
    sizes = known.group_by(group).agg(pl.col("denominator").sum())
    ranked = sizes.sort("denominator", group, descending=[True, False])
    return None if ranked.is_empty() else str(ranked[group][0])


def parity(counts: pl.DataFrame, group: str, strata: Sequence[str], reference: str) -> pl.DataFrame:
    """Every group's share beside the reference's, standardised to the reference's mix.

    Args:
        counts: `group`, `strata`, `numerator` and `denominator` (a row per combination; null in a
            stratum is a value like any other, a null group is left out).
        group: name of the group's column.
        strata: names of the columns that make up the mix.
        reference: the group that others are compared with.

    Returns:
        Columns `COLUMNS`, the reference first, then by size. `n` and `raw` are over all cases of
        the group; `value` (with `low`, `high`), `difference` and `ratio` are standardised, over the
        strata shared with the reference; `reference` is its share there. Standardised values are
        null without any shared stratum, ratios also where the reference's share is 0; the reference
        itself has no interval of difference and ratio. `enough` is false below `FEWEST` cases or
        `LEAST_COVERED`.
    """
    named = [f"_{index}" for index in range(len(strata))]
    cells = (
        counts.lazy()
        .filter(pl.col("denominator") > 0, pl.col(group).is_not_null())
        .select(
            pl.col(group).cast(pl.String).alias("group"),
            *(pl.col(name).alias(key) for name, key in zip(strata, named, strict=True)),
            hits=pl.col("numerator").cast(pl.Float64),
            n=pl.col("denominator").cast(pl.Float64),
        )
        .group_by("group", *named)
        .agg(pl.col("hits", "n").sum())
    )
    base = cells.filter(pl.col("group") == reference).select(
        *named, base_hits="hits", base_n="n", weight=pl.col("n") / pl.col("n").sum()
    )
    shared = (
        cells.join(base, on=named, how="inner", nulls_equal=True)
        if named
        else cells.join(base, how="cross")
    )
    found = (
        cells.group_by("group")
        .agg(n=pl.col("n").sum(), hits=pl.col("hits").sum())
        .join(_standardised(shared), on="group", how="left")
        .with_columns(raw=pl.col("hits") / pl.col("n"), covered=pl.col("covered").fill_null(0.0))
    )
    return (
        _compared(found, reference)
        .with_columns(
            pl.col("n").cast(pl.Int64),
            enough=(pl.col("n") >= FEWEST) & (pl.col("covered") >= LEAST_COVERED),
        )
        .sort(pl.col("group") != reference, -pl.col("n"), "group")
        .select(pl.col(name).cast(dtype) for name, dtype in COLUMNS.items())
        .collect()
    )


def _standardised(shared: pl.LazyFrame) -> pl.LazyFrame:
    """Both shares of each group over the strata it shares with the reference."""
    # Weights of the shared strata add up to 1.
    weight = pl.col("weight") / pl.col("weight").sum()
    return shared.group_by("group").agg(
        covered=pl.col("weight").sum(),
        value=(weight * pl.col("hits") / pl.col("n")).sum(),
        reference=(weight * pl.col("base_hits") / pl.col("base_n")).sum(),
        effective_n=1 / (weight.pow(2) / pl.col("n")).sum(),
        base_effective_n=1 / (weight.pow(2) / pl.col("base_n")).sum(),
    )


def _compared(found: pl.LazyFrame, reference: str) -> pl.LazyFrame:
    """Intervals, difference and ratio of the two standardised shares."""
    # Sums of weights miss 0 and 1 by rounding; a share beyond them has no interval.
    shares = found.with_columns(pl.col("value", "reference").round(12).clip(0, 1))
    value, base = pl.col("value"), pl.col("reference")
    low, high = wilson(value * pl.col("effective_n"), pl.col("effective_n"))
    base_low, base_high = wilson(base * pl.col("base_effective_n"), pl.col("base_effective_n"))
    ends = shares.with_columns(low=low, high=high, base_low=base_low, base_high=base_high)
    below, above = value - pl.col("low"), pl.col("high") - value
    base_below, base_above = base - pl.col("base_low"), pl.col("base_high") - base
    other = pl.col("group") != reference
    return ends.with_columns(
        difference=value - base,
        difference_low=pl.when(other).then(
            value - base - (below.pow(2) + base_above.pow(2)).sqrt()
        ),
        difference_high=pl.when(other).then(
            value - base + (above.pow(2) + base_below.pow(2)).sqrt()
        ),
        ratio=pl.when(base > 0).then(value / base),
        ratio_low=pl.when(other & (base > 0)).then(_ratio_low()),
        ratio_high=pl.when(other & (base > 0)).then(_ratio_high()),
    )


def _ratio_low() -> pl.Expr:
    """Lower end of value / reference, from its own lower and the reference's upper end."""
    value, own, base = pl.col("value"), pl.col("low"), pl.col("base_high")
    product = value * pl.col("reference")
    tail = own * (2 * value - own)
    root = (product.pow(2) - tail * base * (2 * pl.col("reference") - base)).clip(0).sqrt()
    # Written so that nothing is divided by a difference that may vanish.
    return pl.when(value > 0).then(tail / (product + root)).otherwise(0.0)


def _ratio_high() -> pl.Expr:
    """Upper end of value / reference, from its own upper and the reference's lower end."""
    value, own, base = pl.col("value"), pl.col("high"), pl.col("base_low")
    product = value * pl.col("reference")
    head = base * (2 * pl.col("reference") - base)
    root = (product.pow(2) - own * (2 * value - own) * head).clip(0).sqrt()
    return (product + root) / head
