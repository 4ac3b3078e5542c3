"""What an alert tells: the same keys for every rule, cases of the judged window, words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from alerts.evidence import gather
from alerts.examples import case_texts, sample_cases
from alerts.judging import Child, SliceSeen
from alerts.lifecycle import Observation, Seen
from alerts.rules import builtin
from alerts.slots import slot_of
from data_access.contracts import TABLES as FACTS
from data_access.marts.schemas import MARTS
from data_access.metrics import Query
from tests.alerts import fakes


class OneTable:
    """A warehouse that holds one mart."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        empty = dict.fromkeys(MARTS["cases"].columns)
        self._rows = pl.LazyFrame([{**empty, **row} for row in rows], schema=MARTS["cases"].columns)

    def scan(self, table: str, *, namespace: str = "facts") -> pl.LazyFrame:
        assert (table, namespace) == ("cases", "marts")
        return self._rows


def test_days_are_those_of_the_reporting_zone() -> None:
    # 21 November in Shanghai is 20 November 16:00 to 21 November 16:00 UTC.
    slot = slot_of(date(2026, 11, 21), "Asia/Shanghai")
    assert slot == datetime(2026, 11, 21, 16, tzinfo=UTC)
    moments = {
        "before": slot - timedelta(days=1, seconds=1),
        "first": slot - timedelta(days=1),
        "last": slot - timedelta(seconds=1),
        "after": slot,
    }
    case = {"market": "DE", "is_spam": False, "source": "desk", "part": 202611}
    tables = OneTable([{"case_id": name, "created_at": at, **case} for name, at in moments.items()])
    rule = fakes.rule().rule
    since = slot - timedelta(days=1)
    assert sample_cases(rule, {"market": "DE"}, since, slot, tables) == ["last", "first"]


KEYS = {
    "rule", "severity", "topic", "labels", "group", "unit", "better", "day", "where", "numbers",
    "compared", "series", "drivers", "children", "samples", "rows", "examples", "texts", "playbook",
}  # fmt: skip
"""What screens, messages and incidents rely on."""
DAY = date(2026, 3, 20)


def seen(numbers: Mapping[str, float | None], **labels: str) -> SliceSeen:
    def history() -> pl.DataFrame:
        days = [DAY - timedelta(days=n) for n in range(99, -1, -1)]
        return pl.DataFrame({"day": days, "y": 2.0, "mu": 1.23456789, "low": 0.5, "high": None})

    children = (Child({**labels, "category": "toys"}, 31.0, 1.0, 30.0),)
    return SliceSeen(labels, Observation(Seen.BREACH), numbers, history, children)


class Doubled:
    """One value of every dimension, twice as often in the window as in the weeks before."""

    def fresh_at(self) -> datetime | None:
        return None

    def kpi(self, query: Query) -> pl.DataFrame:
        assert query.where.start is not None
        assert query.where.end is not None
        days = (query.where.end - query.where.start).days + 1
        y = days * (4 if days <= 28 else 2)
        numbers = {"value": [float(y)], "numerator": [y], "denominator": [days * 10]}
        return pl.DataFrame({query.by[0]: ["one"], **numbers})


def gathered(rule_id: str, slice_: SliceSeen, **options: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "day": DAY,
        "slot": slot_of(DAY, "UTC"),
        "opened": None,
        "zone": "UTC",
        "metrics": Doubled(),
        "tables": None,
    }
    return gather(builtin()[rule_id], slice_, **{**given, **options})


@pytest.mark.parametrize("rule_id", builtin())
def test_every_rule_gives_the_same_keys_as_json(rule_id: str) -> None:
    rule = builtin()[rule_id].rule
    evidence = gathered(rule_id, seen({"y": 3.0}, **dict.fromkeys(rule.by, "x")))
    assert set(evidence) == KEYS
    assert json.loads(json.dumps(evidence, allow_nan=False)) == evidence
    for text in ("title", "summary", "action"):
        assert set(evidence["texts"][text]) == {"en", "zh"}
    assert all(evidence["compared"].values())
    assert set(evidence["group"]) <= set(rule.by)


