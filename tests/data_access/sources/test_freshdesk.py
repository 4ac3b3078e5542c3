"""A small company's Freshdesk: tickets with stats, conversations, activities, ratings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data_access.sources.freshdesk import SOURCE
from tests.data_access.sources.helpdesk_aid import at, iso, page, row, told
from tests.data_access.sources.reading_aid import notes, options, problems, read, write

Json = dict[str, Any]


def ticket(number: int, **more: Any) -> Json:
    return {
        "id": number,
        "subject": "Where is it?",
        "description": "<div>Where is <b>it</b>?</div>",
        "status": 2,
        "priority": 3,
        "source": 1,
        "requester_id": 50,
        "requester": {"id": 50, "name": "Ida Bloom", "email": "ida@example.com"},
        "responder_id": 7,
        "group_id": 3,
        "spam": False,
        "is_escalated": False,
        "fr_escalated": False,
        "tags": ["level 2"],
        "custom_fields": {"cf_order_number": "A-1", "cf_level": None, "cf_colour": "blue"},
        "created_at": iso("2 09:00"),
        "updated_at": iso("9 09:00"),
        **more,
    }


def said(number: int, when: str, *, incoming: bool, about: int = 1, **more: Any) -> Json:
    return {
        "id": number,
        "ticket_id": about,
        "incoming": incoming,
        "private": False,
        "user_id": 50 if incoming else 7,
        "source": 0,
        "body_text": f"text {number}",
        "created_at": iso(when),
        "updated_at": iso(when),
        **more,
    }


def did(when: str, who: str = "user", number: int = 7, about: int = 1, **activity: Any) -> Json:
    return {
        "performed_at": at(when).strftime("%d-%m-%Y %H:%M:%S +0000"),
        "ticket_id": about,
        "performer_type": who,
        "performer_id": number,
        "activity": activity,
    }


GROUPS = [{"id": 3, "name": "Germany", "agent_ids": [7], "escalate_to": None}]
AGENTS = [{"id": 7, "contact": {"name": "A", "language": "en", "time_zone": "Berlin"},
           "group_ids": [3]}]  # fmt: skip
STATS = {
    "first_responded_at": iso("2 10:00"),
    "agent_responded_at": iso("4 09:00"),
    "requester_responded_at": iso("3 09:00"),
    "reopened_at": iso("5 09:00"),
    "resolved_at": iso("6 09:00"),
    "closed_at": iso("8 09:00"),
    "pending_since": None,
}
TALK = [
    said(10, "2 10:00", incoming=False),
    said(11, "2 10:30", incoming=False, private=True, source=2),
    said(12, "2 11:00", incoming=False, source=8),
    said(
        13, "3 09:00", incoming=True, body_text=None, body="<p>Still</p><p>waiting &amp; angry</p>"
    ),
    said(14, "3 09:01", incoming=False, automation_id=99),
]
ACTS = [
    did("2 09:00", "user", 50, new_ticket=True, status="Open", priority=2, group="Germany"),
    did("2 10:00", status="Pending"),
    did("3 09:00", "user", 50, status="Open"),
    did("3 10:00", priority=4, group="Brazil", level="L2"),
    did("3 11:00", status="Waiting on Third Party", level="L3"),
    did("4 09:00", status="Resolved"),
    did("5 09:00", "user", 50, status="Open"),
    did("6 09:00", status="Resolved"),
    did("8 09:00", "system", 1, status="Closed", automation={"type": 2}),
    did("8 09:00", note={"id": 10, "type": 4}),
]


def whole(folder: Path, *, activities: bool = True) -> Path:
    page(folder, "tickets.json", [ticket(1, status=5, stats=STATS)])
    page(folder, "talk.json", TALK)
    page(folder, "groups.json", GROUPS)
    page(folder, "agents.json", AGENTS)
    if activities:
        page(folder, "acts.json", {"metadata": {"activities_count": 10}, "activities_data": ACTS})
    return folder


def test_a_case_is_its_ticket(tmp_path: Path) -> None:
    found = row(read(SOURCE, whole(tmp_path))["cases"], "case_id", "1")
    assert {name: value for name, value in found.items() if value is not None} == {
        "case_id": "1",
        "order_id": "A-1",
        "severity": 2,
        "customer_key": "50",
        "channel": "email",
        "subject": "Where is it?",
        "priority": "high",
        "team": "Germany",
        "created_at": at("2 09:00"),
        "status": "closed",
        "spam": False,
        "deleted": False,
        "vendor_sla_met": True,
        # Of its own instants: 10:00 less 9:00, and four days.
        "vendor_frt_min": 60.0,
        "vendor_full_res_min": 4 * 1440.0,
        "_file": "tickets.json",
        "_row": 1,
    }


def test_events_of_activities_and_conversations(tmp_path: Path) -> None:
    tables = read(SOURCE, whole(tmp_path))
    assert told(tables["case_events"], "1") == [
        (at("2 09:00"), "created", "customer", None, "open"),
        (at("2 09:00"), "customer_msg", "customer", None, None),
        (at("2 09:00"), "assign", "customer", None, "Germany"),
        (at("2 10:00"), "agent_msg", "agent", None, None),
        (at("2 10:00"), "status", "agent", "open", "pending"),
        (at("2 10:30"), "note", "agent", None, None),
        # Forwarded to somebody else.
        (at("2 11:00"), "note", "agent", None, None),
        (at("3 09:00"), "customer_msg", "customer", None, None),
        (at("3 09:00"), "status", "customer", "pending", "open"),
        (at("3 09:01"), "bot_msg", "bot", None, None),
        (at("3 10:00"), "priority", "agent", "medium", "urgent"),
        (at("3 10:00"), "assign", "agent", "Germany", "Brazil"),
        (at("3 11:00"), "level", "agent", "2", "3"),
        (at("3 11:00"), "status", "agent", "open", "on_hold"),
        (at("4 09:00"), "solved", "agent", "on_hold", "solved"),
        (at("5 09:00"), "reopened", "customer", "solved", "open"),
        (at("6 09:00"), "solved", "agent", "open", "solved"),
        (at("8 09:00"), "closed", "system", "solved", "closed"),
    ]
    messages = tables["messages"].frame.sort("at", "message_id")
    columns = ("message_id", "direction", "public", "text")
    assert messages.select(*columns).rows() == [
        ("1-description", "in", True, "Where is it?"),
        ("10", "out", True, "text 10"),
        ("11", "out", False, "text 11"),
        ("12", "out", False, "text 12"),
        ("13", "in", True, "Still\nwaiting & angry"),
        ("14", "out", True, "text 14"),
    ]
    agents = tables["agents"].frame.select("agent_id", "team", "tz", "langs")
    assert agents.rows() == [("7", "Germany", None, "en")]


def test_stats_alone_tell_the_last_instants(tmp_path: Path) -> None:
    page(tmp_path, "t.json", [ticket(1, status=5, stats=STATS, description=None)])
    events = read(SOURCE, tmp_path)["case_events"]
    assert told(events, "1") == [
        (at("2 09:00"), "created", "customer", None, "open"),
        (at("2 10:00"), "agent_msg", "agent", None, None),
        (at("3 09:00"), "customer_msg", "customer", None, None),
        (at("4 09:00"), "agent_msg", "agent", None, None),
        (at("5 09:00"), "reopened", None, "solved", "open"),
        (at("6 09:00"), "solved", None, "open", "solved"),
        (at("8 09:00"), "closed", None, "solved", "closed"),
    ]
    assert notes(events)[0].startswith("1 tickets have no activities")


def test_what_stats_told_before_stays(tmp_path: Path) -> None:
    """A later export with another solution gives another event, not the same one moved."""
    ids = []
    for solved in ("4 09:00", "6 09:00"):
        stats = {"resolved_at": iso(solved)}
        page(tmp_path, "t.json", [ticket(1, status=4, stats=stats)])
        events = read(SOURCE, tmp_path)["case_events"].frame
        ids += events.filter(events["type"] == "solved")["event_id"].to_list()
    assert len(set(ids)) == 2


def test_pending_since(tmp_path: Path) -> None:
    stats = {"pending_since": iso("3 09:00")}
    page(tmp_path, "t.json", [ticket(1, status=3, stats=stats), ticket(2, status=2, stats=stats)])
    events = read(SOURCE, tmp_path)["case_events"]
    assert told(events, "1")[-1] == (at("3 09:00"), "status", None, "open", "pending")
    assert [event[1] for event in told(events, "2")] == ["created", "customer_msg"]


def test_outbound_tickets_are_started_by_an_agent(tmp_path: Path) -> None:
    tables = read(SOURCE, page(tmp_path, "t.json", [ticket(1, source=10)]))
    assert [event[1:3] for event in told(tables["case_events"], "1")] == [
        ("created", "agent"),
        ("agent_msg", "agent"),
    ]
    assert row(tables["messages"], "case_id", "1")["direction"] == "out"


def test_merged_spam_and_deleted(tmp_path: Path) -> None:
    page(tmp_path, "t.json", [ticket(1), ticket(2, status=5), ticket(3, spam=True),
                              ticket(4, deleted=True)])  # fmt: skip
    note = said(20, "3 09:00", incoming=False, about=2, private=True,
                body_text="This ticket is closed and merged into ticket 1")  # fmt: skip
    page(tmp_path, "c.json", [note])
    tables = read(SOURCE, tmp_path)
    cases = tables["cases"].frame.sort("case_id")
    assert cases["merged_into"].to_list() == [None, "1", None, None]
    assert cases["spam"].to_list() == [False, False, True, False]
    assert cases["deleted"].to_list() == [False, False, False, True]
    assert (at("3 09:00"), "merged", "agent", None, "1") in told(tables["case_events"], "2")


def statuses(folder: Path) -> list[str]:
    numbers = [2, 3, 4, 5, 6, 7, 8, 9, 10]
    page(folder, "t.json", [ticket(number, status=number) for number in numbers])
    cases = read(SOURCE, folder)["cases"]
    return [row(cases, "case_id", str(number))["status"] for number in numbers]


def test_custom_statuses(tmp_path: Path) -> None:
    plain = ["open", "pending", "solved", "closed", "pending", "on_hold"]
    assert statuses(tmp_path) == [*plain, "open", "open", "open"]
    said_so = notes(read(SOURCE, tmp_path)["cases"])
    assert "3 tickets have a status that nothing explains (10, 8, 9): open" in said_so
    choices = [{"id": 8, "value": "Waiting for customer photos", "stop_sla_timer": True},
               {"id": 9, "value": "At the carrier", "stop_sla_timer": True},
               {"id": 10, "value": "Being repaired", "stop_sla_timer": False}]  # fmt: skip
    field = {"id": 1, "name": "status", "type": "default_status", "choices": choices}
    page(tmp_path, "fields.json", [field, {"id": 2, "name": "x", "type": "custom_text"}])
    assert statuses(tmp_path) == [*plain, "pending", "on_hold", "open"]
    (tmp_path / "fields.json").unlink()
    write(tmp_path, "statuses.csv", "id,name,category\n8,Photos,pending\n9,Carrier,on_hold\n")
    assert statuses(tmp_path) == [*plain, "pending", "on_hold", "open"]


def test_statuses_of_the_plain_field_and_of_a_page(tmp_path: Path) -> None:
    """A renamed status keeps its number; one that only has a name explains nothing."""
    page(tmp_path, "t.json", [ticket(1, status="Waits"), ticket(2, status=8), ticket(3, status=9)])
    choices = {"3": ["Waits", "Waiting for you"], "8": ["Photos", "Photos"]}
    page(tmp_path, "f.json", [{"id": 1, "type": "default_status", "choices": choices}])
    page(tmp_path, "s.json", {"statuses": [{"id": 9, "name": "Carrier", "category": "On_Hold"}]})
    cases = read(SOURCE, tmp_path)["cases"]
    assert cases.frame.sort("case_id")["status"].to_list() == ["pending", "open", "on_hold"]
    assert "1 tickets have a status that nothing explains (8): open" in notes(cases)


def test_sources_that_are_none_of_ours(tmp_path: Path) -> None:
    cases = read(SOURCE, page(tmp_path, "t.json", [ticket(1, source=11), ticket(2, source=77)]))
    assert cases["cases"].frame["channel"].to_list() == ["marketplace", "other"]
    assert notes(cases["cases"]) == ["1 tickets of other sources (77): other"]


def test_a_search_and_tickets_with_their_conversations(tmp_path: Path) -> None:
    page(tmp_path, "s.json", {"total": 1, "results": [ticket(1, conversations=TALK[:1])]})
    tables = read(SOURCE, tmp_path)
    assert sorted(tables["messages"].frame["message_id"]) == ["1-description", "10"]


def test_activities_name_statuses(tmp_path: Path) -> None:
    page(tmp_path, "t.json", [ticket(1)])
    page(tmp_path, "a.json", {"activities_data": [did("3 09:00", status="Being repaired"),
                                                  did("4 09:00", status="Photos")]})  # fmt: skip
    write(tmp_path, "statuses.csv", "id,name,category\n8,Photos,pending\n")
    events = told(read(SOURCE, tmp_path)["case_events"], "1")
    assert [event[1:] for event in events[2:]] == [("status", "agent", "open", "pending")]


@pytest.mark.parametrize(
    ("more", "met"),
    [
        ({"status": 2}, None),
        ({"status": 4}, True),
        ({"status": 2, "is_escalated": True}, False),
        ({"status": 5, "fr_escalated": True}, False),
        ({"status": 5, "is_escalated": None, "fr_escalated": None}, None),
    ],
)
def test_the_verdict_of_the_product(tmp_path: Path, more: Json, met: bool | None) -> None:
    tables = read(SOURCE, page(tmp_path, "t.json", [ticket(1, **more)]))
    assert row(tables["cases"], "case_id", "1")["vendor_sla_met"] is met


def test_ratings(tmp_path: Path) -> None:
    page(tmp_path, "t.json", [ticket(1)])
    ratings = [
        {"id": number, "ticket_id": 1, "created_at": iso("8 09:00"), "feedback": "f",
         "ratings": {"default_question": score}}
        for number, score in enumerate([103, 102, 101, 100, -101, -102, -103, 7], 1)
    ]  # fmt: skip
    page(tmp_path, "r.json", ratings)
    surveys = read(SOURCE, tmp_path)["surveys"]
    assert surveys.frame.sort("response_id")["score"].to_list() == [5, 4, 4, 3, 2, 2, 1]
    assert problems(surveys) == [(8, "score", "7")]


def test_language_of_the_contact(tmp_path: Path) -> None:
    page(tmp_path, "t.json", [ticket(1), ticket(2, requester_id=51)])
    page(tmp_path, "c.json", [{"id": 50, "language": "pt-BR", "email": "ida@example.com"}])
    cases = read(SOURCE, tmp_path)["cases"].frame.sort("case_id")
    assert cases["lang"].to_list() == ["pt-BR", None]


CSV = (
    "Ticket ID,Subject,Status,Priority,Source,Group,Created time,Last update time,Resolved time,"
    "Closed time,Initial response time,First response time (in hrs),Resolution time (in hrs),"
    "Agent interactions,Resolution status,First response status,Tags,Full name,Contact ID,Level\n"
    "1,Hi,Waiting on Third Party,Urgent,Portal,Germany,2026-03-02 10:00:00,2026-03-09 10:00:00,,,"
    "2026-03-02 11:00:00,01:00:00,,2,,Within SLA,a,Ida Bloom,50,L5\n"
    "2,Hi,Closed,Low,Whatsapp,Germany,2026-03-02 10:00:00,2026-03-09 10:00:00,"
    "2026-03-04 10:00:00,2026-03-05 10:00:00,2026-03-02 11:30:00,00:45:30,16.5,1,"
    "SLA Violated,Within SLA,,Ida Bloom,51,\n"
)


def test_the_csv_export(tmp_path: Path) -> None:
    path = write(tmp_path, "tickets.csv", CSV)
    assert read(SOURCE, path)["cases"].frame.is_empty()
    tables = read(SOURCE, path, options(zone="Europe/Berlin"))
    columns = ("status", "priority", "channel", "severity", "vendor_sla_met", "vendor_replies")
    assert tables["cases"].frame.select(*columns).rows() == [
        ("on_hold", "urgent", "web", 5, None, 2),
        ("closed", "low", "messenger", None, False, 1),
    ]
    assert notes(tables["cases"]) == [
        "times in hrs are taken for business hours: the export does not say"
    ]
    figures = ("vendor_frt_min", "vendor_frt_business_min", "vendor_full_res_min",
               "vendor_full_res_business_min")  # fmt: skip
    assert tables["cases"].frame.select(*figures).rows() == [
        (60.0, 60.0, None, None),
        (90.0, 45.5, 2 * 1440.0, 990.0),
    ]
    assert [event[:2] for event in told(tables["case_events"], "2")] == [
        (at("2 09:00"), "created"),
        (at("2 10:30"), "agent_msg"),
        (at("4 09:00"), "solved"),
        (at("5 09:00"), "closed"),
    ]
