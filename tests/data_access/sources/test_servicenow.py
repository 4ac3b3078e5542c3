"""The incident log in small."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_access.sources.base import SourceError
from data_access.sources.servicenow import SOURCE
from tests.data_access.sources.reading_aid import notes, options, problems, read, write

HEADER = (
    "number,{state},active,reassignment_count,reopen_count,sys_mod_count,made_sla,caller_id,"
    "opened_at,sys_updated_by,sys_updated_at,contact_type,category,category,priority,"
    "assignment_group,resolved_at,closed_at\n"
)


def row(
    number: str,
    state: str,
    change: int,
    updated: str,
    *,
    team: str = "7",
    reopened: int = 0,
    sla: str = "true",
    end: str = "4/3/2016 10:00,9/3/2016 10:00",
    priority: str = "3",
) -> str:
    return (
        f"{number},{state},true,0,{reopened},{change},{sla},c1,1/3/2016 09:00,u{change},{updated},"
        f"Phone,cat,sub,{priority},{team},{end}\n"
    )


LOG = (
    row("N1", "New", 0, "1/3/2016 09:05", team="?")
    + row("N1", "Active", 1, "1/3/2016 09:30")
    + row("N1", "-100", 2, "1/3/2016 09:40")
    + row("N1", "Resolved", 3, "2/3/2016 08:00", priority="2")
    + row("N1", "Active", 4, "3/3/2016 08:00", reopened=1, priority="2")
    + row("N1", "Active", 5, "3/3/2016 09:00", reopened=1, priority="2")
    + row("N1", "Resolved", 6, "4/3/2016 10:00", reopened=1, priority="2")
    + row("N1", "Closed", 7, "9/3/2016 10:00", reopened=1, sla="false", priority="2")
    + row("N2", "New", 0, "1/3/2016 09:05", end="?,?")
    + row("N3", "New", 0, "31/2/2016 09:05", end="?,?")
)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2016, 3, day, hour, minute, tzinfo=UTC)


def test_cases_are_the_last_rows(tmp_path: Path) -> None:
    path = write(tmp_path, "incident_event_log.csv", HEADER.format(state="ident_state") + LOG)
    cases = read(SOURCE, path)["cases"]
    columns = ("case_id", "created_at", "status", "vendor_sla_met", "channel", "team", "priority")
    assert cases.frame.select(*columns, "category", "reason", "_row").rows() == [
        ("N1", at(1, 9), "closed", False, "phone", "7", "2", "cat", "sub", 9),
        ("N2", at(1, 9), "new", True, "phone", "7", "3", "cat", "sub", 10),
    ]
    assert notes(cases) == ["9 rows made 2 cases: the last row of each number"]


def test_events_tell_what_was_known_then(tmp_path: Path) -> None:
    path = write(tmp_path, "incident_event_log.csv", HEADER.format(state="incident_state") + LOG)
    table = read(SOURCE, path)["case_events"]
    events = table.frame.sort("at", "event_id").select("event_id", "at", "type", "from", "to")
    assert events.rows() == [
        ("N1-0-created", at(1, 9), "created", None, None),
        ("N2-0-created", at(1, 9), "created", None, None),
        ("N2-0-assign", at(1, 9, 5), "assign", None, "7"),
        ("N1-1-agent_msg", at(1, 9, 30), "agent_msg", None, None),
        ("N1-1-assign", at(1, 9, 30), "assign", None, "7"),
        ("N1-1-status", at(1, 9, 30), "status", "New", "Active"),
        ("N1-3-priority", at(2, 8), "priority", "3", "2"),
        # Solved for the first time: known from the row, not from `resolved_at`.
        ("N1-3-solved", at(2, 8), "solved", None, None),
        ("N1-3-status", at(2, 8), "status", "Active", "Resolved"),
        ("N1-4-reopened", at(3, 8), "reopened", None, None),
        ("N1-4-status", at(3, 8), "status", "Resolved", "Active"),
        ("N1-6-status", at(4, 10), "status", "Active", "Resolved"),
        ("N1-7-solved", at(4, 10), "solved", None, None),
        ("N1-7-closed", at(9, 10), "closed", None, None),
        ("N1-7-status", at(9, 10), "status", "Resolved", "Closed"),
    ]
    assert problems(table) == [(11, "sys_updated_at", "31/2/2016 09:05")]
    said = notes(table)
    assert said[0].startswith("9 rows made 15 events; 2 rows changed nothing")
    assert "agent_msg is a proxy" in said[1]
    assert said[2] == "1 rows with the state -100: the state before them is kept"


def test_nothing_happens_before_it_is_known(tmp_path: Path) -> None:
    """Without its last rows a log gives the same events, less those of the rows cut off."""
    header = HEADER.format(state="incident_state")
    lines = LOG.splitlines(keepends=True)
    whole = read(SOURCE, write(tmp_path, "incident.csv", header + LOG))["case_events"].frame
    part = read(SOURCE, write(tmp_path, "incident.csv", header + "".join(lines[:3])))
    early = part["case_events"].frame.filter(
        ~part["case_events"].frame["type"].is_in(["solved", "closed"])
    )
    assert set(early["event_id"]) <= set(whole["event_id"])


def test_repeated_change_numbers_get_their_own_ids(tmp_path: Path) -> None:
    log = row("N1", "New", 0, "1/3/2016 09:05") + row("N1", "Active", 0, "1/3/2016 09:30")
    path = write(tmp_path, "incident.csv", HEADER.format(state="incident_state") + log)
    ids = read(SOURCE, path)["case_events"].frame["event_id"].to_list()
    assert len(set(ids)) == len(ids)
    assert "N1-0.1-status" in ids


def test_zip_zone_and_names_of_copies(tmp_path: Path) -> None:
    header = HEADER.format(state="ident_state").replace(
        "category,category", "category,category_duplicated_0"
    )
    with zipfile.ZipFile(tmp_path / "incident_event_log.zip", "w") as archive:
        archive.writestr("incident_event_log/incident_event_log.csv", header + LOG)
    tables = read(SOURCE, tmp_path, options(zone="America/New_York"))
    # 9:00 in New York in early March is 14:00 UTC.
    assert tables["cases"].frame["created_at"][0] == at(1, 14)
    assert tables["cases"].frame["reason"][0] == "sub"


def test_other_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as error:
        read(SOURCE, write(tmp_path, "incident.csv", "number,state\n1,New\n"))
    assert "no column incident_state" in error.value.message
    assert "Found: number, state." in error.value.message
