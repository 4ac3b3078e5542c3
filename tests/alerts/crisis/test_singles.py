"""Single complaints: chosen by the thresholds of the levels, newest first, bounded."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from alerts.crisis.levels import KIND
from alerts.crisis.safety import alarming, terms
from alerts.crisis.singles import singles
from alerts.library import shipped
from tests.alerts.crisis.world import HOUR, NOW
from tests.alerts.facts import Facts

LEVELS = shipped(KIND)["levels"][1]
DAY = timedelta(days=1)
CASES = pl.DataFrame(
    {
        "source": ["desk"] * 7,
        "case_id": ["calm", "angry", "first", "again", "late", "black", "old"],
        "customer_key": ["a", "b", "c", "c", "d", "e", "f"],
        "created_at": [
            NOW - HOUR,
            NOW - 2 * HOUR,
            NOW - 20 * DAY,
            NOW - 3 * HOUR,
            NOW - 20 * DAY,
            NOW - 4 * HOUR,
            NOW - 8 * DAY,
        ],
        "market": ["DE", "DE", "FR", "FR", "FR", "PL", "PL"],
        "vip_tier": [None, None, None, None, None, "black", "black"],
    }
)
MESSAGES = pl.DataFrame(
    {
        "source": ["desk"] * 3,
        "case_id": ["calm", "angry", "angry"],
        "at": [NOW - HOUR, NOW - 2 * HOUR, NOW - HOUR],
        "direction": ["in", "in", "out"],
        "anger": [80.0, 80.5, 99.0],
    }
)
ANSWERS = pl.DataFrame(
    {
        "source": ["desk"] * 2,
        "response_id": ["s1", "s2"],
        "case_id": ["late", "calm"],
        "kind": ["nps", "nps"],
        "answered_at": [NOW - 5 * HOUR, NOW - HOUR],
        "score": [6, 7],
    }
)
FACTS = Facts(marts_cases=CASES, facts_messages=MESSAGES, marts_surveys=ANSWERS)


def test_by_hand() -> None:
    found = singles(FACTS, LEVELS, NOW)
    assert found.total == 4
    assert dict(found.rows.select("case_id", "criteria").iter_rows()) == {
        "angry": ["very-angry"],
        "again": ["repeat-complaint"],
        "black": ["black-card"],
        "late": ["detractor"],
    }
    assert found.rows["case_id"].to_list() == ["angry", "again", "black", "late"]


def test_by_market_and_bounded() -> None:
    assert singles(FACTS, LEVELS, NOW, markets=("FR",)).rows["case_id"].to_list() == [
        "again",
        "late",
    ]
    few = singles(FACTS, LEVELS, NOW, most=1)
    assert (few.rows.height, few.total) == (1, 4)


def test_a_home_without_facts_has_none() -> None:
    assert singles(Facts(), LEVELS, NOW).total == 0


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("The charger caught fire and burned my hand", "en", True),
        ("The charger caught fire", "en", False),
        ("My child likes it", "en", False),
        ("Depuis que j’utilise ce produit, ma peau brûle.", "fr", True),
        ("Il caricatore si è surriscaldato e mi ha ustionato la mano", "it", True),
        ("Seit der Anwendung brennt meine Haut", "de", True),
        ("充电器冒烟，烫伤了手", "zh-Hans", True),
        ("充电器很好", "zh-Hans", False),
        ("充電器が過熱して指にやけどをしました", "ja", True),
        ("A pele queima depois de usar", "pt-BR", True),
        ("충전기가 과열되어 손에 화상을 입었습니다", "ko", True),
        ("احترق الشاحن وأصيب طفل", "ar", True),
        ("The charger caught fire and burned my hand", None, True),
        ("The charger caught fire and burned my hand", "sv", False),
        (None, "en", False),
    ],
)
def test_words_of_danger_and_injury(text: str | None, lang: str | None, *, expected: bool) -> None:
    frame = pl.DataFrame(
        {"text": [text], "lang": [lang]}, schema={"text": pl.String, "lang": pl.String}
    )
    assert frame.select(alarming("text", "lang")).item() is expected


def test_every_language_has_both_lists() -> None:
    assert set(terms()) == {"en", "zh", "de", "fr", "es", "it", "pt", "nl", "pl", "ja", "ko", "ar"}
