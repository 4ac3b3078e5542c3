"""`reports.yaml`: every fault has its line, and a broken file changes nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from alerts.notify.config import Config
from alerts.notify.config import load as load_alerting
from dashboard.reports import schedule_checks
from dashboard.reports.schedule_file import KEPT_NAME, ScheduleError, current, load

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "reports.yaml"
ALERTING = EXAMPLE.with_name("alerting.yaml")
GRAINS = {"weekly": "week", "monthly-triggers": "month", "quarterly-language": "quarter"}

GOOD = """\
schema_version: 1
schedules:
  board:
    template: weekly
    weekday: mon
    at: "07:30"
    zone: Europe/Berlin
    to: [{role: executive_sponsor}, {channel: desk}]
"""


def people(text: str = "") -> Config:
    """People with roles."""
    return load_alerting(
        text
        or """
schema_version: 1
channels:
  desk: {kind: log}
people:
  Sam: {addresses: {desk: sam}, roles: [executive_sponsor]}
  Priya: {roles: [finance]}
"""
    )


def test_defaults_are_those_of_the_documentation() -> None:
    one = load(GOOD).body.schedules["board"]
    assert (one.grain, one.offset, one.forms, one.languages) == ("week", 0, ("pdf",), ())
    assert (one.late_feed.policy, one.late_feed.up_to) == ("wait", timedelta(hours=6))
    assert one.late_feed.then == "send_incomplete"
    assert one.correction.policy == "send"
    assert [str(receiver) for receiver in one.to] == ["role executive_sponsor", "channel desk"]


def test_an_empty_file_plans_nothing() -> None:
    assert load("").body.schedules == {}


def board(line: str) -> str:
    """The good file with a line of its schedule replaced or added."""
    name = line.split(":", maxsplit=1)[0]
    kept = [old for old in GOOD.splitlines() if old.strip().split(":")[0] != name]
    return "\n".join([*kept, f"    {line}"]) + "\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("schedules: {}", "line 1: schema_version is missing"),
        ("schema_version: 2", "line 1: schema_version = 2"),
        (GOOD + "extra: 1\n", "line 9: extra = 1: there is no such field"),
        (board("zone: Mars/Base"), "line 8: schedules.board.zone = 'Mars/Base': there is no such"),
        (board("at: 0730"), "schedules.board.at"),
        (board('at: "25:00"'), "write a time as hours and minutes in quotes"),
        (board("to: [{team: x}]"), "write one of {role: NAME}"),
        (board("to: [Sam]"), "write one of {role: NAME}"),
        (board("forms: [docx]"), "there is no form 'docx'; known: html, pdf, xlsx, csv"),
        (board("forms: [mail]"), "there is no form 'mail'"),
        (board("forms: [pdf, pdf]"), "name each of them once"),
        (board("languages: [fr]"), "schedules.board.languages.0 = 'fr'"),
        (board("day_of_month: 3"), "give one of weekday, day_of_month and day_of_quarter"),
        (GOOD.replace("    weekday: mon\n", ""), "give one of weekday"),
        (board("day_of_month: 29").replace("    weekday: mon\n", ""), "less than or equal to 28"),
        (board("first: 2026-10"), "'2026-10' is no week; write it like 2026-W47"),
        (board("first: 2026-W60"), "There is no week 2026-W60"),
        (board("feeds: [{}]"), "name a source, a table, or both"),
        (board("feeds: [{table: tickets}]"), "there is no table 'tickets'"),
        (board("feeds: [{source: x, older_than: soon}]"), "write a duration"),
        (board("late_feed: {policy: hope}"), "schedules.board.late_feed.policy = 'hope'"),
        (board("late_feed: {then: cry}"), "schedules.board.late_feed.then = 'cry'"),
        (GOOD.replace("board", "Big Board"), "schedules.Big Board"),
        (GOOD + GOOD.split("schedules:\n")[1], "line 9: 'board' was already given in line 3"),
        ("schema_version: 1\nschedules: [", "not valid YAML"),
        ("- a", "must be a mapping"),
    ],
)
def test_every_fault_names_its_line_and_what_to_do(text: str, said: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        load(text)
    assert said in str(caught.value)
    assert "reports.yaml" in str(caught.value)


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScheduleError, match="is no file"):
        load(tmp_path)


def test_a_broken_file_leaves_the_last_good_one_in_force_also_over_a_restart(
    tmp_path: Path,
) -> None:
    path = tmp_path / "reports.yaml"
    planned = current(tmp_path)
    assert planned.now()[0].body.schedules == {}
    path.write_text(GOOD, encoding="utf-8")
    assert [*planned.now()[0].body.schedules] == ["board"]
    path.write_text("schema_version: 1\nschedules: [", encoding="utf-8")
    for one in (planned, current(tmp_path)):
        in_force, (told,) = one.now()
        assert [*in_force.body.schedules] == ["board"]
        assert "not valid YAML" in told
    path.unlink()
    in_force, (told,) = current(tmp_path).now()
    assert [*in_force.body.schedules] == ["board"]
    assert "the file is gone" in told
    (tmp_path / KEPT_NAME).unlink()
    assert current(tmp_path).now()[0].body.schedules == {}


def test_the_example_can_be_used_with_the_example_of_people() -> None:
    given = load(EXAMPLE)
    config = load_alerting(ALERTING)
    assert schedule_checks.findings(given, GRAINS, config) == []
    assert {one.grain for one in given.body.schedules.values()} == {"week", "month", "quarter"}


@pytest.mark.parametrize(
    ("line", "severity", "said"),
    [
        ("template: wekly", "error", "there is no report 'wekly'; known: weekly"),
        ("template: monthly-triggers", "error", "is about a month; give day_of_month instead"),
        ("to: [{role: wizard}, {person: Sam}]", "warning", "nobody holds the role wizard"),
        ("to: [{role: wizard}]", "error", "nobody can be reached"),
        ("to: [{role: finance}, {person: Sam}]", "warning", "Priya can be reached over no channel"),
        ("to: [{person: Nemo}]", "warning", "there is no person 'Nemo' in alerting.yaml"),
        ("to: [{rota: night}]", "warning", "there is no rota 'night' in alerting.yaml"),
        ("to: [{channel: sms}]", "warning", "there is no channel 'sms'"),
        ("to: []", "warning", "into the archive only"),
    ],
)
def test_what_other_files_lack_is_told_with_the_line(line: str, severity: str, said: str) -> None:
    found = schedule_checks.findings(load(board(line)), GRAINS, people())
    told = [one for one in found if said in one.message]
    assert [one.severity for one in told] == [severity], found
    assert "reports.yaml, line" in str(told[0])


def test_nothing_is_wrong_with_a_good_file() -> None:
    assert schedule_checks.findings(load(GOOD), GRAINS, people()) == []
