"""Languages in reports: who is clearly served worse, what is asked in which, what is not said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, cast

import polars as pl
import pytest
from pydantic import ValidationError

from dashboard.languages import use_language
from dashboard.reports import periods
from dashboard.reports.context import Context
from dashboard.reports.document import (
    Block,
    Code,
    NothingBlock,
    SayBlock,
    Section,
    TableBlock,
)
from dashboard.reports.headline import headline
from dashboard.reports.record import Record
from dashboard.reports.sections import languages, parity
from dashboard.reports.showing import sentence, strict, word
from dashboard.reports.template import TemplateError, parse, shipped
from data_access.metrics import Query

PERIOD = periods.parse("2026-Q3", "quarter")
CASE = {"reason": "delivery_late", "channel": "email"}


@dataclass
class Answers:
    """Stands in for `Metrics`: a frame by KPI, another one for days before the quarter."""

    now: dict[str, pl.DataFrame]
    before: dict[str, pl.DataFrame]

    def kpi(self, query: Query) -> pl.DataFrame:
        known = self.now if query.where.end == PERIOD.last else self.before
        if not query.by:  # asked of objections to translations only
            assert query.where.reason
            nothing = pl.DataFrame({"value": [0.0], "n": [0], "low": [None], "high": [None]})
            return known.get(f"{query.kpi} of objections", nothing)
        text = dict.fromkeys(query.by, pl.String())
        numbers = dict.fromkeys(("value", "n", "low", "high"), pl.Float64())
        sums = dict.fromkeys(("numerator", "denominator"), pl.Int64())
        return known.get(query.kpi, pl.DataFrame(schema={**text, **numbers, **sums}))


def context(
    now: dict[str, pl.DataFrame], before: dict[str, pl.DataFrame] | None = None, **parts: Any
) -> Context:
    return Context(
        template=shipped()["weekly"],
        period=PERIOD,
        metrics=cast("Any", Answers(now, before or {})),
        as_of=datetime(2026, 10, 2, tzinfo=UTC),
        zone="UTC",
        currency="EUR",
        targets={},
        record=Record(parts),
    )


def shares(**met: tuple[int, int]) -> pl.DataFrame:
    """By language: hits and n, all of one kind of work."""
    return pl.DataFrame(
        [
            {"language": language, **CASE, "numerator": hits, "denominator": n}
            for language, (hits, n) in met.items()
        ]
    )


def counted(**cases: int) -> pl.DataFrame:
    return pl.DataFrame({"language": list(cases), "value": [float(n) for n in cases.values()]})


def said(block: Block, language: str) -> str:
    with use_language(language), strict():
        if isinstance(block, TableBlock):
            assert block.lead is not None
            for column in block.columns:
                assert word(column.title)
            return sentence(block.lead, "UTC")
        if isinstance(block, NothingBlock):
            return sentence(block.say, "UTC")
        assert isinstance(block, SayBlock)
        return " ".join(sentence(say, "UTC") for say in block.says)


def test_a_language_served_worse_is_named_and_a_small_one_is_not_judged() -> None:
    found = shares(en=(950, 1000), pl=(60, 100), de=(190, 200), ko=(1, 5))
    (block,) = parity.build(context({"first_response_within_target": found}), parity.Options())
    assert isinstance(block, TableBlock)
    verdicts = {row.key: row.cells["verdict"].value for row in block.rows}  # type: ignore[union-attr]
    # 60 of 100 beside 95 %: ratio 0.63, its upper end below 0.8.
    assert verdicts == {"en": "reference", "pl": "no_parity", "de": "alike", "ko": "too_few"}
    assert [row.key for row in block.rows] == ["en", "pl", "de", "ko"]
    assert block.rows[3].cells["ratio"] is None
    assert "Polish is clearly served worse than English" in said(block, "en")
    assert "波兰语明显不如英语" in said(block, "zh_Hans")


def test_nobody_served_worse_is_said_with_how_many_were_compared() -> None:
    found = shares(en=(95, 100), de=(48, 50), fr=(47, 50))
    (block,) = parity.build(context({"csat": found}), parity.Options(kpis=("csat",)))
    assert "none of the 2 languages" in said(block, "en")


@pytest.mark.parametrize(
    ("found", "start"),
    [(None, "First response within target: no case has a language"), ({"en": (9, 10)}, "First")],
)
def test_without_anything_to_compare_there_is_no_table(
    found: dict[str, tuple[int, int]] | None, start: str
) -> None:
    now = {"first_response_within_target": shares(**found)} if found else {}
    (block,) = parity.build(context(now), parity.Options())
    assert isinstance(block, NothingBlock)
    assert said(block, "en").startswith(start)
    assert said(block, "zh_Hans")


def test_parity_takes_shares_only() -> None:
    with pytest.raises(ValidationError, match="backlog is no share"):
        parity.Options(kpis=("backlog",))


def test_demand_names_the_languages_whose_part_clearly_changed() -> None:
    now, before = counted(en=500, pl=300, de=200), counted(en=600, pl=150, de=250)
    demand = languages.build(context({"contacts": now}, {"contacts": before}), languages.Options())[
        0
    ]
    assert isinstance(demand, TableBlock)
    # Parts: en 50 % after 60 %, pl 30 % after 15 %, de 20 % after 25 %; n = 1,000 each.
    assert said(demand, "en") == (
        "English brings the most cases (50.0%); the share of Polish, English, and German "
        "clearly changed."
    )
    change = demand.rows[1].cells["part_change"]
    assert change is not None
    assert change.value == pytest.approx(0.15)  # type: ignore[union-attr]


def test_without_a_quarter_before_nothing_is_compared() -> None:
    demand = languages.build(context({"contacts": counted(en=5, de=3)}), languages.Options())[0]
    assert isinstance(demand, TableBlock)
    assert "2 languages are listed" in said(demand, "en")
    assert all(row.cells["part_change"] is None for row in demand.rows)


def test_a_quarter_without_cases_says_so() -> None:
    blocks = languages.build(context({}), languages.Options())
    assert [said(block, "en") for block in blocks] == [
        "No case came in with a known language.",
        "No objection to a translation was recorded.",
    ]
    assert all(said(block, "zh_Hans") for block in blocks)


def test_objections_to_translations_are_counted_with_how_many_were_solved_in_time() -> None:
    row = {"value": [0.75], "n": [4], "low": [0.3], "high": [0.95]}
    now = {
        "contacts of objections": pl.DataFrame({"value": [4.0]}),
        "resolution_within_target of objections": pl.DataFrame(row),
    }
    block = languages.build(context(now), languages.Options())[1]
    assert said(block, "en").startswith("4 objections to translations: solved within the target 75")
    assert "4" in said(block, "zh_Hans")


def test_readiness_comes_from_the_record() -> None:
    known = [
        {"locale": "de", "speakers": 0, "texts": 8, "waiting": 8},
        {"locale": "en", "speakers": 3, "texts": 25, "waiting": 0},
    ]
    ready = languages.build(context({}, languages=known), languages.Options())[-1]
    assert isinstance(ready, TableBlock)
    assert "checked in 1 languages; one more waits" in said(ready, "en")
    assert [row.tone for row in ready.rows] == ["unknown", "plain"]


def test_the_quarter_is_the_one_before_last_on_its_first_day() -> None:
    assert PERIOD.first == date(2026, 7, 1)
    assert periods.last_ended("quarter", datetime(2026, 10, 1, tzinfo=UTC), "UTC") == PERIOD


def _compared(high: float, others: int) -> list[str]:
    """The verdicts on one language (difference −0.05 up to `high`) and on others like English."""
    row = {"enough": True, "ratio": 0.95, "ratio_high": 0.99, "difference": -0.05}
    one = {**row, "group": "pl", "difference_low": -0.1, "difference_high": high}
    same = {"difference": 0.0, "difference_low": -0.05, "difference_high": 0.05}
    rest = [{**row, **same, "group": f"x{number}"} for number in range(others)]
    return parity.verdicts([{"group": "en"}, one, *rest], "en")[1:]


def test_the_more_languages_are_compared_the_surer_one_must_be() -> None:
    # Half-width 0.045 at 95 %; of twelve it is 0.045 × 2.865 / 1.960 = 0.066, and 0 lies within.
    assert _compared(-0.005, 0) == ["worse"]
    assert _compared(-0.005, 11) == ["alike"] * 12
    assert _compared(-0.02, 11)[0] == "worse"


def test_the_white_paper_opens_with_what_parity_says() -> None:
    found = shares(en=(950, 1000), pl=(60, 100))
    made = context({"first_response_within_target": found, "contacts": counted(en=1000, pl=100)})
    made = replace(made, template=shipped()["quarterly-language"])
    blocks = parity.build(made, parity.Options())
    section = Section(key="parity", title=Code(group="section", value="parity"), blocks=blocks)
    opening = headline(made, (section,))
    assert (opening.say.code, opening.tone) == ("parity_broken", "bad")


def test_a_template_cannot_be_led_by_a_section_it_does_not_have() -> None:
    text = shipped()["quarterly-language"].text.replace("lead: parity", "lead: kpi")
    with pytest.raises(TemplateError, match=r"lead: 'kpi' is none of its sections"):
        parse(text, "mine.yaml")
