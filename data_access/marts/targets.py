"""Service targets of a case: the most specific policy in force when it was created."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import polars as pl

FIRST_RESPONSE_S = 4 * 3600
FIRST_RESPONSE_LEVEL_3_S = 2 * 3600
RESOLUTION_S = 48 * 3600

_MATCHED = {"severity": "level", "country": "market", "lang": "language", "channel": "channel"}
"""Columns of a policy and the columns of a case they must equal; empty fits every case."""


def default_targets() -> dict[str, pl.Expr]:
    """Targets in seconds where no policy applies: 4 h (level 3: 2 h) and 48 h."""
    return {
        "first_response": pl.when(pl.col("level") == 3)
        .then(FIRST_RESPONSE_LEVEL_3_S)
        .otherwise(FIRST_RESPONSE_S),
        "resolution": pl.lit(RESOLUTION_S),
    }


def target_seconds(policies: pl.DataFrame, metric: str) -> pl.Expr:
    """Expression over a case (level, market, language, channel, vip_tier, policy_id, created_at).

    A policy that the case names wins over others; of the others the one with more conditions, then
    the later one. Only calendar clocks: business-hours policies are not applied.
    """
    rows = policies.filter(
        (pl.col("metric") == metric) & (pl.col("clock") == "calendar")
    ).with_columns(
        conditions=pl.sum_horizontal(pl.col(name).is_not_null() for name in (*_MATCHED, "vip_tier"))
    )
    ordered = rows.sort(["conditions", "valid_from", "source", "policy_id"], nulls_last=False)
    by_rank = [
        *((row, _applies) for row in ordered.iter_rows(named=True)),
        *((row, _named) for row in ordered.iter_rows(named=True)),
    ]

    def choose(chosen: pl.Expr, step: tuple[dict[str, object], _Test]) -> pl.Expr:
        row, test = step
        return pl.when(test(row)).then(pl.lit(row["target_s"])).otherwise(chosen)

    return reduce(choose, by_rank, default_targets()[metric]).cast(pl.Int64)


_Test = Callable[[dict[str, object]], pl.Expr]


def _applies(row: dict[str, object]) -> pl.Expr:
    """Whether the policy `row` fits a case and is in force."""
    tests = [pl.lit(value=True)]
    tests += [
        pl.col(case_column).eq_missing(pl.lit(row[column]))
        for column, case_column in _MATCHED.items()
        if row[column] is not None
    ]
    if row["vip_tier"] is not None:
        tests.append(pl.col("vip_tier").eq_missing(pl.lit(row["vip_tier"])))
    if row["valid_from"] is not None:
        tests.append(pl.col("created_at") >= pl.lit(row["valid_from"]))
    if row["valid_to"] is not None:
        tests.append(pl.col("created_at") < pl.lit(row["valid_to"]))
    return pl.all_horizontal(tests)


def _named(row: dict[str, object]) -> pl.Expr:
    return _applies(row) & pl.col("policy_id").eq_missing(pl.lit(row["policy_id"]))
