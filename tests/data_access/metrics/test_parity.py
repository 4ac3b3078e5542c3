"""Parity against figures worked out by hand and against what standardisation has to do."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.metrics.parity import COLUMNS, largest, parity

Cell = tuple[str | None, str | None, int, int]


def counts(*cells: Cell) -> pl.DataFrame:
    names = {"language": pl.String, "reason": pl.String, "numerator": pl.Int64}
    return pl.DataFrame(cells, {**names, "denominator": pl.Int64}, orient="row")


def row(frame: pl.DataFrame, group: str) -> dict[str, Any]:
    return frame.row(by_predicate=pl.col("group") == group, named=True)


SIMPSON = counts(
    ("en", "where is it", 810, 900),
    ("en", "damaged", 50, 100),
    ("de", "where is it", 92, 100),
    ("de", "damaged", 495, 900),
)


def test_a_language_with_the_harder_work_is_not_served_worse() -> None:
    """German is better in both topics, and 27 points worse in sum (Simpson's paradox)."""
    found = parity(SIMPSON, "language", ["reason"], "en")
    assert found["group"].to_list() == ["en", "de"]
    german = row(found, "de")
    # Raw: (92 + 495) / 1000 against (810 + 50) / 1000.
    assert german["raw"] == pytest.approx(0.587)
    assert german["reference"] == pytest.approx(0.86)
    # Weights of English: 900 and 100 of 1,000. 0.9 × 92/100 + 0.1 × 495/900 = 0.828 + 0.055.
    assert german["value"] == pytest.approx(0.883)
    assert german["difference"] == pytest.approx(0.023)
    assert german["ratio"] == pytest.approx(0.883 / 0.86)
    assert german["covered"] == pytest.approx(1)
    # 1 / (0.9²/100 + 0.1²/900) = 1 / 0.0081111…
    assert german["effective_n"] == pytest.approx(123.2877, abs=1e-4)
    # Wilson at that size: 0.814367 … 0.928486; of 0.86 at 1,000: 0.837113 … 0.880132.
    assert german["low"] == pytest.approx(0.814367, abs=1e-6)
    assert german["high"] == pytest.approx(0.928486, abs=1e-6)
    # 0.023 − √(0.068633² + 0.020132²) and 0.023 + √(0.045486² + 0.022887²).
    assert german["difference_low"] == pytest.approx(-0.048525, abs=1e-6)
    assert german["difference_high"] == pytest.approx(0.073920, abs=1e-6)
    # Product 0.75938; lower end: root of 0.75938² − 0.814367·0.880132·0.951633·0.839868.
    assert german["ratio_low"] == pytest.approx(0.943936, abs=1e-6)
    assert german["ratio_high"] == pytest.approx(1.087030, abs=1e-6)


def test_one_stratum_is_newcombes_published_example() -> None:
    """Newcombe (1998), table II (a): 56/70 − 48/80 by method 10 is 0.0524 … 0.3339."""
    found = parity(counts(("a", "x", 56, 70), ("b", "x", 48, 80)), "language", ["reason"], "b")
    other = row(found, "a")
    assert other["difference"] == pytest.approx(0.2)
    assert other["difference_low"] == pytest.approx(0.0524, abs=5e-5)
    assert other["difference_high"] == pytest.approx(0.3339, abs=5e-5)


def test_only_what_both_have_is_compared() -> None:
    found = parity(
        counts(
            ("en", "late", 60, 80),
            ("en", "recall", 20, 20),
            ("de", "late", 9, 12),
            ("de", "customs", 0, 30),
            ("fr", "customs", 5, 40),
        ),
        "language",
        ["reason"],
        "en",
    )
    german, french = row(found, "de"), row(found, "fr")
    # Customs holds are German alone: in n and the raw share, not in the comparison.
    assert (german["n"], german["raw"]) == (42, pytest.approx(9 / 42))
    assert german["covered"] == pytest.approx(0.8)
    assert german["value"] == german["reference"] == pytest.approx(0.75)
    assert german["difference"] == pytest.approx(0)
    assert german["enough"]
    assert (french["covered"], french["value"], french["ratio_low"]) == (0, None, None)
    assert not french["enough"]


def test_few_cases_are_too_few_to_say() -> None:
    found = parity(
        counts(("en", "x", 90, 100), ("de", "x", 9, 9), ("fr", "x", 9, 10)),
        "language",
        ["reason"],
        "en",
    )
    assert dict(found.select("group", "enough").iter_rows()) == {
        "en": True,
        "fr": True,
        "de": False,
    }


def test_nothing_answered_has_a_ratio_of_zero_with_an_upper_end() -> None:
    found = row(
        parity(counts(("en", "x", 90, 100), ("de", "x", 0, 40)), "language", ["reason"], "en"), "de"
    )
    assert (found["ratio"], found["ratio_low"]) == (0, 0)
    assert 0 < found["ratio_high"] < 0.12


def test_a_reference_that_never_succeeds_has_no_ratio() -> None:
    found = row(
        parity(counts(("en", "x", 0, 100), ("de", "x", 4, 40)), "language", ["reason"], "en"), "de"
    )
    assert found["difference"] == pytest.approx(0.1)
    assert found["ratio"] is None
    assert found["ratio_high"] is None


def test_unknown_topics_are_a_topic_and_unknown_languages_no_language() -> None:
    found = parity(
        counts(("en", None, 5, 10), ("de", None, 10, 10), (None, "x", 1, 50)),
        "language",
        ["reason"],
        "en",
    )
    assert found["group"].to_list() == ["en", "de"]
    assert row(found, "de")["difference"] == pytest.approx(0.5)


def test_nothing_at_all() -> None:
    found = parity(counts(), "language", ["reason"], "en")
    assert found.is_empty()
    assert found.schema == pl.Schema(COLUMNS)
    assert largest(counts(), "language") is None


def test_the_largest_known_group_is_the_reference() -> None:
    frame = counts((None, "x", 0, 99), ("en", "x", 1, 9), ("de", "x", 1, 9))
    assert largest(frame, "language") == "de"


cells = st.lists(st.tuples(st.integers(1, 40), st.floats(0, 1), st.floats(0, 1)), max_size=6)


@settings(max_examples=60, deadline=None)
@given(cells.filter(bool), st.integers(1, 4))
def test_the_same_mix_gives_the_raw_difference(
    made: list[tuple[int, float, float]], times: int
) -> None:
    frame = counts(
        *(("en", str(i), round(n * p), n) for i, (n, p, _) in enumerate(made)),
        *(("de", str(i), round(n * times * q), n * times) for i, (n, _, q) in enumerate(made)),
    )
    found = row(parity(frame, "language", ["reason"], "en"), "de")
    raw = row(parity(frame, "language", [], "en"), "de")
    total = sum(n for n, _, _ in made)
    assert found["difference"] == pytest.approx(
        sum(round(n * times * q) for n, _, q in made) / (total * times)
        - sum(round(n * p) for n, p, _ in made) / total
    )
    assert found["effective_n"] == pytest.approx(total * times)
    for end in ("difference_low", "difference_high"):
        assert found[end] == pytest.approx(raw[end], abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(cells.filter(bool), cells.filter(bool))
def test_intervals_hold_their_value(
    first: list[tuple[int, float, float]], second: list[tuple[int, float, float]]
) -> None:
    frame = counts(
        *(("en", str(i), round(n * p), n) for i, (n, p, _) in enumerate(first)),
        *(("de", str(i), round(n * p), n) for i, (n, p, _) in enumerate(second)),
    )
    found = row(parity(frame, "language", ["reason"], "en"), "de")
    assert -1 - 1e-9 <= found["difference_low"] <= found["difference"] + 1e-9
    assert found["difference"] - 1e-9 <= found["difference_high"] <= 1 + 1e-9
    if found["ratio_high"] is not None:
        assert 0 <= found["ratio_low"] <= found["ratio"] + 1e-9
        assert found["ratio"] <= found["ratio_high"] + 1e-9
