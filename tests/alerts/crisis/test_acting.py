"""What people do to crises: once, in turn, by those who may, with what follows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, select, update

from alerts import event_log
from alerts.crisis import criteria, links
from alerts.crisis.acting import open_by_hand
from alerts.crisis.model import Do, Link, Status, Why
from alerts.notify.config import default
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts.crisis.world import (
    CONFIG,
    HOUR,
    LABELS,
    NOW,
    case,
    do,
    kinds,
    look,
    measured,
    opened,
)


def test_one_crisis_per_cause_is_open(room: Engine) -> None:
    number = opened(room)
    again = open_by_hand(
        room, "The same lot", {**LABELS, "market": "FR"}, (), 2, "x",
        config=CONFIG, actor="Ana", token=None, wall=NOW, chosen=(),
    )  # fmt: skip
    assert (again.result, again.why) == ("refused", Why.OTHER_OPEN)
    assert do(room, number, Do.CLOSE, note="over").result == "done"
    assert opened(room) > number


def test_pressing_twice_is_one_action(room: Engine) -> None:
    number = opened(room, token="open")
    same = open_by_hand(
        room, "Chargers overheat", LABELS, (), 3, "smoke",
        config=CONFIG, actor="Ana", token="open", wall=NOW, chosen=(),
    )  # fmt: skip
    assert (same.result, same.data) == ("repeated", {"crisis": number})
    assert do(room, number, Do.COMMENT, note="look", token="press").result == "done"
    again = do(room, number, Do.COMMENT, note="look", token="press")
    assert (again.result, again.by) == ("repeated", "Ana")
    assert kinds(room, number).count("commented") == 1


def test_of_two_people_at_once_the_second_is_told(room: Engine) -> None:
    number = opened(room)
    seen = look(room, number).version
    assert do(room, number, Do.RAISE, level=4, note="worse", version=seen).result == "done"
    late = do(room, number, Do.CONTAIN, note="better", version=seen, actor="Sam")
    assert (late.result, late.why, late.by) == ("stale", "level_raised", "Ana")
    assert late.data is not None
    assert late.data["level"] == 4
    assert look(room, number).status is Status.DECLARED
    # What nothing stands against is not held up.
    assert do(room, number, Do.COMMENT, note="x", version=seen, actor="Sam").result == "done"


def test_figures_that_changed_do_not_make_a_person_stale(room: Engine) -> None:
    number = opened(room)
    seen = look(room, number).version
    measured(room, number, {"surge_markets": 3, "surge_channels": 2}, NOW + HOUR)
    assert look(room, number).version > seen
    assert do(room, number, Do.RAISE, level=4, version=seen, at=NOW + HOUR).result == "done"


def test_who_may_is_named_and_who_leads_may(room: Engine) -> None:
    number = opened(room)
    refused = do(room, number, Do.RAISE, level=4, note="x", actor="Mei")
    assert (refused.result, refused.why) == ("refused", Why.NOT_IN_ROLE)
    assert refused.by == "Ana, Sam"
    assert do(room, number, Do.ASSIGN_ROLE, role="crisis_lead", person="Mei").result == "done"
    assert do(room, number, Do.RAISE, level=4, note="x", actor="Mei").result == "done"
    assert look(room, number).lead == "Mei"


def test_who_declares_leads_only_in_the_role(room: Engine) -> None:
    assert look(room, opened(room, actor="Sam", title="A", labels={"topic": "a"})).lead is None
    led = look(room, opened(room))
    assert (led.lead, led.roles) == ("Ana", {"crisis_lead": "Ana"})


def test_one_more_playbook_begins_once_and_not_in_what_is_over(room: Engine) -> None:
    number = opened(room)
    start = {"playbooks": ("viral-complaint",)}
    nobody = do(room, number, Do.START_PLAYBOOK, playbooks=("no-such",))
    assert (nobody.why, nobody.data) == (Why.PLAYBOOK_UNKNOWN, {"what": "no-such"})
    assert do(room, number, Do.START_PLAYBOOK, actor="Mei", **start).why == Why.NOT_IN_ROLE
    done = do(room, number, Do.START_PLAYBOOK, token="press", **start)
    assert (done.result, len((done.data or {})["runs"])) == ("done", 1)
    assert do(room, number, Do.START_PLAYBOOK, token="press", **start).result == "repeated"
    again = do(room, number, Do.START_PLAYBOOK, actor="Sam", **start)
    assert (again.why, again.by, again.at) == (Why.PLAYBOOK_BEGUN, "Ana", NOW)
    assert kinds(room, number).count("run_started") == 1
    do(room, number, Do.CLOSE, note="over", despite_runs=True)
    assert do(room, number, Do.START_PLAYBOOK, playbooks=("faulty-lot",)).why == Why.CLOSED


@pytest.mark.parametrize("actor", ["", "  ", "worker"])
def test_nothing_is_done_without_a_name(room: Engine, actor: str) -> None:
    number = opened(room)
    assert do(room, number, Do.COMMENT, note="x", actor=actor).why == Why.NAME_NEEDED


def test_where_nobody_holds_a_role_anybody_may(room: Engine) -> None:
    number = opened(room, actor="Sam")  # who leads may always
    assert do(room, number, Do.RAISE, level=4, note="x", actor="Zoe", config=default()).result == (
        "done"
    )


def test_the_workers_part_and_numbers_that_are_not_there_are_refused(room: Engine) -> None:
    number = opened(room)
    assert do(room, number, Do.PROPOSE, level=4).why == Why.ONLY_THE_WORKER
    assert do(room, 999, Do.COMMENT, note="x").why == Why.NOT_FOUND


def test_a_flag_is_judged_at_once(room: Engine) -> None:
    number = opened(room)
    assert do(room, number, Do.FLAG, flag="injury_confirmed", actor="Mei").result == "done"
    stored = look(room, number)
    assert (stored.level, stored.proposed_level) == (3, 4)
    assert stored.flags["injury_confirmed"]["by"] == "Mei"
    assert do(room, number, Do.RAISE, level=4).result == "done"
    lower = do(room, number, Do.LOWER, level=3, note="x", at=NOW + 9 * HOUR)
    assert (lower.why, lower.data) == (Why.STILL_HOLDS, {"what": "injury-confirmed"})
    unflag = do(room, number, Do.UNFLAG, flag="injury_confirmed", note="it was not ours")
    assert unflag.result == "done"
    lower = do(room, number, Do.LOWER, level=3, note="x", at=NOW + HOUR)
    assert (lower.why, lower.at) == (Why.NOT_CLEAR_LONG_ENOUGH, NOW + 4 * HOUR)


def test_lowering_after_two_quiet_periods_that_somebody_looked_at(room: Engine) -> None:
    number = opened(room)
    surge, quiet = (
        {"surge_markets": 2, "surge_channels": 1},
        {"surge_markets": 0, "surge_channels": 0},
    )
    measured(room, number, surge, NOW)
    for hour in range(1, 9):
        measured(room, number, quiet, NOW + hour * HOUR)
        lower = do(room, number, Do.LOWER, level=1, note="x", at=NOW + hour * HOUR)
        assert lower.why == Why.NOT_CLEAR_LONG_ENOUGH
        assert lower.at == NOW + 9 * HOUR, "two periods of 4 h from the first quiet look"
    measured(room, number, quiet, NOW + 9 * HOUR)
    assert do(room, number, Do.LOWER, level=1, note="x", at=NOW + 9 * HOUR).result == "done"


def test_a_gap_between_looks_proves_nothing_of_what_never_held_either(room: Engine) -> None:
    """Declared by hand: while nobody looked a criterion may have held and passed."""
    number = opened(room, level=3)
    later = NOW + 72 * HOUR
    measured(room, number, {"surge_markets": 0}, later)
    outcome = do(room, number, Do.LOWER, level=2, note="calm", at=later)
    assert outcome.why == Why.NOT_CLEAR_LONG_ENOUGH
    assert outcome.at is not None
    assert outcome.at > later


def test_looks_do_not_move_since_when_it_is_clear(room: Engine) -> None:
    number = opened(room, level=3)
    measured(room, number, {"surge_markets": 0}, NOW + HOUR)
    before = look(room, number)
    measured(room, number, {"surge_markets": 0}, NOW + 2 * HOUR)
    after = look(room, number)
    assert (after.clear_since, after.version) == (NOW, before.version)


def test_a_gap_between_looks_proves_nothing(room: Engine) -> None:
    number = opened(room)
    quiet = {"surge_markets": 0, "surge_channels": 0}
    measured(room, number, {"surge_markets": 2, "surge_channels": 1}, NOW)
    measured(room, number, quiet, NOW + HOUR)
    measured(room, number, quiet, NOW + 10 * HOUR)
    lower = do(room, number, Do.LOWER, level=2, note="x", at=NOW + 10 * HOUR)
    assert (lower.why, lower.at) == (Why.NOT_CLEAR_LONG_ENOUGH, NOW + 18 * HOUR)


def test_what_held_and_cannot_be_told_any_more_goes_on_holding(room: Engine) -> None:
    number = opened(room)
    measured(room, number, {"surge_markets": 2, "surge_channels": 1}, NOW)
    measured(room, number, {"surge_markets": None, "surge_channels": None}, NOW + HOUR)
    with room.connect() as connection:
        known, checked_at = criteria.triggers(connection, number)
    assert checked_at == NOW + HOUR
    assert "surge-in-two-markets" in [one.id for one in known if one.holds]
    assert "criterion_cleared" not in kinds(room, number)


def test_declaring_starts_playbooks_and_raising_adds_steps(sqlite_room: Engine) -> None:
    number = opened(sqlite_room, 2, chosen=None)
    run = schema.playbook_run
    with sqlite_room.connect() as connection:
        (row,) = connection.execute(select(run).where(run.c.crisis_id == number)).all()
    assert (row.playbook, row.level) == ("faulty-lot", 2)
    assert do(sqlite_room, number, Do.RAISE, level=3, note="worse").result == "done"
    with sqlite_room.connect() as connection:
        level = connection.execute(select(run.c.level).where(run.c.id == row.id)).scalar_one()
    assert level == 3
    refused = do(sqlite_room, number, Do.CLOSE, note="over")
    assert (refused.why, refused.data) == (Why.RUNS_UNFINISHED, {"what": "faulty-lot"})
    assert do(sqlite_room, number, Do.CLOSE, note="over", despite_runs=True).result == "done"
    with sqlite_room.connect() as connection:
        row = connection.execute(select(run).where(run.c.crisis_id == number)).one()
        review = connection.execute(select(schema.crisis_review)).one()
    assert (row.status, row.cancel_reason) == ("cancelled", "over")
    assert review.crisis_id == number
    assert event_log.verify(sqlite_room) is None


def test_a_playbook_that_is_not_there_declares_nothing(room: Engine) -> None:
    outcome = open_by_hand(
        room, "Leak", {"topic": "privacy"}, (), 3, "x",
        config=CONFIG, actor="Ana", token=None, wall=NOW, chosen=("no-such",),
    )  # fmt: skip
    assert (outcome.why, outcome.data) == (Why.PLAYBOOK_UNKNOWN, {"what": "no-such"})
    with room.connect() as connection:
        assert connection.execute(select(schema.crisis)).all() == []


def test_what_is_over_goes_on_as_a_new_crisis_with_its_people_and_links(room: Engine) -> None:
    number = opened(room, joined=(case("1"), case("2")))
    do(room, number, Do.ASSIGN_ROLE, role="legal", person="Lena")
    do(room, number, Do.UNLINK, links=(case("2"),))
    do(room, number, Do.CLOSE, note="over")
    outcome = do(room, number, Do.REOPEN, note="more cases", at=NOW + HOUR)
    assert outcome.data is not None
    new = look(room, outcome.data["crisis"])
    assert (new.status, new.level, new.continues_id) == (Status.DECLARED, 3, number)
    assert dict(new.roles) == {"crisis_lead": "Ana", "legal": "Lena"}
    assert links.of(room, new.id)["ref"].to_list() == ["1"]
    assert look(room, number).status is Status.CLOSED
    other = do(room, number, Do.REOPEN, note="again", at=NOW + HOUR)
    assert other.why == Why.OTHER_OPEN


def test_links_are_added_and_taken_away_once(room: Engine) -> None:
    number = opened(room)
    assert do(room, number, Do.LINK, links=(case("1"), case("2"))).result == "done"
    assert do(room, number, Do.LINK, links=(case("1"),)).why == Why.SAME
    assert do(room, number, Do.LINK, links=(Link("cat", "", "1"),)).why == Why.LINK_UNKNOWN
    assert do(room, number, Do.UNLINK, links=(case("1"),)).result == "done"
    assert do(room, number, Do.UNLINK, links=(case("1"),)).why == Why.SAME
    assert links.of(room, number)["ref"].to_list() == ["2"]
    assert do(room, number, Do.LINK, links=(case("1"),)).result == "done"
    assert kinds(room, number).count("linked") == 3


def test_markets_are_those_of_labels(room: Engine) -> None:
    number = opened(room, labels={"topic": "delivery", "markets": "PL,DE"})
    with room.connect() as connection:
        assert links.markets(connection, number) == ["DE", "PL"]


def test_in_a_drill_quiet_time_counts_without_the_worker(room: Engine) -> None:
    number = opened(room)
    with writing(room) as connection:
        version = connection.execute(select(schema.document_version.c.id)).scalars().first()
        drill = connection.execute(
            schema.drill.insert()
            .values(
                title="x", playbook_version_id=version, scenario_json={}, speed=1.0,
                real_start=NOW, masked_start=NOW, status="running", started_by="Ana", version=1,
            )
            .returning(schema.drill.c.id)
        ).scalar_one()  # fmt: skip
        connection.execute(update(schema.crisis).values(drill_id=drill))
    do(room, number, Do.FLAG, flag="recall_hint")
    lower = do(room, number, Do.LOWER, level=2, note="x", at=NOW + HOUR)
    assert lower.why == Why.STILL_HOLDS
    do(room, number, Do.UNFLAG, flag="recall_hint", note="no", at=NOW + 2 * HOUR)
    lower = do(room, number, Do.LOWER, level=2, note="x", at=NOW + 9 * HOUR)
    assert (lower.why, lower.at) == (Why.NOT_CLEAR_LONG_ENOUGH, NOW + 10 * HOUR)
    assert do(room, number, Do.LOWER, level=2, note="x", at=NOW + 10 * HOUR).result == "done"


def test_of_two_who_press_at_the_same_moment_one_is_first(room: Engine) -> None:
    number = opened(room)
    seen = look(room, number).version

    def press(actor: str) -> str:
        raised = do(room, number, Do.RAISE, level=4, note="worse", version=seen, actor=actor)
        return raised.result

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(press, ["Ana", "Sam"])) == ["done", "stale"]
    assert kinds(room, number).count("level_raised") == 1
