"""Which promise holds, worked out by hand.

`T(h)` is h hours after the case was created, on Monday 2 March 2026 at 08:00 UTC.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.data_access.clocks.stories import (
    HOUR,
    OFFICE,
    Story,
    business,
    case,
    happened,
    policy,
    weekly,
)
from tests.data_access.tables import at

CREATED = at("2026-03-02 08:00")
FR = "first_response"


def T(hours: float) -> datetime:  # noqa: N802 - reads as an instant in the stories
    return CREATED + timedelta(hours=hours)


def promised(*policies: dict[str, Any], **own: Any) -> int | None:
    """The target of the first response of a case of a German writing by mail."""
    facts = {"market": "DE", "channel": "email", "language": "de", "level": 2, **own}
    story = Story(
        case(CREATED, **facts), happened((CREATED, "customer_msg")), policies=list(policies)
    )
    target: int | None = story.clock(FR)["target_s"]
    return target


@pytest.mark.parametrize(("level", "hours"), [(None, 4), (1, 4), (2, 4), (3, 2), (4, 4), (5, 4)])
def test_without_a_policy_four_hours_and_two_for_level_3(level: int | None, hours: int) -> None:
    assert promised(level=level) == hours * HOUR


def test_a_policy_of_another_clock_says_nothing() -> None:
    assert promised(policy("p", "resolution", 60)) == 4 * HOUR


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        ({"country": "DE"}, True), ({"country": "FR"}, False),
        ({"lang": "de"}, True), ({"lang": "fr"}, False),
        ({"channel": "email"}, True), ({"channel": "chat"}, False),
        ({"severity": 2}, True), ({"severity": 3}, False),
        ({"vip_tier": "none"}, True), ({"vip_tier": "black"}, False),
        ({"marketplace": "amazon"}, False),
        ({"valid_from": CREATED}, True), ({"valid_from": T(1)}, False),
        ({"valid_to": T(1)}, True), ({"valid_to": CREATED}, False),
    ],
)  # fmt: skip
def test_every_condition_of_a_policy(condition: dict[str, Any], fits: bool) -> None:
    assert promised(policy("p", FR, 60, **condition)) == (60 if fits else 4 * HOUR)


def test_more_conditions_win_then_the_later_one() -> None:
    every, german = policy("all", FR, 100), policy("de", FR, 200, country="DE")
    mail = policy("mail", FR, 300, country="DE", channel="email")
    assert promised(mail, german, every) == promised(every, german, mail) == 300
    assert promised(every, german) == 200
    newer = policy("new", FR, 400, country="DE", valid_from=T(-1))
    assert promised(newer, german) == promised(german, newer) == 400


def test_the_policy_that_the_case_names_wins() -> None:
    every, german = policy("all", FR, 100), policy("de", FR, 200, country="DE")
    assert promised(every, german, policy_id="all") == 100
    # Where it does not fit the case, or is for another clock, the others count.
    assert promised(german, policy("fr", FR, 5, country="FR"), policy_id="fr") == 200
    assert promised(german, policy("res", "resolution", 5), policy_id="res") == 200


def test_a_tier_that_ended_promises_nothing() -> None:
    black = policy("vip", FR, 60, vip_tier="black")
    assert promised(black, vip_tier="black", vip_from=T(-5)) == 60
    assert promised(black, vip_tier="black", vip_to=CREATED) == 4 * HOUR
    assert promised(black, vip_tier="black", vip_from=T(1)) == 4 * HOUR


def test_the_policy_is_read_at_the_start_of_the_turn() -> None:
    # Written at T(0) and T(5): the policy in force from T(4) holds for the second turn only.
    story = Story(
        case(CREATED),
        happened(
            (T(0), "customer_msg"), (T(1), "agent_msg"), (T(5), "customer_msg"),
            (T(6), "agent_msg"), (T(7), "customer_msg"),
        ),
        policies=[policy("p", "next_response", 60, valid_from=T(6))],
    )  # fmt: skip
    assert story.clock("next_response", 1)["target_s"] == 24 * HOUR
    assert story.clock("next_response", 2)["target_s"] == 60


LEVELS = [policy("l1", FR, 8 * HOUR, severity=1), policy("l4", FR, 2 * HOUR, severity=4)]


def levelled(*told: tuple[Any, ...], level: int) -> dict[str, Any]:
    events = happened((T(0), "customer_msg"), *told)
    return Story(case(CREATED, level=level), events, policies=LEVELS).clock(FR)


def test_a_level_raised_while_the_clock_runs_keeps_the_time_counted() -> None:
    # Level 1 (8 h) until T(1), then level 4 (2 h): 1 hour is used up, due at T(2).
    # Answered at T(3): 3 h = 10800 s, missed.
    run = levelled((T(1), "level", {"from": "1", "to": "4"}), (T(3), "agent_msg"), level=4)
    assert (run["due_at"], run["elapsed_s"]) == (T(2), 10_800)
    assert (run["target_s"], run["policy"]) == (2 * HOUR, "shop/l4")


def test_a_level_raised_after_its_time_is_breached_at_once() -> None:
    # 3 hours are used up when the promise becomes 2 h: due at T(3), the instant of the change.
    run = levelled((T(3), "level", {"from": "1", "to": "4"}), (T(4), "agent_msg"), level=4)
    assert run["due_at"] == T(3)


def test_a_level_lowered_gives_more_time() -> None:
    # Level 4 (2 h) until T(1), then level 1 (8 h): due T(8).
    run = levelled((T(1), "level", {"from": "4", "to": "1"}), (T(5), "agent_msg"), level=1)
    assert (run["due_at"], run["target_s"]) == (T(8), 8 * HOUR)


def test_a_level_lowered_too_late_does_not_undo_the_breach() -> None:
    # Due at T(2) under level 4; lowered at T(3).
    run = levelled((T(3), "level", {"from": "4", "to": "1"}), (T(5), "agent_msg"), level=1)
    assert (run["due_at"], run["target_s"]) == (T(2), 2 * HOUR)


def test_a_level_is_read_as_it_was_at_the_start() -> None:
    # Today level 4, at the start level 1: raised after the answer, it changes nothing.
    run = levelled((T(1), "agent_msg"), (T(2), "level", {"from": "L1", "to": "L4"}), level=4)
    assert (run["target_s"], run["due_at"]) == (8 * HOUR, T(8))


def test_language_country_and_validity_together() -> None:
    german = policy("de", FR, 200, country="DE", lang="de", valid_from=T(-1), valid_to=T(1))
    assert promised(german) == 200
    assert promised(german, language="fr") == 4 * HOUR
    assert promised(german, market="AT") == 4 * HOUR


def test_a_raised_level_on_business_hours() -> None:
    # Office 9-17. Asked Monday 15:00 under 8 h; Tuesday 10:00 it becomes 4 h: 2 + 1 = 3 h are used
    # up, one is left: due Tuesday 11:00.
    story = Story(
        case(at("2026-03-02 15:00"), level=4),
        happened(
            (at("2026-03-02 15:00"), "customer_msg"),
            (at("2026-03-03 10:00"), "level", {"from": "1", "to": "4"}),
            (at("2026-03-03 12:00"), "agent_msg"),
        ),
        calendars=weekly("c", "UTC", OFFICE),
        policies=[
            business(FR, 8 * HOUR, severity=1),
            {**business(FR, 4 * HOUR, severity=4), "policy_id": "q"},
        ],
    )
    run = story.clock(FR)
    assert run["due_at"] == at("2026-03-03 11:00")
    assert run["elapsed_s"] == (2 + 3) * HOUR


def test_marketplace_promises_ignore_business_hours() -> None:
    # A policy may set the target of a marketplace clock, not its hours: Saturday 10:00 + 1 h.
    asked = at("2026-03-07 10:00")
    story = Story(
        case(asked, marketplace="amazon"),
        happened((asked, "customer_msg")),
        calendars=weekly("c", "UTC", OFFICE),
        policies=[business("marketplace_response", HOUR, marketplace="amazon")],
    )
    run = story.clock("marketplace_response")
    assert (run["due_at"], run["on_business"]) == (at("2026-03-07 11:00"), False)
