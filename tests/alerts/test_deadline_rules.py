"""Rows over their time, and sources that fall silent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.detection import deadline, silence_of_feed
from alerts.detection.deadline import DeadlineSpec
from alerts.detection.silence_of_feed import FeedSpec, Reason

SPEC = DeadlineSpec(min_rows=10, min_share=0.25, clear_rows=3)
MIDNIGHT = datetime(2026, 2, 1, tzinfo=UTC)


def one(y: float, n: float, spec: DeadlineSpec = SPEC) -> dict[str, object]:
    frame = pl.DataFrame({"market": ["PL"], "y": [y], "n": [n], "oldest": [100.0]})
    return deadline.score(frame, spec).row(0, named=True)


@pytest.mark.parametrize(
    ("y", "n", "breach", "cleared", "reason"),
    [
        (12, 40, True, False, "overdue"),
        (12, 400, False, True, "small_share"),
        (9, 20, False, False, "few_rows"),
        (3, 4, False, True, "few_rows"),
        (0, 0, False, True, "none_overdue"),
        (12, 70, False, False, "small_share"),
    ],
)
def test_rows_and_share_must_both_be_large(
    y: float,
    n: float,
    breach: bool,
    cleared: bool,
    reason: str,
) -> None:
    row = one(y, n)
    assert (row["breach"], row["cleared"], row["why"]) == (breach, cleared, reason)


@given(y=st.integers(0, 60), extra=st.integers(0, 300))
def test_a_row_more_never_ends_a_breach(y: int, extra: int) -> None:
    assert one(y + 1, y + extra + 1)["breach"] or not one(y, y + extra)["breach"]


@given(y=st.integers(0, 60), extra=st.integers(0, 300))
def test_no_slice_breaches_and_clears_at_once(y: int, extra: int) -> None:
    row = one(y, y + extra)
    assert not (row["breach"] and row["cleared"])


def nightly(nights: int, source: str = "shop") -> pl.DataFrame:
    at = [MIDNIGHT - timedelta(days=n, hours=-1) for n in range(nights, 0, -1)]
    return pl.DataFrame(
        {"source": [source] * nights, "at": at},
        schema={"source": pl.String, "at": pl.Datetime("us", "UTC")},
    )


def feed(arrivals: pl.DataFrame, at: datetime, spec: FeedSpec | None = None) -> dict[str, object]:
    return silence_of_feed.score(arrivals, spec or FeedSpec(), at).row(0, named=True)


def test_a_nightly_feed_is_late_after_two_nights() -> None:
    arrivals = nightly(20)
    last = MIDNIGHT - timedelta(hours=23)
    on_time = feed(arrivals, last + timedelta(hours=47))
    assert (on_time["usual"], on_time["breach"], on_time["why"]) == (24.0, False, Reason.ON_TIME)
    late = feed(arrivals, last + timedelta(hours=49))
    assert (late["breach"], late["silent"], late["limit"]) == (True, 49.0, 48.0)


def test_one_outage_does_not_excuse_the_next() -> None:
    """The longest gap but one is the rhythm."""
    gone = nightly(30).filter(~pl.col("at").dt.day().is_in([10, 11, 12, 13]))
    assert feed(gone, MIDNIGHT)["usual"] == 24.0


def test_an_hourly_feed_has_a_day_of_grace() -> None:
    at = [MIDNIGHT - timedelta(hours=n) for n in range(40, 0, -1)]
    hourly = pl.DataFrame({"source": ["desk"] * 40, "at": at})
    assert not feed(hourly, MIDNIGHT + timedelta(hours=24))["breach"]
    assert feed(hourly, MIDNIGHT + timedelta(hours=26))["breach"]


def test_an_unknown_rhythm_and_a_source_that_is_gone_wake_nobody() -> None:
    young = feed(nightly(6), MIDNIGHT + timedelta(days=5))
    assert (young["breach"], young["why"], young["usual"]) == (False, Reason.UNKNOWN, None)
    gone = feed(nightly(20), MIDNIGHT + timedelta(days=40))
    assert (gone["breach"], gone["cleared"], gone["why"]) == (False, True, Reason.RETIRED)


def test_what_arrives_later_is_not_known_yet() -> None:
    at = MIDNIGHT - timedelta(days=10)
    assert feed(nightly(30), at)["silent"] == 23.0


@given(st.integers(7, 60), st.integers(0, 200))
def test_sources_do_not_touch_each_other(nights: int, hours: int) -> None:
    at = MIDNIGHT + timedelta(hours=hours)
    alone = silence_of_feed.score(nightly(nights), FeedSpec(), at)
    both = silence_of_feed.score(
        pl.concat([nightly(nights), nightly(9, "other")]).sample(
            fraction=1.0, shuffle=True, seed=1
        ),
        FeedSpec(),
        at,
    )
    assert both.filter(pl.col("source") == "shop").equals(alone)
