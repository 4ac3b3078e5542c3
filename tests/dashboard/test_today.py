"""Which day the numbers end with, and how far the data reach."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from callbacks.overview import needs_me
from dashboard.today import data_to, ended_on, today
from dashboard.url_filter import View
from dashboard.wording.overview import movers_table, movers_title
from tests.dashboard.fakes import NOW, services


@pytest.mark.parametrize(
    ("age", "ends"),
    [
        (timedelta(), NOW.date()),
        # A feed that is two weeks late is late: today still is today.
        (timedelta(days=14), NOW.date()),
        (timedelta(days=15), NOW.date() - timedelta(days=15)),
    ],
)
def test_periods_end_with_the_data_once_they_are_history(
    tmp_path: Path, age: timedelta, ends: date
) -> None:
    made = services(tmp_path, ended=age)
    assert today(made, View()) == ends
    assert ended_on(made) == (None if age <= timedelta(days=14) else ends)


def test_data_reach_no_further_than_their_newest_day(tmp_path: Path) -> None:
    # Imported three minutes ago, but nothing in it is younger than the end of the day before.
    assert data_to(services(tmp_path / "a")) == NOW - timedelta(minutes=3)
    midnight = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
    assert data_to(services(tmp_path / "b", ended=timedelta(days=1))) == midnight
    assert data_to(services(tmp_path / "c", empty=True)) is None


def test_the_overview_says_that_the_data_are_history(tmp_path: Path) -> None:
    assert "The data end on" in needs_me(services(tmp_path, ended=timedelta(days=400)), "")[2]
    assert "The data end on" not in needs_me(services(tmp_path), "")[2]


def test_movers_name_the_rest_and_bear_a_period_without_data() -> None:
    shared = {"value_before": None, "n_now": 40, "n_before": 0, "mix_effect": None}
    frame = pl.DataFrame(
        [
            {"segment": "PL", "kind": "new", "value_now": 9.0, "effect": None, **shared},
            {"segment": None, "kind": "rest", "value_now": None, "effect": None, **shared},
        ],
        infer_schema_length=None,
    ).with_columns(rate_effect=pl.col("effect"))
    table = movers_table(frame, "contact_rate", "market", "")
    assert "All others" in table
    assert "Unknown" not in table
    assert movers_title(frame, "contact_rate", "market") == "What changed most"
    still = frame.with_columns(effect=pl.lit(0.01))
    assert movers_title(still, "contact_rate", "market") == "Nothing moved “Contact rate” visibly"
