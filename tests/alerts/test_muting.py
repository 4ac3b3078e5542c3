"""What mutes an incident, in which order, and who may keep whom quiet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alerts.handling.model import Incident
from alerts.muting import Inhibition, Matcher, Mute, MuteCalendar, MuteKind, Silence, Subject, muted

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CUSTOMS = Subject(1, {"market": "PL", "topic": "customs", "severity": "critical"})
LATE = Subject(2, {"market": "PL", "topic": "late", "severity": "warning"})
HOLD = Inhibition.model_validate(
    {"name": "hold", "source": ["topic=customs"], "target": ["topic=late"], "equal": ["market"]}
)


def silence(ends: datetime, number: int = 7, starts: datetime = NOW, market: str = "PL") -> Silence:
    return Silence(number, (Matcher("market", "=", market),), starts, ends, "Anna", "known")


def test_nothing_mutes_an_incident_by_itself() -> None:
    assert muted(LATE, [], [HOLD], [], [LATE], NOW) is None


def test_of_several_silences_the_last_to_end_is_named() -> None:
    both = [
        silence(NOW + HOUR),
        silence(NOW + 4 * HOUR, 8),
        silence(NOW + 9 * HOUR, 9, market="DE"),
    ]
    assert muted(LATE, both, [], [], [], NOW) == Mute(
        MuteKind.SILENCE, "8", NOW + 4 * HOUR, {"author": "Anna", "reason": "known"}
    )


def test_a_silence_holds_from_its_start_until_before_its_end() -> None:
    one = [silence(NOW + HOUR)]
    assert muted(LATE, one, [], [], [], NOW - timedelta(microseconds=1)) is None
    assert muted(LATE, one, [], [], [], NOW) is not None
    assert muted(LATE, one, [], [], [], NOW + HOUR) is None


def test_a_source_keeps_its_target_quiet_where_the_labels_agree() -> None:
    assert muted(LATE, [], [HOLD], [], [CUSTOMS], NOW) == Mute(
        MuteKind.INHIBITED, "hold", None, {"incident": 1}
    )
    german = Subject(3, {"market": "DE", "topic": "late"})
    assert muted(german, [], [HOLD], [], [CUSTOMS], NOW) is None
    assert muted(CUSTOMS, [], [HOLD], [], [LATE], NOW) is None


@pytest.mark.parametrize("changed", [{"firing": False}, {"closed": True}])
def test_a_source_that_is_over_or_closed_keeps_nobody_quiet(changed: dict[str, bool]) -> None:
    source = Subject(1, CUSTOMS.labels, **changed)
    assert muted(LATE, [], [HOLD], [], [source], NOW) is None


def test_those_that_inhibit_each_other_both_speak() -> None:
    back = Inhibition.model_validate(
        {"name": "back", "source": ["topic=late"], "target": ["topic=customs"]}
    )
    for subject in (CUSTOMS, LATE):
        assert muted(subject, [], [HOLD, back], [], [CUSTOMS, LATE], NOW) is None


def test_the_order_in_which_mutes_are_named() -> None:
    always = MuteCalendar.model_validate({"name": "all", "zone": "UTC", "windows": [{}]})
    others = [CUSTOMS]
    labels = LATE.labels
    kinds = []
    for subject, silences, inhibitions in (
        (Subject(2, labels, shadow=True, snooze_until=NOW + HOUR), [silence(NOW + HOUR)], [HOLD]),
        (Subject(2, labels, snooze_until=NOW + HOUR), [silence(NOW + HOUR)], [HOLD]),
        (Subject(2, labels, snooze_until=NOW), [silence(NOW + HOUR)], [HOLD]),
        (LATE, [], [HOLD]),
        (LATE, [], []),
    ):
        found = muted(subject, silences, inhibitions, [always], others, NOW)
        assert found is not None
        kinds.append(found.kind)
    assert kinds == ["shadow", "snoozed", "silence", "inhibited", "calendar"]


def test_a_mute_can_be_kept_as_json() -> None:
    one = Mute(MuteKind.SILENCE, "8", NOW, {"author": "Anna"})
    assert Mute.of(one.as_json()) == one
    assert Mute.of(Mute(MuteKind.SHADOW).as_json()) == Mute(MuteKind.SHADOW)


def test_an_incident_is_matched_by_rule_topic_and_severity_too() -> None:
    found = Subject.of(
        4, {"market": "PL"}, rule="customs-dwell", topic="", incident=Incident("critical", NOW)
    )
    assert found.labels == {
        "market": "PL",
        "rule": "customs-dwell",
        "topic": "customs-dwell",
        "severity": "critical",
    }


@pytest.mark.parametrize("field", ["source", "target"])
def test_an_inhibition_without_matchers_is_refused(field: str) -> None:
    body = {"name": "hold", "source": ["a=b"], "target": ["c=d"], field: []}
    with pytest.raises(ValidationError, match="at least 1"):
        Inhibition.model_validate(body)


TOPICS = st.sampled_from("abcd")
EDGES = st.lists(st.tuples(TOPICS, TOPICS), max_size=8)
INCIDENTS = st.lists(TOPICS, min_size=1, max_size=6)


@given(EDGES, INCIDENTS)
def test_every_inhibited_incident_has_one_upstream_that_speaks(
    edges: list[tuple[str, str]], topics: list[str]
) -> None:
    rules = [
        Inhibition.model_validate(
            {"name": f"r{n}", "source": [f"topic={a}"], "target": [f"topic={b}"]}
        )
        for n, (a, b) in enumerate(edges)
    ]
    subjects = [Subject(n, {"topic": topic}) for n, topic in enumerate(topics)]
    found = {s.id: muted(s, [], rules, [], subjects, NOW) for s in subjects}
    assert any(mute is None for mute in found.values())
    for subject in subjects:
        seen, here = set(), subject.id
        while (mute := found[here]) is not None:
            assert mute.data["incident"] != here
            assert here not in seen
            seen.add(here)
            here = mute.data["incident"]
