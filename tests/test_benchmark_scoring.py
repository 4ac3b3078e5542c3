"""How the benchmarks score alarms, by hand; and that their detectors look at the past only."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from alerts.backtest.walking import Found
from benchmarks.incidents import episodes, found, news, threshold
from benchmarks.many_series import detect_delay, localise_case
from benchmarks.replay import Incident, tells
from benchmarks.simulated_days import event_codes


def flags(*rows: str) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    return np.array([[mark == "x" for mark in row] for row in rows])


def test_alarms_up_to_a_week_apart_are_one_episode() -> None:
    new = episodes(flags("x.x......x........x"))
    assert np.flatnonzero(new[0]).tolist() == [0, 18]


def test_the_threshold_allows_so_many_episodes() -> None:
    rng = np.random.default_rng(1)
    clean = rng.normal(size=(40, 365))
    limit = threshold(clean, 2.0)
    assert episodes(clean > limit).sum() / 40 <= 2.0
    below = np.sort(clean[clean < limit])[-5]
    assert episodes(clean > below).sum() / 40 > 1.9


def test_surges_found_and_missed() -> None:
    alarm = flags("....x.....", "..........", ".........x")
    seen = found(alarm, np.array([[0, 2, 8], [1, 2, 5], [2, 1, 9]]))
    assert seen.ever == pytest.approx(2 / 3)
    assert seen.in_a_week == pytest.approx(1 / 3)
    assert seen.delay == pytest.approx((2 + 4 + 8) / 3)


def test_a_new_incident_is_true_in_a_surge_and_a_week_after() -> None:
    new = flags("x.........x........x", "x...................")
    told = news(new, new, np.array([[0, 2, 4]]))
    # The first comes before the surge, the second within a week of its end, the third after that.
    assert told.new == pytest.approx(4 / 20)
    assert told.false == pytest.approx(3 / 20)
    assert told.false_share == pytest.approx(3 / 4)
    assert told.found == 0.0


def test_black_friday_lasts_from_the_fourth_thursday() -> None:
    days = np.arange("2025-11-20", "2025-12-05", dtype="datetime64[D]")
    codes = event_codes(days)
    assert days[codes == 2].astype(str).tolist() == [f"2025-11-{n}" for n in (27, 28, 29, 30)] + [
        "2025-12-01",
        "2025-12-02",
    ]


def test_one_case_of_root_slices() -> None:
    rng = np.random.default_rng(2)
    combos = np.stack(np.meshgrid(range(4), range(3), indexing="ij"), -1).reshape(-1, 2)
    counts = rng.poisson(10, (12, 77))
    counts[combos[:, 0] == 2, -3:] += 15
    assert localise_case(combos, np.array([4, 3]), counts) == [(2, -1)]


def test_late_reports_are_judged_by_what_was_in() -> None:
    rng = np.random.default_rng(3)
    dates = np.arange("2025-01-06", "2026-02-10", dtype="datetime64[D]")
    counts = rng.multinomial(rng.poisson(20, (4, len(dates))), [0.4, 0.3, 0.2, 0.1])
    later = counts.copy()
    # What comes in after the twentieth judged day changes nothing up to then.
    at, age = np.meshgrid(np.arange(len(dates)), np.arange(4), indexing="ij")
    later[:, at + age > len(dates) - 11] += 30
    a, b = (detect_delay(inc, dates, 30)["score"] for inc in (counts, later))
    np.testing.assert_allclose(a[:, :20], b[:, :20], rtol=1e-5, atol=1e-7)
    assert (b[:, 20:] > a[:, 20:] + 1).any()


@pytest.mark.parametrize(
    ("opened", "closed", "told"),
    [
        (date(2018, 3, 1), None, True),
        (date(2018, 1, 1), date(2018, 2, 1), False),
        (date(2018, 1, 1), date(2018, 2, 20), True),
        (date(2018, 5, 1), None, False),
    ],
)
def test_an_episode_tells_of_what_goes_on_while_it_is_open(
    opened: date, closed: date | None, told: bool
) -> None:
    incident = Incident("", (), date(2018, 2, 12), date(2018, 4, 22), date(2018, 4, 2))
    assert tells(Found("f", {}, 1, opened, closed, "surge"), incident) is told
