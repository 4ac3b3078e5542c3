"""Parts of the record of operations: what is told later never changes what was known at a cut."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert

from alerts import actions as inbox_actions
from alerts import quality, runs
from alerts.crisis import acting, rows, statutory_clocks
from alerts.crisis.model import Action, Do
from alerts.handling import Action as Handle
from alerts.handling import Do as Handling
from alerts.handling import Verdict
from alerts.lifecycle import Seen, Timing
from alerts.notify.config import Config
from alerts.reviews import actions, causes
from alerts.reviews.action_machine import Action as Correct
from alerts.reviews.action_machine import Do as Correcting
from alerts.reviews.cause_machine import Action as Find
from alerts.reviews.cause_machine import Do as Finding
from dashboard.reports.periods import of_day
from dashboard.reports.recording_operations import PARTS
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts import by_hand, rooms
from tests.migrated_state import opened

BEGAN = datetime(2026, 3, 10, 10, 25, tzinfo=UTC)
"""A Tuesday: what the busy crisis begins with."""
WEEK = of_day("week", BEGAN.date())
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ANA, LENA, MEI = "Ana Weber", rooms.LEGAL, "Mei Chen"


@pytest.fixture
def engine(state_url: str) -> Iterator[Engine]:
    made = opened(state_url)
    yield made
    made.dispose()


@dataclass
class Story:
    """A state database in which things happen one after the other; `at` is when, by turn."""

    engine: Engine
    config: Config
    crisis: int
    told: list[tuple[datetime, str]] = field(default_factory=list)

    def parts(self, cut: datetime) -> str:
        """Every part as of a cut, as one text."""
        found = {
            name: gather(self.engine, self.config, WEEK, "UTC", cut)
            for name, gather in PARTS.items()
        }
        return json.dumps(found, sort_keys=True, ensure_ascii=False, indent=1)

    def keep(self, moment: datetime) -> None:
        """Note what is known now, before anything else happens."""
        self.told.append((moment, self.parts(moment)))

    def crises(self, do: Action, at: datetime, actor: str = ANA) -> None:
        outcome = acting.act(
            self.engine, self.crisis, do, config=self.config, actor=actor, version=None,
            token=None, wall=at,
        )  # fmt: skip
        assert outcome.result == "done", outcome

    def step(self, key: str, do: runs.Action, at: datetime, actor: str = ANA) -> None:
        outcome = runs.act(
            self.engine, 1, key, do, config=self.config, actor=actor, version=None, token=None,
            wall=at,
        )  # fmt: skip
        assert outcome.result == "done", outcome

    def term(self, status: Any, at: datetime, starts_at: datetime | None = None) -> None:
        outcome = statutory_clocks.settle(
            self.engine, self.crisis, "gdpr-72h", status, actor=LENA,
            note="By letter", version=None, token=None, wall=at, starts_at=starts_at,
        )  # fmt: skip
        assert outcome.result == "done", outcome

    def cause(self, do: Find, at: datetime) -> None:
        outcome = causes.act(self.engine, 1, do, actor=ANA, version=None, token=None, wall=at)
        assert outcome.result == "done", outcome

    def correct(self, do: Correct, at: datetime, actor: str = MEI) -> None:
        outcome = actions.act(self.engine, 1, do, actor=actor, version=None, token=None, wall=at)
        assert outcome.result == "done", outcome


def story(engine: Engine, home: Path) -> Story:
    """A busy crisis at level 3, as `rooms` has it."""
    number = rooms.busy(engine, home, BEGAN + 95 * MINUTE)
    return Story(engine, rooms.ready(engine, home, BEGAN), number)


def chapters(told: Story) -> list[Callable[[datetime], None]]:
    """What happens in the crisis after its first hours, in turn; one term of it has an end."""
    return [
        lambda at: told.step("stop-sale", runs.Action(runs.Do.DONE, note="Sold no more"), at, MEI),
        lambda at: told.step("quarantine", runs.Action(runs.Do.ASSIGN, assignee=MEI), at),
        lambda at: told.crises(Action(Do.FLAG, flag="personal_data_breach"), at),
        lambda at: told.term("met", at),
        lambda at: told.term("running", at, starts_at=BEGAN + HOUR),
        lambda at: told.crises(Action(Do.RAISE, level=4, note="A child was hurt"), at),
        lambda at: told.crises(Action(Do.ASSIGN_ROLE, role="crisis_lead", person=LENA), at),
        lambda at: told.step("quarantine", runs.Action(runs.Do.START), at, MEI),
        lambda at: told.step("quarantine", runs.Action(runs.Do.DONE, note="412 units"), at, MEI),
        lambda at: told.crises(Action(Do.CONTAIN, note="No new cases"), at, LENA),
        lambda at: _asked(told, at),
        lambda at: told.cause(
            Find(Finding.ANALYSE, cause_code="supply.inspection", finding="No lot was opened"), at
        ),
        lambda at: _decided(told, at),
        lambda at: told.correct(
            Correct(Correcting.CHANGE, owner=LENA, due_on=date(2026, 3, 14), note="More time"), at
        ),
        lambda at: told.crises(Action(Do.UNCONTAIN, note="It leaks again"), at, LENA),
        lambda at: told.correct(Correct(Correcting.DONE, note="Three of each lot are opened"), at),
        lambda at: told.correct(Correct(Correcting.RESUME, note="Only in one warehouse"), at),
        lambda at: told.correct(Correct(Correcting.DONE, note="In all of them"), at),
        lambda at: told.crises(
            Action(Do.CLOSE, note="All kettles are back", despite_runs=True), at, LENA
        ),
        lambda at: told.cause(Find(Finding.ASSIGN, owner=MEI), at),
        lambda at: told.cause(Find(Finding.COMMENT, note="The supplier agrees"), at),
    ]


def _asked(told: Story, at: datetime) -> None:
    outcome = causes.ask(told.engine, told.crisis, "Why it leaks", actor=ANA, token=None, wall=at)
    assert outcome.result == "done", outcome


def _decided(told: Story, at: datetime) -> None:
    outcome = actions.add(
        told.engine, 1, "Open three of each lot", owner=MEI, due_on=date(2026, 3, 13),
        check_on=date(2026, 4, 1), actor=ANA, token=None, wall=at,
    )  # fmt: skip
    assert outcome.result == "done", outcome


def test_what_happens_later_in_a_crisis_changes_no_earlier_part(
    engine: Engine, tmp_path: Path
) -> None:
    told = story(engine, tmp_path)
    at = BEGAN + 2 * HOUR
    told.keep(at)
    for chapter in chapters(told):
        at += 5 * HOUR
        chapter(at)
        told.keep(at)
        told.keep(at + HOUR)
    assert len({text for _, text in told.told}) > 15  # comments and the like tell nothing
    for cut, then in told.told:
        assert told.parts(cut) == then, cut


def test_the_busy_crisis_as_known_two_hours_in(engine: Engine, tmp_path: Path) -> None:
    told = story(engine, tmp_path)
    cut = BEGAN + 95 * MINUTE
    (crisis,) = PARTS["crises"](engine, told.config, WEEK, "UTC", cut)
    assert (crisis["status"], crisis["level"], crisis["lead"]) == ("declared", 3, ANA)
    assert crisis["declared_at"] == BEGAN.isoformat()
    assert {term["status"] for term in crisis["terms"]} == {"running"}
    assert crisis["statements_sent"] == 0
    promises = PARTS["promises"](engine, told.config, WEEK, "UTC", cut)
    standing = {one["key"]: (one["standing"], one["who"]) for one in promises}
    # Due after half an hour: the team was called in 24 minutes, the sale goes on after 95.
    assert standing["task-1-call-team"] == ("kept", ANA)
    assert standing["task-1-stop-sale"] == ("broken", MEI)
    assert standing["task-1-quarantine"] == ("open", None)


def test_before_it_was_found_a_crisis_is_not_known(engine: Engine, tmp_path: Path) -> None:
    told = story(engine, tmp_path)
    assert PARTS["crises"](engine, told.config, WEEK, "UTC", BEGAN - MINUTE) == []
    assert PARTS["promises"](engine, told.config, WEEK, "UTC", BEGAN - MINUTE) == []


def test_drills_are_no_crises(engine: Engine, tmp_path: Path) -> None:
    told = story(engine, tmp_path)
    with writing(engine) as connection:
        playbook = (
            connection.execute(schema.playbook_run.select().limit(1)).one().document_version_id
        )
        drill = connection.execute(
            insert(schema.drill)
            .values(
                title="Drill", playbook_version_id=playbook, scenario_json={}, speed=1.0,
                real_start=BEGAN, masked_start=BEGAN, status="running", started_by=ANA, version=1,
            )
            .returning(schema.drill.c.id)
        ).scalar_one()  # fmt: skip
        connection.execute(schema.crisis.update().values(drill_id=drill))
        assert rows.look(connection, told.crisis) is not None
    cut = BEGAN + DAY
    assert PARTS["crises"](engine, told.config, WEEK, "UTC", cut) == []
    assert PARTS["promises"](engine, told.config, WEEK, "UTC", cut) == []


DOINGS = st.lists(
    st.sampled_from(
        [
            "breach", "clear", "acknowledge", "unacknowledge", "assign", "unassign", "raise",
            "lower", "close", "close_false", "judge", "reopen", "declare", "withdraw",
        ]
    ),
    min_size=1,
    max_size=14,
)  # fmt: skip


def _happens(world: by_hand.World, doing: str, turn: int, at: datetime) -> None:
    """One thing; what the machine refuses just does not happen."""
    handle = {
        "acknowledge": Handle(Handling.ACKNOWLEDGE),
        "unacknowledge": Handle(Handling.UNACKNOWLEDGE),
        "assign": Handle(Handling.ASSIGN, assignee=f"Bo {turn}"),
        "unassign": Handle(Handling.ASSIGN),
        "raise": Handle(Handling.RAISE_SEVERITY, severity="critical"),
        "lower": Handle(Handling.LOWER_SEVERITY, severity="info", note="Small"),
        "close": Handle(Handling.CLOSE, verdict=Verdict.TRUE, true_start=at - DAY, note="Solved"),
        "close_false": Handle(Handling.CLOSE, verdict=Verdict.FALSE, note="Holiday"),
        "judge": Handle(Handling.CLOSE, verdict=Verdict.POOR_DETAILS, note="Nobody understood"),
        "reopen": Handle(Handling.REOPEN, note="Again"),
    }
    if doing in ("breach", "clear"):
        seen = Seen.BREACH if doing == "breach" else Seen.CLEAR
        world.slot(by_hand.START + turn * DAY, {"DE": seen}, now=at)
    elif doing == "declare":
        quality.declare(
            world.engine, f"Strike {turn}", {"market": "DE"}, began_on=at.date(), ended_on=None,
            author="Ana", token=None, now=at,
        )  # fmt: skip
    elif doing == "withdraw":
        quality.withdraw(world.engine, 1, actor="Ana", token=None, now=at)
    else:
        inbox_actions.act(
            world.engine, 1, handle[doing], actor=f"Ana {turn}", version=None, token=None, now=at
        )


@settings(max_examples=20, deadline=None)
@given(doings=DOINGS)
def test_what_people_say_later_of_an_incident_changes_no_earlier_part(
    tmp_path_factory: pytest.TempPathFactory, doings: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("state")
    engine = opened(f"sqlite:///{folder / 'state.sqlite'}")
    try:
        world = by_hand.World(engine, timing=Timing())
        told = Story(engine, rooms.ready(engine, folder, BEGAN), 0)
        at = BEGAN
        _happens(world, "breach", 0, at)
        told.keep(at)
        for turn, doing in enumerate(doings, start=1):
            at += 7 * HOUR
            _happens(world, doing, turn, at)
            told.keep(at)
        for cut, then in told.told:
            assert told.parts(cut) == then, (cut, doings)
    finally:
        engine.dispose()


def test_an_incident_as_it_stood_before_its_verdict(engine: Engine, tmp_path: Path) -> None:
    config = rooms.ready(engine, tmp_path, BEGAN)
    world = by_hand.World(engine)
    world.slot(by_hand.START, {"DE": Seen.BREACH}, now=BEGAN)
    for hours, handle in (
        (1, Handle(Handling.ACKNOWLEDGE)),
        (2, Handle(Handling.RAISE_SEVERITY, severity="critical")),
        (3, Handle(Handling.CLOSE, verdict=Verdict.TRUE, true_start=BEGAN - DAY, note="Solved")),
    ):
        outcome = inbox_actions.act(
            engine, 1, handle, actor="Ana", version=None, token=None, now=BEGAN + hours * HOUR
        )
        assert outcome.result == "done"
    at_two = PARTS["incidents"](engine, config, WEEK, "UTC", BEGAN + 90 * MINUTE)
    (row,) = at_two["rows"]
    assert (row["handling"], row["severity"], row["verdict"]) == ("acknowledged", "warning", None)
    assert at_two["counts"] == {"all": 1, "open": 1, "unacknowledged": 0, "opened": 1, "closed": 0}
    later = PARTS["incidents"](engine, config, WEEK, "UTC", BEGAN + 4 * HOUR)
    (row,) = later["rows"]
    assert (row["handling"], row["severity"], row["verdict"]) == ("closed", "critical", "true")
    assert row["true_start"] == (BEGAN - DAY).isoformat()
    assert later["counts"]["closed"] == 1
    known = PARTS["alert_quality"](engine, config, WEEK, "UTC", BEGAN + 4 * HOUR)["now"]
    assert (known["incidents"], known["judged"], known["right"]) == (1, 1, 1)
    assert known["detected_h"] is None  # its slot was nine days before: no delay of the rule's
    unknown = PARTS["alert_quality"](engine, config, WEEK, "UTC", BEGAN + 90 * MINUTE)["now"]
    assert (unknown["incidents"], unknown["judged"], unknown["waiting"]) == (1, 0, 1)


def test_an_empty_state_gives_parts_with_nothing_in_them(engine: Engine, tmp_path: Path) -> None:
    config = rooms.ready(engine, tmp_path, BEGAN)
    found = {
        name: gather(engine, config, WEEK, "UTC", WEEK.ends_at("UTC"))
        for name, gather in PARTS.items()
    }
    assert (found["crises"], found["causes"], found["promises"]) == ([], [], [])
    assert found["incidents"]["rows"] == []
    assert found["alert_quality"]["now"]["incidents"] == 0
