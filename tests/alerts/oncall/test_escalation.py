"""Who is told next: steps, rounds, pauses, ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alerts.oncall.escalation import Place, advance, begin, resume, stop
from alerts.oncall.format import Escalation, frozen, thawed
from tests.alerts.oncall.zones import utc

START = utc(2026, 3, 2, 12)
POLICY: dict[str, Any] = {
    "steps": [
        {"after": "0m", "tell": [{"rota": "emea"}]},
        {"after": "15m", "tell": [{"person": "lead"}, {"channel": "chat"}]},
    ],
    "repeat": 1,
    "repeat_after": "30m",
}


def policy(**changes: Any) -> Escalation:
    return Escalation.model_validate({**POLICY, **changes})


def minutes(n: float) -> Any:
    return START + timedelta(minutes=n)


def test_steps_and_rounds_one_after_another() -> None:
    place, told = begin(policy(), START), []
    for n in range(0, 120, 5):
        place, targets = advance(policy(), place, minutes(n))
        told += [(n, target.kind, target.name) for target in targets]
    assert told == [
        (0, "rota", "emea"),
        (15, "person", "lead"),
        (15, "channel", "chat"),
        (45, "rota", "emea"),
        (60, "person", "lead"),
        (60, "channel", "chat"),
    ]
    assert (place.stopped_because, place.next_at) == ("exhausted", None)


def test_after_a_standstill_one_step_at_a_time() -> None:
    place, targets = advance(policy(), begin(policy(), START), minutes(300))
    assert [target.name for target in targets] == ["emea"]
    assert place.next_at == minutes(315)


def test_acknowledged_stops_and_unacknowledged_goes_on_at_once() -> None:
    place, _ = advance(policy(), begin(policy(), START), START)
    acknowledged = stop(place, "acknowledged", minutes(5))
    assert advance(policy(), acknowledged, minutes(500)) == (acknowledged, ())
    place, targets = advance(policy(), resume(acknowledged, minutes(60)), minutes(60))
    assert [target.name for target in targets] == ["lead", "chat"]
    assert (place.step, place.round) == (0, 1)


def test_what_has_ended_stays_so() -> None:
    ended = stop(begin(policy(), START), "closed", START)
    assert resume(ended, minutes(5)) == ended
    assert stop(ended, "snoozed", minutes(5)) == ended


def test_a_frozen_policy_comes_back_the_same() -> None:
    assert thawed(frozen(policy())) == policy()
    assert frozen(policy())["repeat_after"] == "30m"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"repeat": 6}, "less than or equal to 5"),
        ({"steps": []}, "at least 1"),
        ({"steps": [{"after": "0m", "tell": [{"team": "x"}]}]}, "write one of"),
        ({"steps": [{"after": "0m", "tell": [{"rota": "x", "person": "y"}]}]}, "write one of"),
        ({"steps": [{"after": "5", "tell": [{"rota": "x"}]}]}, "such as 15m"),
        ({"repeat_after": "0m"}, "at least 1m"),
    ],
)
def test_what_cannot_work_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        policy(**changes)


@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=5),
    st.integers(0, 5),
    st.lists(st.tuples(st.integers(0, 50), st.sampled_from(["tick", "ack", "unack"])), max_size=80),
)
def test_it_never_goes_back_and_never_tells_too_often(
    waits: list[int], repeat: int, happenings: list[tuple[int, str]]
) -> None:
    steps = [{"after": f"{wait}m", "tell": [{"person": str(n)}]} for n, wait in enumerate(waits)]
    made = policy(steps=steps, repeat=repeat)
    place: Place = begin(made, START)
    now, told = START, 0
    for wait, what in happenings:
        now += timedelta(minutes=wait)
        before = (place.round, place.step)
        if what == "ack":
            place = stop(place, "acknowledged", now)
        elif what == "unack":
            place = resume(place, now)
        else:
            place, targets = advance(made, place, now)
            told += len(targets)
            assert not targets or targets[0].name == str(before[1])
        assert (place.round, place.step) >= before
        assert (place.next_at is None) == (place.stopped_because is not None)
    assert told <= len(waits) * (repeat + 1)