def test_children_tell_their_share_of_the_excess() -> None:
    numbers = {"y": 55.0, "mu": 15.0, "excess": 40.0, "increase": 2.67}
    evidence = gathered("complaint-surge", seen(numbers, market="PL"))
    assert evidence["children"] == [
        {
            "labels": {"market": "PL", "category": "toys"},
            "y": 31.0,
            "mu": 1.0,
            "excess": 30.0,
            "share": 0.75,
        }
    ]
    assert evidence["texts"]["title"] == {"en": "Complaints surge: PL", "zh": "投诉激增：PL"}
    assert (evidence["group"], evidence["topic"]) == ({"market": "PL"}, "service")
    everything = gathered("complaint-surge", seen(numbers))
    assert everything["texts"]["title"]["en"] == "Complaints surge: all"


def test_what_drives_it_is_compared_with_the_weeks_before() -> None:
    evidence = gathered("complaint-surge", seen({"y": 4.0, "mu": 2.0, "excess": 2.0}, market="PL"))
    assert evidence["drivers"][0] == {
        "dimension": "reason",
        "value": "one",
        "y": 4.0,
        "mu": 2.0,
        "excess": 2.0,
    }
    # Satisfied: 40 % now, 20 % before; of 140 answers the dissatisfied are 84, 112 were usual.
    assert gathered("csat-drop", seen({"y": 84.0}, market="PL"))["drivers"] == []


def test_nine_weeks_are_shown() -> None:
    series = gathered("complaint-surge", seen({"y": 1.0}, market="PL"))["series"]
    assert (len(series), series[-1]) == (
        63,
        {"day": "2026-03-20", "y": 2.0, "mu": 1.2346, "low": 0.5, "high": None},
    )


def test_a_delayed_rule_shows_the_days_it_judged() -> None:
    evidence = gathered("reopened-rise", seen({"y": 9.0, "n": 60.0, "value": 0.15}, team="North"))
    assert evidence["where"] == {"start": "2026-02-28", "end": "2026-03-06"}
    assert evidence["texts"]["summary"]["en"].startswith("9 of 60 cases solved two weeks ago")


def test_hours_are_told_in_days_in_both_languages() -> None:
    numbers = {"y": 16.0, "n": 52.0, "share": 0.3, "oldest": 108.96, "allowed": 72.0}
    texts = gathered("customs-dwell", seen(numbers, market="PL"))["texts"]
    assert "for more than 3 days, the oldest for 4.5 days" in texts["summary"]["en"]
    assert "停留超过 3 天，最久已 4.5 天" in texts["summary"]["zh"]


def test_customers_are_quoted_once_shortly_and_newest_first() -> None:
    at = datetime(2026, 3, 20, 12, tzinfo=UTC)

    class Desk:
        """Cases and what their customers wrote."""

        def scan(self, table: str, *, namespace: str = "facts") -> pl.LazyFrame:
            assert table in {"cases", "messages"}
            if namespace == "marts":
                rows = [
                    {"case_id": name, "created_at": at + timedelta(hours=n), "source": "desk",
                     "subject": f"subject {name}", "language": "de", "part": 202603}
                    for n, name in enumerate(("a", "b", "c", "d"))
                ]  # fmt: skip
                columns = MARTS["cases"].columns
            else:
                said = {"a": ["Wo ist\n\nes?", "later"], "b": ["Wo ist es?"], "c": ["x" * 900]}
                rows = [
                    {"case_id": name, "at": at + timedelta(hours=n), "text": text, "lang": "de",
                     "author_role": "customer", "source": "desk", "part": 202603}
                    for name, texts in said.items()
                    for n, text in enumerate(texts)
                ]  # fmt: skip
                columns = {
                    **FACTS["messages"].dtypes(), "source": pl.String(), "part": pl.Int32(),
                }  # fmt: skip
            empty = dict.fromkeys(columns)
            return pl.LazyFrame([{**empty, **row} for row in rows], schema=columns)

    found = case_texts(["a", "b", "c", "d"], Desk(), at)
    assert {one["id"] for one in found} >= {"c", "d"}
    assert [one["text"] for one in found if one["id"] == "d"] == ["subject d"]
    assert max(len(one["text"]) for one in found) == 240
    assert all("\n" not in one["text"] for one in found)
