"""The headline is chosen by rules, in an order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from dashboard.languages import SUPPORTED, use_language
from dashboard.reports import showing
from dashboard.reports.building import build
from dashboard.reports.context import Context
from dashboard.reports.document import (
    ChangeBlock,
    Code,
    DeckBlock,
    Document,
    NothingBlock,
    SayBlock,
    Section,
    TableBlock,
)
from dashboard.reports.headline import headline
from dashboard.reports.values import Plain, Say
from data_access.metrics.follow_ups import FollowUp
from tests.dashboard.reports.counted_weeks import CountedWeeks, Counts, context, weekly

MONDAY = date(2026, 11, 9)
ON_TIME, ANSWERED, CSAT = "on_time_delivery", "first_response_within_target", "csat"
CALM = [0.95, 0.96, 0.955, 0.965] * 10
LATE_FEED = Say(code="as_written", values={"text": Plain(text="No parcels since Tuesday.")})


def page(
    weeks: Mapping[str, Mapping[date, Counts]],
    record: Mapping[str, Any] | None = None,
    missing: tuple[Say, ...] = (),
) -> Document:
    metrics = CountedWeeks({kpi: dict(given) for kpi, given in weeks.items()})
    return build(context(metrics, record=record, missing=missing))


def sentence(document: Document) -> str:
    with use_language("en"), showing.strict():
        return showing.sentence(document.headline, "UTC")


def crisis(level: int, status: str = "declared", number: int = 1) -> dict[str, Any]:
    title = {"en": "Battery fires", "zh": "电池起火"}
    return {"id": number, "title": title, "status": status, "level": level}


def fallen() -> dict[date, Counts]:
    """Germany as ever, France collapses in the last week."""
    weeks: dict[date, Counts] = {
        week: {"DE": counts["DE"], "FR": counts["DE"]}
        for week, counts in weekly(MONDAY, CALM).items()
    }
    return weeks | {MONDAY: {"DE": (191, 200), "FR": (120, 200)}}


def test_a_quiet_week_is_called_quiet() -> None:
    document = page({ON_TIME: weekly(MONDAY, CALM)})
    assert (document.headline.code, document.headline_tone) == ("nothing_unusual", "plain")
    assert document.summary == ()


def test_a_collapse_is_named_with_the_segment_behind_it() -> None:
    document = page({CSAT: weekly(MONDAY, CALM), ON_TIME: fallen()})
    assert document.headline_tone == "bad"
    assert sentence(document) == (
        "Delivered on time fell 17.7 points to 77.8% in a week, most of all in France (60.0%, "
        "after 95.5%)."
    )


def test_the_gravest_of_what_is_explained_leads() -> None:
    weeks = {ANSWERED: weekly(MONDAY, [*CALM, 0.90]), ON_TIME: fallen()}
    document = page(weeks)
    assert "Delivered on time" in sentence(document)
    assert len(document.summary) >= 1


def test_good_news_is_told_when_there_is_no_bad() -> None:
    better = weekly(MONDAY, [*[0.90, 0.91] * 20, 0.99], n=2000)
    document = page({ON_TIME: better})
    assert document.headline_tone == "good"
    both = page({ON_TIME: better, ANSWERED: weekly(MONDAY, [*CALM, 0.7])})
    assert both.headline_tone == "bad"


def test_targets_missed_as_ever_are_nothing_new() -> None:
    document = page({ON_TIME: weekly(MONDAY, [0.80, 0.81] * 20)})
    assert (document.headline.code, document.headline_tone) == ("headline_as_ever", "plain")
    assert sentence(document) == "Nothing new: On time still misses its target, as for weeks."


def test_a_grave_crisis_leads_whatever_the_numbers_say() -> None:
    document = page({ON_TIME: fallen()}, {"crises": [crisis(2, number=2), crisis(4)]})
    assert sentence(document) == "A crisis of level 4 is open: Battery fires."
    assert document.summary[0].code == "headline_change"


def test_a_lesser_crisis_comes_after_bad_numbers() -> None:
    document = page({ON_TIME: fallen()}, {"crises": [crisis(2)]})
    assert document.headline.code == "headline_change"
    assert "headline_crises" in {say.code for say in document.summary}
    quiet = page({ON_TIME: weekly(MONDAY, CALM)}, {"crises": [crisis(2)]})
    assert quiet.headline.code == "headline_crises"


def test_a_proposed_or_closed_crisis_is_none() -> None:
    record = {"crises": [crisis(5, "proposed"), crisis(5, "closed", 2)]}
    assert page({ON_TIME: weekly(MONDAY, CALM)}, record).headline.code == "nothing_unusual"


def test_critical_incidents_lead_a_quiet_week() -> None:
    rows = [
        {"severity": "critical", "closed_at": None},
        {"severity": "critical", "closed_at": "2026-11-12T10:00:00+00:00"},
        {"severity": "warning", "closed_at": None},
    ]
    document = page({ON_TIME: weekly(MONDAY, CALM)}, {"incidents": {"counts": {}, "rows": rows}})
    assert sentence(document) == "1 critical incident is open."


def test_a_week_without_data_says_so_and_nothing_else() -> None:
    gap = page({ON_TIME: weekly(MONDAY, [*CALM, None])})
    assert (gap.headline.code, gap.headline_tone) == ("headline_no_data", "unknown")
    nothing = page({ON_TIME: {}})
    assert (nothing.headline.code, nothing.headline_tone) == ("headline_no_data", "unknown")
    assert nothing.summary == ()
    blocks = [block.block for section in nothing.sections for block in section.blocks]
    assert set(blocks) == {"nothing"}


@pytest.mark.parametrize("weeks", [weekly(MONDAY, CALM), fallen()], ids=["quiet", "fallen"])
def test_an_incomplete_page_says_so_above_all_else(weeks: dict[date, Counts]) -> None:
    document = page({ON_TIME: weeks}, missing=(LATE_FEED,))
    assert not document.complete
    codes = [document.headline.code, *(say.code for say in document.summary)]
    assert "incomplete" in codes[:2] or codes[0] == "nothing_unusual_incomplete"
    last = document.sections[-1].blocks[0]
    assert isinstance(last, SayBlock)
    assert last.says[0] == LATE_FEED


def test_there_are_never_more_than_three_sentences_below() -> None:
    weeks = {kpi: fallen() for kpi in (ON_TIME, ANSWERED, CSAT, "resolution_within_target")}
    document = page(weeks, {"crises": [crisis(4), crisis(1, number=2)]}, missing=(LATE_FEED,))
    assert len(document.summary) == 3
    assert document.summary[0].code == "incomplete"


class TestMonths:
    """A month has no limits: it is held against its target and the month before."""

    def test_a_worse_month_is_told_with_the_segment_behind_it(self) -> None:
        calm = weekly(date(2026, 9, 28), [0.96] * 8)
        weeks: dict[date, Counts] = {
            day: {"DE": counts["DE"], "FR": counts["DE"]} for day, counts in calm.items()
        }
        october = [date(2026, 10, day) for day in (5, 12, 19, 26)]
        weeks |= {day: {"DE": (192, 200), "FR": (184, 200)} for day in october}
        given = context(CountedWeeks({"low_review_share": weeks}), "2026-10", grain="month")
        document = build(given)
        # 96.0 % → (192 + 184) / 400 = 94.0 %; fewer low reviews are better.
        assert document.headline_tone == "good"
        assert sentence(document) == (
            "Low reviews fell to 94.0%, from 96.0% in the period before, most of all in France "
            "(92.0%, after 96.0%)."
        )
        change = document.sections[1].blocks[0]
        assert isinstance(change, ChangeBlock)
        with use_language("en"), showing.strict():
            assert showing.sentence(change.says[0], "UTC") == (
                "Low reviews fell 2.0 points to 94.0%; the period before it was 96.0%."
            )

    @pytest.mark.parametrize("sizes", [(9, 900), (900, 9)])
    def test_a_handful_of_rows_is_no_change(self, sizes: tuple[int, int]) -> None:
        before, now = sizes
        weeks: dict[date, Counts] = {
            date(2026, 9, 7): {"DE": (0, before)},
            date(2026, 10, 5): {"DE": (now, now)},
        }
        given = context(CountedWeeks({"low_review_share": weeks}), "2026-10", grain="month")
        assert build(given).headline.code == "nothing_unusual"

    def test_orders_that_returns_still_follow_are_no_change(self) -> None:
        weeks: dict[date, Counts] = {
            date(2026, 9, 7): {"DE": (90, 900)},
            date(2026, 10, 5): {"DE": (0, 900)},
        }
        given = context(CountedWeeks({"defect_return_rate": weeks}), "2026-10", grain="month")
        assert build(given).headline.code != "headline_change"

    def test_a_month_like_the_one_before_is_quiet(self) -> None:
        weeks = weekly(date(2026, 10, 26), [0.96] * 12)
        given = context(CountedWeeks({"low_review_share": weeks}), "2026-10", grain="month")
        assert build(given).headline.code == "nothing_unusual"


class TestNotYetKnown:
    def says(self, given: Context) -> list[str]:
        block = build(given).sections[-1].blocks[0]
        if isinstance(block, SayBlock):
            return [say.code for say in block.says]
        assert isinstance(block, NothingBlock)
        return [block.say.code]

    def test_reviews_to_come_are_told_with_how_many_are_in(self) -> None:
        follow = FollowUp("reviews", seen=4, expected=116.2, median_days=15, most_days=30)
        all_in = FollowUp("returns", seen=99, expected=100.0, median_days=15, most_days=30)
        metrics = CountedWeeks({ON_TIME: weekly(MONDAY, CALM)}, following=[follow, all_in])
        assert self.says(context(metrics)) == ["unknown_reviews", "unknown_no_year"]

    def test_young_small_doubtful_and_missing_numbers_are_told(self) -> None:
        weeks = {
            ANSWERED: weekly(MONDAY, CALM),
            CSAT: weekly(MONDAY, [*CALM, 0.9], n=20),
            "nps": weekly(MONDAY, [*CALM, None]),
            "contact_rate": weekly(MONDAY, [0.0] * 40),
        }
        metrics = CountedWeeks(
            {kpi: dict(given) for kpi, given in weeks.items() if kpi != "nps"},
            waiting={ANSWERED: {MONDAY: 100}},
            tainted=9,
        )
        found = self.says(context(metrics))
        assert found[0] == "unknown_young"
        assert {"unknown_never", "unknown_small", "unknown_tainted"} <= set(found)

    def test_what_is_all_there_is_called_so(self) -> None:
        metrics = CountedWeeks({ON_TIME: weekly(MONDAY, [0.95, 0.96] * 30)})
        assert self.says(context(metrics)) == ["all_known"]

    def test_a_week_53_is_compared_with_no_year(self) -> None:
        last = date.fromisocalendar(2026, 53, 1)
        metrics = CountedWeeks({ON_TIME: weekly(last, [0.95, 0.96] * 30)})
        assert self.says(context(metrics, "2026-W53")) == ["unknown_week_53"]


@pytest.mark.parametrize("language", SUPPORTED)
def test_everything_that_pages_say_is_worded(language: str) -> None:
    follow = FollowUp("returns", seen=4, expected=116.2, median_days=15, most_days=30)
    pages = []
    for weeks in (weekly(MONDAY, CALM), fallen(), weekly(MONDAY, [*CALM, *[0.93] * 6])):
        metrics = CountedWeeks({ON_TIME: dict(weeks)}, tainted=20, following=[follow])
        pages.append(build(context(metrics, record={"crises": [crisis(3)]})))
    with use_language(language), showing.strict():
        for document in pages:
            says = [document.headline, *document.summary]
            for section in document.sections:
                for block in section.blocks:
                    if isinstance(block, SayBlock | ChangeBlock):
                        says += block.says
                    elif isinstance(block, DeckBlock):
                        says += [say for panel in block.panels for say in panel.says]
                    elif isinstance(block, NothingBlock):
                        says.append(block.say)
            for say in says:
                assert showing.sentence(say, "UTC")


@pytest.mark.parametrize(
    ("code", "told"), [("causes_by_avoidable_cost", True), ("causes_by_cost", False)]
)
def test_below_bad_news_stands_which_reasons_cost_most_beyond_a_good_week(
    code: str, told: bool
) -> None:
    metrics = CountedWeeks({ON_TIME: fallen()})
    table = TableBlock(key="causes", lead=Say(code=code), columns=(), rows=())
    causes = Section(key="causes", title=Code(group="section", value="causes"), blocks=(table,))
    made = context(metrics)
    opening = headline(made, (*build(made).sections, causes))
    assert opening.tone == "bad"
    assert (code in [say.code for say in opening.summary]) is told
    calm = context(CountedWeeks({ON_TIME: weekly(MONDAY, CALM)}))
    assert headline(calm, (*build(calm).sections, causes)).summary == ()
