"""Which weeks are out of the ordinary, what they are compared with, and what is left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from dashboard.reports.exceptions import says
from dashboard.reports.sections.kpis import panel
from dashboard.reports.series import series
from dashboard.reports.severity import severity
from dashboard.reports.signals import Judged, judge
from dashboard.reports.values import Number
from dashboard.reports.windows import windows
from tests.dashboard.reports.counted_weeks import WEEK, CountedWeeks, context, weekly

MONDAY = date(2026, 11, 9)
"""Of 2026-W46."""
KPI = "on_time_delivery"
CALM = [0.95, 0.96, 0.955, 0.965] * 10
"""Limits of its last 26 weeks: 95.75 % ± 2.66 × a mean moving range of about one point."""


def judged(shares: list[float | None], n: int = 200, kpi: str = KPI) -> Judged:
    metrics = CountedWeeks({kpi: weekly(MONDAY, shares, n)})
    return judge(series(context(metrics), kpi))


def codes(found: Judged) -> set[str]:
    return {signal.code for signal in found.signals}


def test_a_week_as_usual_says_nothing() -> None:
    found = judged([*CALM, 0.955])
    assert found.signals == ()
    assert found.limits is not None
    assert found.limits.points == 26
    assert windows(found) is None


def test_a_week_beyond_its_limits_is_told_and_compared_with_the_week_before() -> None:
    found = judged([*CALM, 0.80])
    assert codes(found) == {"beyond_limits", "target_missed", "worst_of_year"}
    assert found.strongest is not None
    assert (found.strongest.code, found.strongest.verdict) == ("beyond_limits", "bad")
    span = windows(found)
    assert span is not None
    assert (span.kind, span.now[0], span.before[0]) == ("week_before", MONDAY, MONDAY - WEEK)


def test_a_second_bad_week_is_compared_with_what_was_usual() -> None:
    found = judged([*CALM, 0.80, 0.79], n=400)
    assert "beyond_limits" in codes(found)
    span = windows(found)
    assert span is not None
    assert (span.kind, span.weeks_now, span.weeks_before) == ("usual", 1, 26)


def test_the_week_that_is_judged_is_not_in_its_own_limits() -> None:
    calm, bad = judged([*CALM, 0.955]), judged([*CALM, 0.5])
    assert calm.limits == bad.limits


def test_too_few_rows_are_no_change() -> None:
    metrics = CountedWeeks({KPI: weekly(MONDAY, [*CALM, 0.955])})
    metrics.weeks[KPI][MONDAY] = {"DE": (10, 20)}
    assert judge(series(context(metrics), KPI)).signals == ()


def test_what_the_interval_allows_for_is_no_change() -> None:
    # 37 of 40 is 92.5 %, below the limits; its interval (80 to 97 %) holds the mean.
    metrics = CountedWeeks({KPI: weekly(MONDAY, [*CALM, 0.955])})
    metrics.weeks[KPI][MONDAY] = {"DE": (37, 40)}
    found = judge(series(context(metrics), KPI))
    assert found.limits is not None
    assert found.limits.low > 37 / 40
    assert "beyond_limits" not in codes(found)


def test_a_lasting_shift_is_told_and_compared_with_the_weeks_before_it() -> None:
    found = judged([*CALM, *[0.945] * 6])
    assert "level_shift" in codes(found)
    assert "beyond_limits" not in codes(found)
    span = windows(found)
    assert span is not None
    assert (span.kind, span.weeks_now, span.weeks_before) == ("weeks_before", 6, 26)


def test_one_bad_week_among_six_is_no_shift() -> None:
    assert "level_shift" not in codes(judged([*CALM, 0.7, 0.955, 0.96, 0.955, 0.96, 0.955]))


def test_eight_weeks_on_one_side_are_a_run() -> None:
    slightly = [0.9549, 0.9548] * 4
    assert "run_of_eight" in codes(judged([*CALM, *slightly], n=10_000))
    assert "run_of_eight" not in codes(judged([*CALM, *slightly[1:]], n=10_000))


def test_good_news_is_good() -> None:
    found = judged([*[0.90, 0.91] * 20, 0.99])
    assert found.strongest is not None
    assert found.strongest.verdict == "good"
    assert "worst_of_year" not in codes(found)


def test_down_is_good_where_less_is_better() -> None:
    found = judged([*[0.30, 0.31] * 20, 0.10], kpi="low_review_share")
    assert found.strongest is not None
    assert (found.strongest.side, found.strongest.verdict) == ("below", "good")


def test_a_target_missed_for_long_is_nothing_new() -> None:
    found = judged([0.80, 0.81] * 20)
    assert codes(found) == {"target_missed"}
    assert not found.news
    assert found.missed_weeks == 40


def test_a_target_is_missed_only_with_its_whole_interval() -> None:
    # 185 of 200 is 92.5 %, interval 88.0 to 95.4 %: it holds the target of 95 %.
    found = judged([*[0.925] * 20])
    assert found.standing == "unsure"
    assert "target_missed" not in codes(found)


def test_a_target_met_again_is_told() -> None:
    found = judged([*[0.90] * 20, 0.99], n=2000)
    assert "target_regained" in codes(found)


def test_a_week_without_rows_is_a_gap_and_no_zero() -> None:
    found = series(context(CountedWeeks({KPI: weekly(MONDAY, [*CALM, None])})), KPI)
    assert found.now.value is None
    told = panel(context(CountedWeeks({KPI: weekly(MONDAY, [*CALM, None, 0.95])})), KPI)
    assert told.before is None
    assert [point.number.value for point in told.weeks][-2:] == [None, 0.95]


def test_what_is_not_recorded_is_no_zero_rate() -> None:
    metrics = CountedWeeks({"contact_rate": weekly(MONDAY, [0.0] * 40)})
    told = panel(context(metrics), "contact_rate")
    assert (told.standing, told.now.value, told.exception) == ("no_data", None, ())


def test_without_history_there_are_no_limits_and_it_says_so() -> None:
    told = panel(context(CountedWeeks({KPI: weekly(MONDAY, [0.9] * 5)})), KPI)
    assert told.limits is None
    assert [say.code for say in told.says][-1] == "kpi_short_history"


class TestPriorYear:
    def test_weeks_are_matched_by_their_iso_number(self) -> None:
        year_ago = date.fromisocalendar(2025, 46, 1)
        weeks = weekly(MONDAY, [0.95] * 8) | {year_ago: {"DE": (90, 100)}}
        told = panel(context(CountedWeeks({KPI: weeks})), KPI)
        assert told.prior is not None
        assert told.prior.value == 0.9
        assert told.weeks[-1].prior == told.prior
        assert told.weeks[-2].prior is None

    def test_a_week_53_without_a_twin_has_no_prior_year(self) -> None:
        last = date.fromisocalendar(2026, 53, 1)
        told = panel(context(CountedWeeks({KPI: weekly(last, [0.95] * 60)}), "2026-W53"), KPI)
        assert told.prior is None
        assert told.weeks[-1].prior is None
        assert told.weeks[-2].prior is not None

    def test_the_week_after_a_week_53_is_compared_with_the_first_of_its_year(self) -> None:
        last = date.fromisocalendar(2027, 1, 1)
        weeks = weekly(last, [0.95] * 60) | {date.fromisocalendar(2026, 1, 1): {"DE": (80, 100)}}
        told = panel(context(CountedWeeks({KPI: weeks}), "2027-W01"), KPI)
        assert told.prior is not None
        assert told.prior.value == 0.8


class TestAge:
    KPI = "resolution_within_target"

    def at(self, hits: int, waiting: int) -> Judged:
        weeks = weekly(MONDAY, [0.95, 0.96] * 20)
        weeks[MONDAY] = {"DE": (hits, 200 - waiting)}
        metrics = CountedWeeks({self.KPI: weeks}, waiting={self.KPI: {MONDAY: waiting}})
        return judge(series(context(metrics), self.KPI))

    def test_a_young_week_is_told_only_if_it_holds_whatever_comes(self) -> None:
        # 100 of 160 judged: at best (100 + 40) / 200 = 70 %, far below 95 %.
        assert "beyond_limits" in codes(self.at(100, 40))
        # 148 of 160 is 92.5 %, below the limits of 92.8 %; with all 40 met it would be 94 %.
        assert "beyond_limits" not in codes(self.at(148, 40))

    def test_a_young_week_is_not_compared_with_older_ones(self) -> None:
        assert windows(self.at(100, 40)) is None

    def test_young_weeks_are_no_part_of_limits(self) -> None:
        weeks = weekly(MONDAY, [0.95, 0.96] * 20)
        young = {MONDAY - WEEK: 150}
        metrics = CountedWeeks({self.KPI: weeks}, waiting={self.KPI: young})
        found = judge(series(context(metrics), self.KPI))
        assert found.limits is not None
        assert found.limits.points == 25

    def test_a_week_that_is_not_over_is_provisional(self) -> None:
        metrics = CountedWeeks({KPI: weekly(MONDAY, [*CALM, 0.9])})
        now = datetime(2026, 11, 12, tzinfo=UTC)
        assert panel(context(metrics, as_of=now), KPI).weeks[-1].provisional


@pytest.mark.parametrize(("week", "last"), [("2026-W44", "2026-10-01"), ("2026-W45", "2026-10-01")])
def test_months_are_those_that_are_over(week: str, last: str) -> None:
    told = panel(context(CountedWeeks({KPI: weekly(MONDAY, CALM)}), week), KPI)
    assert len(told.months) == 12
    # W44 ends on 1 November, W45 on the 8th: October is the last month that is over.
    assert told.months[-1].start == date.fromisoformat(last)


def test_the_page_asks_once_by_week_and_once_by_month() -> None:
    metrics = CountedWeeks({KPI: weekly(MONDAY, CALM)})
    panel(context(metrics), KPI)
    assert sorted(query.by for query in metrics.asked) == [("month",), ("week",)]


def test_the_link_shows_the_rows_of_the_week() -> None:
    told = panel(context(CountedWeeks({KPI: weekly(MONDAY, CALM)})), KPI)
    assert told.link == "/rows/parcels?view=late&range=custom&from=2026-11-09&to=2026-11-15"


def test_orders_that_returns_still_follow_are_not_judged() -> None:
    """A young cohort has few returns so far: that is neither good news nor a met target."""
    shares: list[float | None] = [*[0.05, 0.052] * 24, *[0.0] * 12]
    metrics = CountedWeeks({"defect_return_rate": weekly(MONDAY, shares, 400)})
    aimed = replace(context(metrics), targets={"defect_return_rate": 0.03})
    found = judge(series(aimed, "defect_return_rate"))
    assert found.series.now.provisional
    assert (found.signals, found.standing) == ((), "unsure")


def test_the_first_week_off_a_constant_is_grave() -> None:
    found = judged([*[0.0] * 40, 0.2], kpi="low_review_share")
    assert "beyond_limits" in codes(found)
    assert severity(found) > 1


def test_a_run_is_told_beside_the_mean_that_it_was_held_against() -> None:
    odd: list[float | None] = [*CALM, 0.9549, 0.9, *[0.9549] * 6]
    found = judged(odd, n=10_000)
    assert "run_of_eight" in codes(found)
    told = next(say for say in says(found) if say.code == "kpi_run_of_eight")
    center = told.values["center"]
    assert isinstance(center, Number)
    assert center.value == pytest.approx(sum(CALM[-26:]) / 26)
