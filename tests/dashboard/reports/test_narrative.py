"""Why a number changed, worked out by hand, and the words for it.

The effects follow the midpoint form of Kitagawa, "Components of a difference between two rates",
JASA 50 (1955) 1168-1194: rate effect (w₀ + w₁) / 2 · (r₁ − r₀), mix effect
(w₁ − w₀) · ((r₀ + r₁) / 2 − (R₀ + R₁) / 2). The paradox is Simpson's (JRSS B 13 (1951) 238-241).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashboard.languages import use_language
from dashboard.reports import showing
from dashboard.reports.because import because
from dashboard.reports.document import ChangeBlock, Say
from dashboard.reports.movement import Movement, clearest, movement
from dashboard.reports.rounding import as_told, parts
from dashboard.reports.series import Spot, number
from dashboard.reports.values import Number
from dashboard.reports.windows import Windows
from data_access.metrics import CATALOGUE

KPI = CATALOGUE["on_time_delivery"]
WEEKS = Windows(
    "week_before",
    (date(2026, 11, 9), date(2026, 11, 15)),
    (date(2026, 11, 2), date(2026, 11, 8)),
)
Counts = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class Case:
    """Segment to hits and rows before and now, and what comes of it."""

    before: Counts
    now: Counts
    total: float
    rate: float
    mix: float
    new: float
    lost: float
    words: tuple[str, ...]


CASES = {
    # 170/200 = 85 % → 150/200 = 75 %. FR: 1/2 · (60 % − 80 %) = −10 points; DE as before.
    "pure rate": Case(
        before={"FR": (80, 100), "DE": (90, 100)},
        now={"FR": (60, 100), "DE": (90, 100)},
        total=-0.1,
        rate=-0.1,
        mix=0.0,
        new=0.0,
        lost=0.0,
        words=(
            "Delivered on time fell 10.0 points to 75.0%; the week before it was 85.0%.",
            "Rates account for 10.0 points, most of all in France: 60.0%, after 80.0%.",
        ),
    ),
    # 260/300 → 250/300, each at 80 % and 90 % in both weeks. R̄ = 85 %.
    # FR: (2/3 − 1/3) · (80 % − 85 %) = −5/3 points; DE: (1/3 − 2/3) · (90 % − 85 %) = −5/3 points.
    "pure mix": Case(
        before={"FR": (80, 100), "DE": (180, 200)},
        now={"FR": (160, 200), "DE": (90, 100)},
        total=-1 / 30,
        rate=0.0,
        mix=-1 / 30,
        new=0.0,
        lost=0.0,
        words=(
            "Delivered on time fell 3.4 points to 83.3%; the week before it was 86.7%.",
            "The mix accounts for 3.4 points: a larger share came from France.",
        ),
    ),
    # 90/100 → 120/160 = 75 %. R̄ = 82.5 %. PL is new: 3/8 · (50 % − 82.5 %) = −12.1875 points;
    # DE: (5/8 − 1) · (90 % − 82.5 %) = −2.8125 points.
    "new segment": Case(
        before={"DE": (90, 100)},
        now={"DE": (90, 100), "PL": (30, 60)},
        total=-0.15,
        rate=0.0,
        mix=-0.028125,
        new=-0.121875,
        lost=0.0,
        words=(
            "Delivered on time fell 15.0 points to 75.0%; the week before it was 90.0%.",
            "What is new accounts for 12.2 points: Poland.",
            "The mix accounts for 2.8 points: a smaller share came from Germany.",
        ),
    ),
    # The same backwards: 120/160 → 90/100.
    "lost segment": Case(
        before={"DE": (90, 100), "PL": (30, 60)},
        now={"DE": (90, 100)},
        total=0.15,
        rate=0.0,
        mix=0.028125,
        new=0.0,
        lost=0.121875,
        words=(
            "Delivered on time rose 15.0 points to 90.0%; the week before it was 75.0%.",
            "What is gone accounts for 12.2 points: Poland.",
            "The mix accounts for 2.8 points: a larger share came from Germany.",
        ),
    ),
    # Simpson: DE 190/200 = 95 % → 97/100, FR 60/100 = 60 % → 130/200 = 65 %: both rose, and yet
    # 250/300 = 83.3 % → 227/300 = 75.7 %. Rate: 1/2 · 2 + 1/2 · 5 = +3.5 points. R̄ = 79.5 %;
    # mix: −1/3 · (96 − 79.5) + 1/3 · (62.5 − 79.5) = −5.5 − 5.667 = −11.167 points.
    "paradox": Case(
        before={"DE": (190, 200), "FR": (60, 100)},
        now={"DE": (97, 100), "FR": (130, 200)},
        total=-23 / 300,
        rate=0.035,
        mix=-0.1116666667,
        new=0.0,
        lost=0.0,
        words=(
            "Delivered on time fell 7.6 points to 75.7%; the week before it was 83.3%.",
            (
                "Every market rose, and yet the whole fell: a larger share came from France, where "
                "it is lower."
            ),
            "The mix accounts for 11.1 points: a larger share came from France.",
            "Rates within each market worked against it, by 3.5 points.",
        ),
    ),
}


@pytest.fixture(params=CASES, ids=str)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


def frame(counts: Counts) -> pl.DataFrame:
    rows = [(name, hits, n) for name, (hits, n) in counts.items()]
    schema = {"segment": pl.String, "numerator": pl.Int64, "denominator": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def split(before: Counts, now: Counts) -> Movement:
    found = movement(KPI, "market", frame(now), frame(before))
    assert found is not None
    return found


def spot(counts: Counts) -> Spot:
    hits, n = (sum(pair[place] for pair in counts.values()) for place in (0, 1))
    return Spot(WEEKS.now[0], hits / n, n, None, None, hits, n, None, 0, provisional=False)


def told(before: Counts, now: Counts) -> tuple[Say, ...]:
    return because(KPI, WEEKS, spot(now), spot(before), split(before, now))


def steps(say: Say, name: str) -> int:
    """A difference in tenths of a point."""
    found = say.values[name]
    assert isinstance(found, Number)
    return round(1000 * (found.value or 0))


def test_effects_are_those_worked_out_by_hand(case: Case) -> None:
    found = split(case.before, case.now)
    assert found.total == pytest.approx(case.total)
    assert found.rate == pytest.approx(case.rate, abs=1e-9)
    assert found.mix == pytest.approx(case.mix, abs=1e-9)
    assert found.new == pytest.approx(case.new, abs=1e-9)
    assert found.lost == pytest.approx(case.lost, abs=1e-9)


def test_words_are_those_expected(case: Case) -> None:
    with use_language("en"), showing.strict():
        said = tuple(showing.sentence(say, "UTC") for say in told(case.before, case.now))
    assert said == case.words


def test_every_sentence_is_there_in_chinese(case: Case) -> None:
    for say in told(case.before, case.now):
        with use_language("zh_Hans"), showing.strict():
            chinese = showing.sentence(say, "UTC")
        assert chinese.endswith("。")
        assert not any(word in chinese for word in ("account", "fell", "rose", "the "))


def test_only_the_paradox_is_one(case: Case) -> None:
    assert split(case.before, case.now).paradox() == (case is CASES["paradox"])


counts = st.dictionaries(
    st.sampled_from(["DE", "FR", "PL", "IT", "ES"]),
    st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=1,
)


@given(counts, counts)
def test_effects_add_up_to_the_change(before: Counts, now: Counts) -> None:
    found = split(before, now)
    exact = _rate(now) - _rate(before)
    assert found.total == pytest.approx(float(exact), abs=1e-9)
    assert found.rate + found.mix + found.new + found.lost == pytest.approx(found.total, abs=1e-9)


@given(counts, counts)
def test_what_is_shown_adds_up(before: Counts, now: Counts) -> None:
    says = told(before, now)
    first = says[0]
    shown = [first.values[name] for name in ("now", "before")]
    with use_language("en"):
        tenths = [round(10 * float(showing.text_of(one, "UTC").removesuffix("%"))) for one in shown]
    assert steps(first, "change") == tenths[0] - tenths[1]
    sized = [say for say in says if "size" in say.values]
    total = steps(first, "change")
    assert sum(steps(say, "size") for say in sized) == total
    for earlier, later in pairwise(sized):
        assert abs(steps(earlier, "size")) >= abs(steps(later, "size"))
    for say in sized:
        assert ("against" in say.values) == (steps(say, "size") * total < 0)


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=6))
@example([1.875, -4.4575155870377097e-10])
def test_rounded_parts_add_up_and_stay_near(shares: list[float]) -> None:
    total = round(sum(shares) / 0.1)
    found = parts(total, shares, 0.1)
    if any(abs(share) > 1e-6 for share in shares):
        assert sum(found) == total
    for steps_, share in zip(found, shares, strict=True):
        assert abs(steps_ - share / 0.1) < 1.0 + 1e-6


def test_the_dimension_with_the_clearest_story_is_told() -> None:
    by_market = split({"DE": (90, 100), "FR": (90, 100)}, {"DE": (80, 100), "FR": (80, 100)})
    before = frame({"air": (160, 180), "sea": (20, 20)})
    now = frame({"air": (142, 180), "sea": (18, 20)})
    by_way = movement(KPI, "carrier", now, before)
    one_bad = split(
        {"DE": (90, 100), "FR": (90, 100), "PL": (90, 100)},
        {"DE": (90, 100), "FR": (90, 100), "PL": (60, 100)},
    )
    assert by_way is not None
    assert clearest([by_market, by_way, one_bad]) is one_bad
    # Nothing stands out: the first one that splits at all.
    assert clearest([by_market, by_way]) is by_market
    assert clearest([]) is None


def _rate(given: Counts) -> Fraction:
    return Fraction(sum(hits for hits, _ in given.values()), sum(n for _, n in given.values()))


def test_tables_show_what_sentences_say(case: Case) -> None:
    found, says = split(case.before, case.now), told(case.before, case.now)
    now, before = (number(spot(counts), KPI) for counts in (case.now, case.before))
    block = ChangeBlock(
        kpi=KPI.name,
        by="market",
        unit=KPI.unit,
        before=before,
        now=now,
        total=found.total,
        rate=found.rate,
        mix=found.mix,
        new=found.new,
        lost=found.lost,
        effects=(),
        says=says,
    )
    total, rate, mix = as_told(block)
    said = {say.code: steps(say, "size") for say in says if "size" in say.values}
    assert round(1000 * total) == steps(says[0], "change")
    assert round(1000 * rate) == said.get("change_rate", 0)
    assert round(1000 * mix) == said.get("change_mix", 0)
