"""A small shop's Gorgias: tickets, messages, events, surveys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data_access.sources.gorgias import SOURCE
from tests.data_access.sources.helpdesk_aid import at, iso, lines, page, row, told
from tests.data_access.sources.reading_aid import notes, options, problems, read, write

Json = dict[str, Any]


def naive(text: str) -> str:
    """As the API writes times: UTC without saying so."""
    return at(text).strftime("%Y-%m-%dT%H:%M:%S.000000")


def ticket(number: int, **more: Any) -> Json:
    return {
        "id": number,
        "status": "open",
        "channel": "email",
        "via": "email",
        "from_agent": False,
        "spam": False,
        "customer": {"id": 50, "email": "ida@example.com", "name": "Ida Bloom"},
        "assignee_user": {"id": 7},
        "assignee_team": {"id": 3, "name": "Germany"},
        "language": "de",
        "subject": "Where is it?",
        "tags": [{"id": 1, "name": "Level 4"}],
        "created_datetime": naive("2 09:00"),
        "updated_datetime": naive("9 09:00"),
        "closed_datetime": None,
        "trashed_datetime": None,
        "snooze_datetime": None,
        "satisfaction_survey": None,
        **more,
    }


def message(number: int, when: str, *, agent: bool, about: int = 1, **more: Any) -> Json:
    return {
        "id": number,
        "ticket_id": about,
        "public": True,
        "channel": "email",
        "via": "email",
        "from_agent": agent,
        "sender": {"id": 7 if agent else 50, "email": "x@example.com"},
        "rule_id": None,
        "integration_id": 12,
        "body_text": f"text {number}",
        "created_datetime": naive(when),
        "sent_datetime": naive(when),
        "failed_datetime": None,
        **more,
    }


def event(number: int, kind: str, when: str, user: int | None = 7, **more: Any) -> Json:
    return {
        "id": number,
        "type": kind,
        "object_type": "Ticket",
        "object_id": 1,
        "user_id": user,
        "data": None,
        "created_datetime": naive(when),
        **more,
    }


def listed(*records: Json, more: bool = False) -> Json:
    return {"data": list(records), "object": "list", "meta": {"next_cursor": "x" if more else None}}


MESSAGES = [
    message(10, "2 09:00", agent=False),
    message(11, "2 09:01", agent=True, rule_id=4),
    message(12, "2 10:00", agent=True, sent_datetime=naive("2 10:05")),
    message(13, "2 10:30", agent=True, channel="internal-note", public=True),
    message(14, "2 11:00", agent=True, sent_datetime=None, failed_datetime=naive("2 11:01")),
    message(15, "5 09:00", agent=False, body_text=None, body_html="<div>No!<br>Still not</div>"),
    message(16, "5 09:30", agent=True, via="api"),
    message(17, "5 10:00", agent=True, sender=None),
]
EVENTS = [
    event(1, "ticket-created", "2 09:00", None),
    event(2, "ticket-team-assigned", "2 09:10", None, data={"assignee_team_id": 3}),
    event(3, "ticket-snoozed", "2 12:00"),
    event(4, "ticket-closed", "2 12:00"),
    event(5, "ticket-self-unsnoozed", "3 12:00", None),
    event(6, "ticket-closed", "4 09:00"),
    event(7, "ticket-reopened", "5 09:00", None),
    event(8, "ticket-closed", "6 09:00"),
    event(9, "customer-updated", "6 09:00", object_type="Customer"),
]


def whole(folder: Path) -> Path:
    closed = ticket(1, status="closed", closed_datetime=naive("6 09:00"), external_id="A-1")
    page(folder, "t.json", listed(closed))
    page(folder, "m.json", listed(*MESSAGES))
    page(folder, "e.json", listed(*EVENTS))
    return folder


def test_a_case_is_its_ticket(tmp_path: Path) -> None:
    found = row(read(SOURCE, whole(tmp_path))["cases"], "case_id", "1")
    assert {name: value for name, value in found.items() if value is not None} == {
        "case_id": "1",
        "order_id": "A-1",
        "lang": "de",
        "severity": 4,
        "customer_key": "50",
        "channel": "email",
        "subject": "Where is it?",
        "team": "Germany",
        "created_at": at("2 09:00"),
        "status": "closed",
        "spam": False,
        "deleted": False,
        "_file": "t.json",
        "_row": 1,
    }


def test_events_and_messages(tmp_path: Path) -> None:
    tables = read(SOURCE, whole(tmp_path))
    assert told(tables["case_events"], "1") == [
        (at("2 09:00"), "created", "customer", None, "open"),
        (at("2 09:00"), "customer_msg", "customer", None, None),
        (at("2 09:01"), "bot_msg", "bot", None, None),
        (at("2 09:10"), "assign", "system", None, "Germany"),
        (at("2 10:05"), "agent_msg", "agent", None, None),
        (at("2 10:30"), "note", "agent", None, None),
        # Nobody got what failed.
        (at("2 11:00"), "note", "agent", None, None),
        # Snoozing closes too, but solves nothing.
        (at("2 12:00"), "status", "agent", "open", "on_hold"),
        (at("3 12:00"), "status", "system", "on_hold", "open"),
        (at("4 09:00"), "closed", "agent", "solved", "closed"),
        (at("4 09:00"), "solved", "agent", "open", "solved"),
        (at("5 09:00"), "reopened", "system", "closed", "open"),
        (at("5 09:00"), "customer_msg", "customer", None, None),
        (at("5 09:30"), "bot_msg", "bot", None, None),
        (at("5 10:00"), "bot_msg", "bot", None, None),
        (at("6 09:00"), "closed", "agent", "solved", "closed"),
        (at("6 09:00"), "solved", "agent", "open", "solved"),
    ]
    messages = tables["messages"].frame.sort("message_id")
    assert messages["direction"].to_list() == ["in", *["out"] * 4, "in", "out", "out"]
    assert messages["public"].to_list() == [True, True, True, False, False, True, True, True]
    assert row(tables["messages"], "message_id", "15")["text"] == "No!\nStill not"


def test_a_ticket_with_everything_in_it(tmp_path: Path) -> None:
    survey = {"id": 60, "score": 4, "body_text": "ok", "created_datetime": naive("6 09:00"),
              "sent_datetime": naive("6 10:00"), "scored_datetime": naive("7 09:00")}  # fmt: skip
    nested = ticket(
        1,
        messages=[{k: v for k, v in MESSAGES[0].items() if k != "ticket_id"}],
        events=[{"id": 8, "type": "ticket-closed", "user": {"id": 7},
                 "created_datetime": naive("6 09:00")}],
        satisfaction_survey=survey,
    )  # fmt: skip
    tables = read(SOURCE, page(tmp_path, "t.json", nested))
    assert [kind for _, kind, *_ in told(tables["case_events"], "1")] == [
        "created",
        "customer_msg",
        "closed",
        "solved",
    ]
    found = row(tables["surveys"], "response_id", "60")
    assert (found["case_id"], found["score"], found["comment"]) == ("1", 4, "ok")
    assert (found["sent_at"], found["answered_at"]) == (at("6 10:00"), at("7 09:00"))


def test_surveys_that_were_never_sent_are_none(tmp_path: Path) -> None:
    def survey(number: int, **more: Any) -> Json:
        return {"id": number, "ticket_id": 1, "score": None, "created_datetime": naive("3 09:00"),
                "sent_datetime": None, "scored_datetime": None, **more}  # fmt: skip

    page(tmp_path, "t.json", listed(ticket(1)))
    surveys = [survey(1), survey(2, sent_datetime=naive("4 09:00")),
               survey(3, score=9, scored_datetime=naive("5 09:00"))]  # fmt: skip
    page(tmp_path, "s.json", listed(*surveys))
    found = read(SOURCE, tmp_path)["surveys"].frame.select("response_id", "sent_at", "score")
    assert found.rows() == [("2", at("4 09:00"), None), ("3", at("3 09:00"), 9)]


def test_closed_without_events(tmp_path: Path) -> None:
    page(tmp_path, "t.json", listed(ticket(1, status="closed", closed_datetime=iso("6 09:00"))))
    events = read(SOURCE, tmp_path)["case_events"]
    assert [event[:2] for event in told(events, "1")][1:] == [
        (at("6 09:00"), "closed"),
        (at("6 09:00"), "solved"),
    ]
    assert notes(events)[0].startswith("1 closed tickets have no events")


def test_snoozed_spam_trash_and_agents_that_start(tmp_path: Path) -> None:
    tickets = [
        ticket(1, status="closed", snooze_datetime="2030-01-01T00:00:00+02:00"),
        ticket(2, status="closed", snooze_datetime=naive("3 09:00")),
        ticket(3, spam=True, customer=None),
        ticket(4, trashed_datetime=naive("3 09:00")),
        ticket(5, from_agent=True, channel="tiktok-shop"),
        ticket(6, channel="pigeon", language="klingonish"),
    ]
    tables = read(SOURCE, page(tmp_path, "t.json", listed(*tickets)))
    cases = tables["cases"].frame.sort("case_id")
    assert cases["status"].to_list() == ["on_hold", "closed", "open", "open", "open", "open"]
    assert cases["spam"].to_list() == [False, False, True, False, False, False]
    assert cases["deleted"].to_list() == [False, False, False, True, False, False]
    assert cases["channel"].to_list()[4:] == ["marketplace", "other"]
    assert cases["lang"].to_list()[5] is None
    assert told(tables["case_events"], "5")[0][2] == "agent"
    assert notes(tables["cases"]) == ["1 tickets of other channels (pigeon): other"]


def test_merges_that_name_both_ends(tmp_path: Path) -> None:
    page(tmp_path, "t.json", listed(*(ticket(number) for number in (1, 2, 3, 4))))
    merges = [
        event(1, "ticket-merged", "3 09:00", object_id=2, data={"merged_into_ticket_id": 1}),
        event(2, "ticket-merged", "3 10:00", object_id=1, data={"source_ticket_ids": [3]}),
        event(3, "ticket-merged", "3 11:00", object_id=4),
    ]
    page(tmp_path, "e.json", listed(*merges))
    tables = read(SOURCE, tmp_path)
    assert tables["cases"].frame.sort("case_id")["merged_into"].to_list() == [None, "1", "1", None]
    assert told(tables["case_events"], "2")[-1] == (at("3 09:00"), "merged", "agent", None, "1")
    assert "1 merges do not say of which tickets: not read" in notes(tables["case_events"])


def test_custom_fields_by_their_labels(tmp_path: Path) -> None:
    held = {"31": {"id": 31, "value": "A-9"}, "32": {"id": 32, "value": None}}
    page(tmp_path, "t.json", listed(ticket(1, custom_fields=held, external_id="RETURN#1", tags=[])))
    fields = [{"id": 31, "label": "Order number", "object_type": "Ticket"},
              {"id": 32, "label": "Level", "object_type": "Ticket"}]  # fmt: skip
    page(tmp_path, "f.json", listed(*fields))
    found = row(read(SOURCE, tmp_path)["cases"], "case_id", "1")
    assert (found["order_id"], found["severity"]) == ("A-9", None)


def test_teams_by_name(tmp_path: Path) -> None:
    """From a ticket that nests its team, from the list of teams, else the id."""
    page(tmp_path, "t.json", listed(
        ticket(1), ticket(2, assignee_team=None, assignee_team_id=3),
        ticket(3, assignee_team=None, assignee_team_id=4),
        ticket(4, assignee_team=None, assignee_team_id=5),
        ticket(5, assignee_team=None, custom_fields=[{"id": 31, "value": "A-1"}]),
    ))  # fmt: skip
    page(tmp_path, "teams.json", listed({"id": 4, "name": "Brazil", "members": []}))
    page(tmp_path, "f.json", listed({"id": 31, "label": "Order", "object_type": "Ticket"}))
    cases = read(SOURCE, tmp_path)["cases"].frame.sort("case_id")
    assert cases["team"].to_list() == ["Germany", "Germany", "Brazil", "5", None]
    assert cases["order_id"].to_list()[-1] == "A-1"


def test_pages_that_all_name_a_next_one(tmp_path: Path) -> None:
    page(tmp_path, "a.json", listed(ticket(1), more=True))
    cases = read(SOURCE, tmp_path)["cases"]
    assert notes(cases) == [
        "every page of tickets says that more follow: the export is not complete"
    ]
    # The last page of messages ends nothing but messages.
    page(tmp_path, "m.json", listed(*MESSAGES))
    assert len(notes(read(SOURCE, tmp_path)["cases"])) == 1
    page(tmp_path, "b.json", listed())
    assert notes(read(SOURCE, tmp_path)["cases"]) == []


@pytest.mark.parametrize("zone", [None, "America/New_York"])
def test_csv(tmp_path: Path, zone: str | None) -> None:
    text = (
        "Ticket id,Subject,Status,Channel,Creation date,Closed date,Customer email,"
        "First response time (s),Resolution time (s),Order number\n"
        "1,Hi,closed,chat,2026-03-02 04:00:00,2026-03-03 04:00:00,ida@example.com,90,86400,A-1\n"
    )
    tables = read(SOURCE, write(tmp_path, "t.csv", text), options(zone=zone))
    found = row(tables["cases"], "case_id", "1")
    assert found["created_at"] == at("2 04:00" if zone is None else "2 09:00")
    assert (found["order_id"], found["channel"], found["customer_key"]) == ("A-1", "chat", None)
    assert (found["vendor_frt_min"], found["vendor_full_res_min"]) == (1.5, 1440.0)


def test_users_are_agents(tmp_path: Path) -> None:
    user = {"id": 7, "role": {"name": "agent"}, "language": "en", "timezone": "Mars/Olympus",
            "email": "x@example.com"}  # fmt: skip
    lines(tmp_path, "all.jsonl", [ticket(1), user, {"id": 3, "name": "Germany", "members": []}])
    agents = read(SOURCE, tmp_path)["agents"].frame
    assert agents.select("agent_id", "tz", "langs").rows() == [("7", None, "en")]


def test_refusals(tmp_path: Path) -> None:
    page(tmp_path, "t.json", listed(ticket(1, created_datetime="?"), ticket(2)))
    page(tmp_path, "m.json", listed(message(1, "2 09:00", agent=False, created_datetime="?")))
    tables = read(SOURCE, tmp_path)
    assert problems(tables["cases"]) == [(1, "created_at", "?")]
    assert problems(tables["messages"]) == [(1, "when", "?")]
