"""New reasons, products and terms; and what counts as a term."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from alerts.detection.novelty import NoveltySpec, fold_terms, score
from alerts.detection.panel import SeriesError
from alerts.detection.terms import by_term, terms

FIRST = date(2026, 1, 5)
SPEC = NoveltySpec()
DAY = FIRST + timedelta(days=SPEC.history_days - 1)
Case = tuple[str, str | None, int, str, str | None]


def cases(*rows: Case) -> pl.DataFrame:
    """Market, value, days before `DAY`, case and customer."""
    return pl.DataFrame(
        [(m, v, DAY - timedelta(days=back), c, who) for m, v, back, c, who in rows],
        schema={
            "market": pl.String,
            "value": pl.String,
            "day": pl.Date,
            "case": pl.String,
            "customer": pl.String,
        },
        orient="row",
    )


def usual(market: str = "PL", per_day: int = 10, seed: int = 1, values: int = 300) -> pl.DataFrame:
    """Values by Zipf's law, some seen often and many once."""
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(1, values + 1)
    drawn = rng.choice(values, per_day * SPEC.history_days, p=share / share.sum())
    return cases(
        *(
            (market, f"v{value}", n // per_day, f"{market}{n}", f"{market}-{n % 700}")
            for n, value in enumerate(drawn)
        )
    )


def fresh(value: str, count: int, customers: int, market: str = "PL") -> pl.DataFrame:
    return cases(
        *((market, value, n % 5, f"{value}{n}", f"{value}-{n % customers}") for n in range(count))
    )


def judge(frame: pl.DataFrame, spec: NoveltySpec = SPEC) -> pl.DataFrame:
    return score(frame, spec, DAY, began=FIRST)


def row(judged: pl.DataFrame, value: str) -> dict[str, object]:
    return judged.filter(pl.col("value") == value).row(0, named=True)


def test_a_value_nobody_knew_from_several_customers_breaches() -> None:
    judged = judge(pl.concat([usual(), fresh("customs hold", 8, 8)]))
    assert judged.filter("breach")["value"].to_list() == ["customs hold"]
    found = row(judged, "customs hold")
    assert (found["y"], found["customers"], found["known"], found["why"]) == (
        8,
        8,
        0,
        "new_topic",
    )
    assert found["n"] == 78  # seven days of ten cases, and these
    assert found["window_days"] == 7
    assert 0 < found["mu"] < 0.2  # type: ignore[operator]


def test_one_customer_who_writes_often_is_one() -> None:
    judged = judge(pl.concat([usual(), fresh("my order", 30, 1)]))
    found = row(judged, "my order")
    assert (found["breach"], found["customers"], found["why"]) == (False, 1, "few_cases")


def test_cases_without_a_customer_count_one_by_one() -> None:
    unnamed = fresh("customs hold", 8, 1).with_columns(customer=pl.lit(None, dtype=pl.String))
    assert row(judge(pl.concat([usual(), unnamed])), "customs hold")["breach"]


def test_what_the_baseline_knows_is_not_new() -> None:
    before = cases(*(("PL", "customs hold", 20 + n, f"b{n}", f"b{n}") for n in range(3)))
    judged = judge(pl.concat([usual(), before, fresh("customs hold", 8, 8)]))
    found = row(judged, "customs hold")
    assert (found["breach"], found["known"], found["why"]) == (False, 3, "known")
    hardly = judge(pl.concat([usual(), before.head(1), fresh("customs hold", 8, 8)]))
    assert row(hardly, "customs hold")["breach"]


def test_new_in_one_market_is_new_there_only() -> None:
    german = pl.concat(
        [usual("DE", seed=2), cases(*(("DE", "zoll", 7 * n, f"d{n}", f"d{n}") for n in range(12)))]
    )
    judged = judge(pl.concat([usual(), fresh("zoll", 8, 8), german]))
    assert judged.filter("breach").select("market", "value").rows() == [("PL", "zoll")]


def test_a_young_market_has_no_news() -> None:
    young = usual("FR").filter(pl.col("day") > DAY - timedelta(days=10))
    judged = judge(pl.concat([usual(), young]))
    assert set(judged.filter(pl.col("market") == "FR")["why"]) == {"short_history"}
    assert not judged["breach"].any()


def test_a_young_feed_has_no_news() -> None:
    frame = pl.concat([usual(per_day=40), fresh("customs hold", 8, 8)])
    for known, reason in ((27, "short_history"), (28, "new_topic")):
        began = DAY - timedelta(days=7 + known - 1)
        judged = score(frame.filter(pl.col("day") >= began), SPEC, DAY, began=began)
        assert row(judged, "customs hold")["why"] == reason


def test_ordinary_weeks_bring_no_news() -> None:
    spec = NoveltySpec(min_cases=1, min_customers=1)
    breaches = sum(
        int(judge(usual(seed=seed, values=3000), spec)["breach"].sum()) for seed in range(40)
    )
    # fdr .05: about two weeks in forty may bring something; rare values come back in clusters.
    assert breaches <= 4


def test_expected_and_tail_by_hand() -> None:
    # Baseline: 200 cases; values seen once: 11, twice: 4. Window: 20 cases.
    # r = 2 (4 + 1) / (11 - 1) = 1; a unseen value: shape .5, rate .5 / 1 + 1 = 1.5, exposure .1.
    once = [("PL", f"o{n}", 30, f"o{n}", f"o{n}") for n in range(11)]
    twice = [("PL", f"t{n % 4}", 30, f"t{n}", f"t{n}") for n in range(8)]
    rest = [("PL", "usual", 30, f"u{n}", f"u{n}") for n in range(181)]
    now = [("PL", "usual", 1, f"w{n}", f"w{n}") for n in range(15)]
    new = [("PL", "new", 1, f"n{n}", f"n{n}") for n in range(5)]
    found = row(judge(cases(*once, *twice, *rest, *now, *new)), "new")
    assert found["mu"] == pytest.approx(0.5 * 0.1 / 1.5)
    assert found["phi"] == pytest.approx(1 + 0.1 / 1.5)
    # Negative binomial with size .5 and success probability 15/16: P(Y >= 5).
    below = sum(
        np.prod([(0.5 + i) / (i + 1) for i in range(k)]) * (15 / 16) ** 0.5 * (1 / 16) ** k
        for k in range(5)
    )
    assert found["p"] == pytest.approx(1 - below, rel=1e-6)
    # 17 values known and 11 * 10 / (2 * 5) = 11 unseen ones could have come.
    assert found["q"] == pytest.approx(found["p"] * 27, rel=1e-6)  # type: ignore[operator]


def test_an_open_episode_is_judged_without_discovery() -> None:
    episodes = pl.DataFrame(
        {
            "market": ["PL"],
            "value": ["customs hold"],
            "opened": [DAY - timedelta(days=2)],
            "closed": [None],
        },
        schema_overrides={"closed": pl.Date},
    )
    frame = pl.concat([usual(), fresh("customs hold", 8, 8)])
    found = row(score(frame, SPEC, DAY, began=FIRST, episodes=episodes), "customs hold")
    assert found["q"] is None
    assert found["breach"]


def test_days_are_judged_as_each_by_itself() -> None:
    frame = pl.concat([usual(), fresh("customs hold", 8, 8)])
    both = score(frame, SPEC, [DAY, DAY - timedelta(days=1)], began=FIRST)
    for day in (DAY, DAY - timedelta(days=1)):
        alone = score(frame.filter(pl.col("day") <= day), SPEC, day, began=FIRST)
        assert_frame_equal(both.filter(pl.col("day") == day), alone)


def test_scopes_may_be_none_at_all() -> None:
    judged = judge(pl.concat([usual(), fresh("customs hold", 8, 8)]).drop("market"))
    assert judged.filter("breach")["value"].to_list() == ["customs hold"]


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 500))
def test_the_order_of_cases_does_not_matter(seed: int) -> None:
    frame = pl.concat([usual(seed=seed, per_day=4), fresh("customs hold", 6, 6)])
    assert_frame_equal(
        judge(frame), judge(frame.sample(fraction=1.0, shuffle=True, seed=seed)), rel_tol=1e-9
    )


