"""The continent of a country, by the United Nations' geographic regions (UN M49).

Cyprus and Türkiye lie in Asia there; Kosovo (XK) is added; Antarctica (AQ) is none of the five.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl


@cache
def continents() -> dict[str, str]:
    """ISO 3166 alpha-2 code to Africa, Americas, Asia, Europe or Oceania."""
    table = pl.read_csv(Path(__file__).with_name("continents.csv"), null_values=[])
    return dict(zip(table["market"], table["continent"], strict=True))


def continent_of(market: str) -> pl.Expr:
    """Expression: the continent of the country code in column `market`, null if unknown."""
    table = continents()
    return pl.col(market).replace_strict(
        list(table), list(table.values()), default=None, return_dtype=pl.String
    )
