"""Precision, recall, delay and noise, counted by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert

from alerts import quality
from alerts.actions import act
from alerts.event_log import Entry, append, verify
from alerts.handling import Action, Do, Verdict
from alerts.lifecycle import Seen, Timing
from alerts.quality import known, report
from data_access.metrics import Filter
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts.by_hand import DAY, START, World, groups

HOUR = timedelta(hours=1)
END = START + 60 * DAY
ALL = Filter(start=date(2026, 2, 1), end=date(2026, 4, 30))


def do(engine: Engine, group_id: int, action: Action, now: datetime) -> None:
    done = act(engine, group_id, action, actor="Anna", version=None, token=None, now=now)
    assert done.result == "done"


def judged(engine: Engine, verdicts: str, market: str = "DE") -> None:
    """Incidents far enough apart: t(rue) f(alse) d(uplicate) n(ot actionable) p(oor details) -."""
    names = {
        "t": Verdict.TRUE,
        "f": Verdict.FALSE,
        "d": Verdict.DUPLICATE,
        "n": Verdict.NOT_ACTIONABLE,
        "p": Verdict.POOR_DETAILS,
    }
    world = World(engine)
    for number, letter in enumerate(verdicts):
        at = START + 5 * number * DAY
        world.slot(at, {market: Seen.BREACH})
        world.slot(at + DAY, {market: Seen.CLEAR}, now=at + DAY)
        if letter == "-":
            continue
        do(engine, groups(engine)[-1].id, Action(Do.CLOSE, verdict=names[letter]), at + DAY)


def message(engine: Engine, number: int, recipient: str, at: datetime, **changed: object) -> None:
    values = {
        "idem_key": f"{number:064d}",
        "group_id": 1,
        "kind": "incident",
        "reason": "first",
        "severity": "warning",
        "channel": "chat",
        "recipient": recipient,
        "locale": "en",
        "subject": "",
        "body": "",
        "body_sha256": "0" * 64,
        "payload_json": "{}",
        "state": "sent",
        "created_at": at,
        "not_before": at,
        "deadline": at,
        "attempts": 1,
        "finished_at": at,
        **changed,
    }
    with writing(engine) as connection:
        connection.execute(insert(schema.outbox).values(**values))


def test_nothing_happened(engine: Engine) -> None:
    found = report(engine, None, END)
    assert (found.overall, found.rules.height, found.people.height) == (None, 0, 0)
    assert (found.recall["known"], found.recall["value"]) == (0, None)
    assert (found.last - found.first).days == 89


def test_precision_counts_what_was_right_and_leaves_duplicates_out(engine: Engine) -> None:
    judged(engine, "tffndp-")
    found = report(engine, ALL, END)
    assert found.overall is not None
    told = found.overall
    assert (told["incidents"], told["judged"], told["right"], told["wrong"]) == (7, 5, 2, 3)
    assert (told["false"], told["unclear"], told["duplicates"], told["waiting"]) == (2, 1, 1, 1)
    # Wilson by hand: p = 0.4, n = 5, z = 1.96.
    assert told["precision"] == pytest.approx(0.4)
    assert (told["low"], told["high"]) == pytest.approx((0.1176, 0.7693), abs=1e-4)
    assert (told["enough"], told["doubted"]) == (False, False)
    (rule,) = found.rules.to_dicts()
    assert (rule["rule_id"], rule["name"], rule["stage"]) == ("test-surge", "test-surge", "live")
    assert found.markets["market"].to_list() == ["DE"]


def test_a_rule_that_is_mostly_wrong_for_certain_is_doubted(sqlite_engine: Engine) -> None:
    judged(sqlite_engine, "tfffffffff")
    (rule,) = report(sqlite_engine, ALL, END).rules.to_dicts()
    # 1 of 10: the interval ends at 0.404.
    assert rule["high"] == pytest.approx(0.4042, abs=1e-4)
    assert (rule["enough"], rule["doubted"]) == (True, True)


def test_another_market_is_left_out(sqlite_engine: Engine) -> None:
    judged(sqlite_engine, "tf")
    assert report(sqlite_engine, Filter(**_period(), market=("FR",)), END).overall is None
    shown = report(sqlite_engine, Filter(**_period(), market=("DE",)), END).overall
    assert shown is not None
    assert shown["incidents"] == 2


def _period() -> dict[str, date]:
    return {"start": date(2026, 2, 1), "end": date(2026, 4, 30)}


def test_delays_run_from_the_true_start_to_closing(engine: Engine) -> None:
    world = World(engine)
    world.slot(START, {"DE": Seen.BREACH}, now=START + HOUR)
    do(engine, 1, Action(Do.ACKNOWLEDGE), START + 3 * HOUR)
    closing = Action(Do.CLOSE, verdict=Verdict.TRUE, note="x", true_start=START - 5 * HOUR)
    do(engine, 1, closing, START + 11 * HOUR)
    told = report(engine, ALL, END).overall
    assert told is not None
    assert (told["detected_h"], told["acknowledged_h"], told["closed_h"]) == (6, 2, 10)
    assert (told["detected_n"], told["acknowledged_n"], told["closed_n"]) == (1, 1, 1)
    assert told["acted"] == 1.0


def test_days_judged_anew_say_nothing_of_the_delay(engine: Engine) -> None:
    world = World(engine)
    world.slot(START, {"DE": Seen.BREACH}, now=START + 9 * DAY)
    closing = Action(Do.CLOSE, verdict=Verdict.TRUE, note="x", true_start=START - DAY)
    do(engine, 1, closing, START + 10 * DAY)
    told = report(engine, ALL, END).overall
    assert told is not None
    assert (told["detected_h"], told["detected_n"]) == (None, 0)


def test_recall_against_what_people_know_of(engine: Engine) -> None:
    world = World(engine)
    world.slot(START, {"DE": Seen.BREACH})  # judges the last day of February
    world.slot(START + DAY, {"DE": Seen.CLEAR})
    for title, labels, began, ended in (
        ("hold", {"market": "DE"}, date(2026, 2, 26), date(2026, 3, 2)),
        ("strike", {"market": "FR"}, date(2026, 2, 26), None),
        ("early", {"market": "DE"}, date(2026, 2, 1), date(2026, 2, 3)),
        ("later", {"market": "DE"}, date(2026, 3, 20), None),
    ):
        made = quality.declare(
            engine,
            title,
            labels,
            began_on=began,
            ended_on=ended,
            author="Anna",
            token=title,
            now=END,
        )
        assert made.result == "done"
    found = report(engine, ALL, END)
    told = {row["title"]: (row["group_id"], row["delay_days"]) for row in found.known.to_dicts()}
    assert told == {
        "early": (None, None),
        "hold": (1, 2),
        "strike": (None, None),
        "later": (None, None),
    }
    assert (found.recall["found"], found.recall["known"], found.recall["value"]) == (1, 4, 0.25)
    # From the first midnight of 26 February to the slot that opened it: three days.
    assert found.overall is not None
    assert found.overall["detected_h"] == 72
    # A false alarm finds nothing.
    do(engine, 1, Action(Do.CLOSE, verdict=Verdict.FALSE), START + 2 * DAY)
    assert report(engine, ALL, END).recall["found"] == 0


def test_a_declaration_is_made_once_and_can_be_withdrawn(engine: Engine) -> None:
    def declare(title: str = "hold", **changed: object) -> known.Declared:
        keys = {
            "began_on": date(2026, 2, 26),
            "ended_on": None,
            "author": "Anna",
            "token": "t",
            "now": END,
        }
        return quality.declare(engine, title, {"market": "DE"}, **{**keys, **changed})  # type: ignore[arg-type]

    assert declare() == known.Declared("done", 1)
    assert declare().result == "repeated"
    assert declare(author="").why == "name_needed"
    assert declare(" ").why == "title_needed"
    assert declare("x" * 201).why == "title_too_long"
    assert declare(began_on=date(2030, 1, 1)).why == "future"
    assert declare(ended_on=date(2026, 2, 25)).why == "ends_before_it_began"
    assert quality.withdraw(engine, 1, actor="", token=None, now=END).why == "name_needed"
    assert quality.withdraw(engine, 1, actor="Bo", token="w", now=END).result == "done"
    assert quality.withdraw(engine, 1, actor="Bo", token="w", now=END).why == "not_found"
    assert quality.known_incidents(engine, date(2026, 1, 1), date(2026, 12, 31)) == []
    assert verify(engine) is None


def test_noise_is_what_reached_people_by_day(engine: Engine) -> None:
    World(engine).slot(START, {"DE": Seen.BREACH})
    message(engine, 1, "ana", START + HOUR)
    message(engine, 2, "ana", START + 2 * HOUR)
    message(engine, 3, "ana", START + DAY)
    message(engine, 4, "#chat", START + HOUR)
    message(engine, 5, "ben", START + HOUR, state="dead")
    message(engine, 6, "ben", START + HOUR, kind="test")
    message(engine, 7, "ben", START + HOUR, state="dropped", state_reason="bundled:9")
    message(engine, 8, "ben", START + HOUR, state="dropped", state_reason="closed")
    found = report(engine, Filter(start=date(2026, 3, 1), end=date(2026, 3, 4)), START + 4 * DAY)
    assert found.days == 4
    (ana,) = found.people.to_dicts()
    assert (ana["person"], ana["messages"], ana["per_day"]) == ("ana", 3, 0.75)
    assert (ana["worst"], ana["worst_day"], ana["over"]) == (2, date(2026, 3, 1), False)
    # Of the incident: three to Ana, one to the room, one that died and one in a bundle.
    assert found.overall is not None
    assert found.overall["messages"] == 6


def test_flaps_and_mutes(engine: Engine) -> None:
    world = World(engine, timing=Timing(keep=2 * DAY))
    for day, seen in enumerate([Seen.BREACH, Seen.CLEAR, Seen.BREACH]):
        world.slot(START + day * DAY, {"DE": seen})
    with writing(engine) as connection:
        entry = Entry(START, "worker", "notice_muted", "incident", "1", {"reason": "silence"})
        append(connection, [entry])
    told = report(engine, ALL, END).overall
    assert told is not None
    assert (told["flap_rate"], told["muted"], told["acted"]) == (1.0, 1.0, 0.0)