def test_terms_that_come_together_are_one_topic() -> None:
    texts = usual().drop("value").with_columns(subject=pl.lit("where is my parcel"))
    hold = fresh("x", 9, 9).drop("value").with_columns(subject=pl.lit("parcel stuck: CUSTOMS hold"))
    split = by_term(pl.concat([texts, hold]), "subject")
    folded = fold_terms(judge(split), split)
    assert folded.select("value", "of").rows() == [
        ("customs", None),
        ("hold", "customs"),
        ("stuck", "customs"),
    ]


def test_a_case_without_an_id_is_refused() -> None:
    with pytest.raises(SeriesError, match="1 cases have no case"):
        judge(pl.concat([usual(), fresh("x", 1, 1).with_columns(case=pl.lit(None, pl.String))]))


def test_nothing_to_judge() -> None:
    assert judge(usual().clear()).is_empty()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Re: Order 12345 is late, LATE!", ("order", "late")),
        ("Error E42 in lot7B", ("error", "e42", "lot7b")),
        ("Straße größer", ("strasse", "grösser")),
        ("посылка на таможне", ("посылка", "таможне")),
        ("عندي مشكلة", ("عندي", "مشكلة")),
        ("海关扣留", ("海关", "关扣", "扣留")),
        ("税", ("税",)),
        ("ｆｕｌｌ width", ("full", "width")),
        ("iPhone充电器", ("iphone", "充电", "电器")),
        ("हिन्दी में", ("हिन्दी", "में")),
        ("", ()),
        ("12 345 !!", ()),
    ],
)
def test_terms_by_hand(text: str, found: tuple[str, ...]) -> None:
    assert terms(text) == found


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=80))
def test_any_text_has_distinct_terms_that_are_terms_themselves(text: str) -> None:
    found = terms(text)
    assert len(set(found)) == len(found)
    assert all(term.strip() for term in found)
