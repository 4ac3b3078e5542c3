"""Ranks by the shrunken interval: certain misses lead, lucky and unlucky few do not."""

from __future__ import annotations

import polars as pl
import pytest

from data_access.metrics import CATALOGUE
from data_access.metrics.ranking import ranked

ON_TIME = CATALOGUE["on_time_delivery"]
LOW_REVIEWS = CATALOGUE["low_review_share"]


def answer(**segments: tuple[int, int]) -> pl.DataFrame:
    rows = [
        (name, hits / n if n else None, n, hits, n) for name, (hits, n) in sorted(segments.items())
    ]
    columns = {
        "carrier": pl.String, "value": pl.Float64, "n": pl.Int64, "numerator": pl.Int64,
        "denominator": pl.Int64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=columns, orient="row")


MANY = {"a": (900, 1000), "b": (880, 1000), "c": (910, 1000), "d": (700, 1000)}


def test_two_of_five_do_not_lead_a_thousand() -> None:
    rows = ranked(answer(**MANY, few=(2, 5)), ON_TIME, "carrier")
    # 40 % is the lowest share, but five parcels may be bad luck; 700 of 1,000 are not.
    assert rows["carrier"][0] == "d"
    few = rows.filter(carrier="few").row(0, named=True)
    assert few["value"] == 0.4
    assert 0.4 < few["shrunk"] < 0.9
    assert few["shrunk_low"] < few["shrunk"] < few["shrunk_high"]


def test_where_less_is_better_the_largest_lead() -> None:
    rows = ranked(answer(**MANY, few=(5, 5)), LOW_REVIEWS, "carrier")
    assert rows["carrier"].to_list()[:3] == ["c", "a", "b"]
    assert ranked(answer(**MANY), LOW_REVIEWS, "carrier", 2)["carrier"].to_list() == ["c", "a"]


def test_what_is_no_share_comes_last() -> None:
    rows = ranked(answer(**MANY, none=(0, 0), over=(7, 5)), ON_TIME, "carrier")
    assert set(rows["carrier"].tail(2)) == {"none", "over"}
    assert rows["shrunk"].tail(2).to_list() == [None, None]
    assert rows.height == 6


def test_scores_keep_their_scale() -> None:
    found = ranked(answer(**MANY), ON_TIME, "carrier").row(0, named=True)
    assert found["shrunk"] == pytest.approx(0.7, abs=0.02)
    assert ranked(answer(), ON_TIME, "carrier").is_empty()
