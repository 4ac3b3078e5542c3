"""A small helpdesk in Zendesk, with what makes its exports hard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data_access.sources.base import SourceError
from data_access.sources.zendesk import SOURCE
from tests.data_access.sources.helpdesk_aid import at, iso, lines, page, row, told
from tests.data_access.sources.reading_aid import notes, options, problems, read, write

Json = dict[str, Any]


def ticket(number: int, **more: Any) -> Json:
    return {
        "id": number,
        "created_at": iso("2 09:00"),
        "updated_at": iso("9 09:00"),
        "status": "open",
        "via": {"channel": "email", "source": {"from": {"name": "Ida Bloom"}}},
        "requester_id": 50,
        "submitter_id": 50,
        "assignee_id": 7,
        "group_id": 3,
        "tags": [],
        "custom_fields": [],
        **more,
    }


def metric_set(number: int, **more: Any) -> Json:
    return {
        "id": 900 + number,
        "ticket_id": number,
        "updated_at": iso("9 09:00"),
        "reopens": 1,
        "replies": 2,
        "reply_time_in_minutes": {"calendar": 60, "business": 30},
        "first_resolution_time_in_minutes": {"calendar": 1440, "business": 480},
        "full_resolution_time_in_minutes": {"calendar": 4320, "business": None},
        "agent_wait_time_in_minutes": {"calendar": 99, "business": 9},
        "requester_wait_time_in_minutes": {"calendar": 1500, "business": 500},
        "on_hold_time_in_minutes": {"calendar": 200, "business": 50},
        **more,
    }


def audit(number: int, about: int, when: str, author: int, *events: Json, **more: Any) -> Json:
    return {
        "id": number,
        "ticket_id": about,
        "created_at": iso(when),
        "author_id": author,
        "via": {"channel": "web", "source": {}},
        "events": [{"id": number + place, **event} for place, event in enumerate(events, 1)],
        **more,
    }


def comment(author: int, body: str, *, public: bool = True) -> Json:
    return {"type": "Comment", "author_id": author, "body": body, "public": public}


def change(field: str, before: Any, after: Any, kind: str = "Change") -> Json:
    return {"type": kind, "field_name": field, "previous_value": before, "value": after}


USERS = [
    {"id": 50, "role": "end-user", "locale": "de", "name": "Ida Bloom"},
    {"id": 51, "role": "end-user", "locale": "pt-BR"},
    {"id": 7, "role": "agent", "locale": "en-US", "iana_time_zone": "Europe/Berlin",
     "default_group_id": 3},
]  # fmt: skip
GROUPS = [
    {"id": 3, "name": "Germany", "default": True},
    {"id": 4, "name": "Brazil", "default": False},
]
FIELDS = [
    {"id": 880, "type": "text", "title": "Order number", "raw_title": "Order number"},
    {"id": 881, "type": "tagger", "title": "Level", "raw_title": "Level"},
    {"id": 882, "type": "text", "title": "Favourite colour", "raw_title": "Favourite colour"},
]
FIRST = ticket(
    1,
    status="closed",
    priority="high",
    subject="Where is it?",
    external_id="X-1",
    custom_fields=[
        {"id": 880, "value": "A-1"},
        {"id": 881, "value": "level_3"},
        {"id": 882, "value": "blue"},
    ],
)
HISTORY = [
    audit(500, 1, "2 09:00", 50, comment(50, "Where is it?"),
          change("status", None, "new", "Create"), change("group_id", None, "3", "Create"),
          change("priority", None, "normal", "Create")),
    audit(510, 1, "2 10:00", 7, comment(7, "We look."), change("status", "new", "hold"),
          change("881", "level_2", "level_3"), change("priority", "normal", "high"),
          {"type": "ScheduleAssignment", "previous_schedule_id": None, "new_schedule_id": "77"}),
    audit(520, 1, "2 11:00", -1, comment(-1, "We have your request."),
          via={"channel": "rule", "source": {"rel": "trigger"}}),
    audit(530, 1, "3 09:00", 7, comment(7, "Ask the carrier", public=False),
          change("group_id", "3", "4"), change("tags", ["a"], ["a", "no_reply_needed"])),
    audit(540, 1, "4 09:00", 7, comment(7, "Found."), change("status", "hold", "solved")),
    audit(550, 1, "5 09:00", 50, comment(50, "No!"), change("status", "solved", "open")),
    audit(560, 1, "6 09:00", 7, change("status", "open", "solved")),
    audit(570, 1, "9 09:00", -1, change("status", "solved", "closed"),
          via={"channel": "rule", "source": {"rel": "automation"}}),
]  # fmt: skip


def save(folder: Path, **lists: Any) -> Path:
    page(folder, "page.json", {"after_cursor": "x", "end_of_stream": True, **lists})
    return folder


def whole(folder: Path) -> Path:
    save(folder, tickets=[FIRST], metric_sets=[metric_set(1)], users=USERS, groups=GROUPS)
    page(folder, "fields.json", {"ticket_fields": FIELDS})
    lines(folder, "audits.jsonl", HISTORY)
    return folder


def test_a_case_is_its_ticket_with_what_explains_it(tmp_path: Path) -> None:
    found = row(read(SOURCE, whole(tmp_path))["cases"], "case_id", "1")
    assert {name: value for name, value in found.items() if value is not None} == {
        "case_id": "1",
        "order_id": "A-1",
        "lang": "de",
        "severity": 3,
        "customer_key": "50",
        "channel": "email",
        "subject": "Where is it?",
        "priority": "high",
        "team": "Germany",
        "calendar_id": "77",
        "created_at": at("2 09:00"),
        "status": "closed",
        "deleted": False,
        "vendor_frt_min": 60.0,
        "vendor_frt_business_min": 30.0,
        "vendor_first_res_min": 1440.0,
        "vendor_first_res_business_min": 480.0,
        "vendor_full_res_min": 4320.0,
        "vendor_requester_wait_min": 1500.0,
        # New and open: what the requester waited, less what was on hold.
        "vendor_agent_work_min": 1300.0,
        "vendor_on_hold_min": 200.0,
        "vendor_reopens": 1,
        "vendor_replies": 2,
        "_file": "page.json",
        "_row": 1,
    }


def test_events_of_audits(tmp_path: Path) -> None:
    assert told(read(SOURCE, whole(tmp_path))["case_events"], "1") == [
        (at("2 09:00"), "assign", "customer", None, "Germany"),
        (at("2 09:00"), "customer_msg", "customer", None, None),
        (at("2 09:00"), "created", "customer", None, "new"),
        (at("2 10:00"), "status", "agent", "new", "on_hold"),
        (at("2 10:00"), "level", "agent", "2", "3"),
        (at("2 10:00"), "priority", "agent", "normal", "high"),
        (at("2 10:00"), "schedule", "agent", None, "77"),
        (at("2 10:00"), "agent_msg", "agent", None, None),
        (at("2 11:00"), "bot_msg", "bot", None, None),
        (at("3 09:00"), "assign", "agent", "Germany", "Brazil"),
        (at("3 09:00"), "no_reply_needed", "agent", None, None),
        (at("3 09:00"), "note", "agent", None, None),
        (at("4 09:00"), "solved", "agent", "on_hold", "solved"),
        (at("4 09:00"), "agent_msg", "agent", None, None),
        (at("5 09:00"), "reopened", "customer", "solved", "open"),
        (at("5 09:00"), "customer_msg", "customer", None, None),
        (at("6 09:00"), "solved", "agent", "open", "solved"),
        (at("9 09:00"), "closed", "system", "solved", "closed"),
    ]


def test_messages_and_agents(tmp_path: Path) -> None:
    tables = read(SOURCE, whole(tmp_path))
    columns = ("message_id", "direction", "author_role", "public", "text")
    assert tables["messages"].frame.sort("message_id").select(*columns).rows() == [
        ("501", "in", "customer", True, "Where is it?"),
        ("511", "out", "agent", True, "We look."),
        ("521", "out", "bot", True, "We have your request."),
        ("531", "out", "agent", False, "Ask the carrier"),
        ("541", "out", "agent", True, "Found."),
        ("551", "in", "customer", True, "No!"),
    ]
    agents = tables["agents"].frame.select("agent_id", "team", "tz", "langs")
    assert agents.rows() == [("7", "Germany", "Europe/Berlin", "en-US")]


def test_a_comment_of_its_own_and_the_same_in_an_audit_are_one(tmp_path: Path) -> None:
    own = {"id": 501, "ticket_id": 1, "author_id": 50, "created_at": iso("2 09:00"), "public": True,
           "html_body": "<p>Where&nbsp;is it?</p>"}  # fmt: skip
    page(whole(tmp_path), "comments.json", {"comments": [own]})
    messages = read(SOURCE, tmp_path)["messages"]
    assert messages.read == 7
    assert messages.frame["message_id"].n_unique() == 6
    assert set(messages.frame.filter(messages.frame["message_id"] == "501")["text"]) == {
        "Where is it?"
    }


def test_comments_saved_beside_their_ticket(tmp_path: Path) -> None:
    own = {"id": 9, "author_id": 50, "created_at": iso("2 09:00"), "public": True, "body": "Hello"}
    save(tmp_path, tickets=[ticket(1)])
    page(tmp_path, "c1.json", {"ticket_id": 1, "comments": [own]})
    assert row(read(SOURCE, tmp_path)["messages"], "message_id", "9")["case_id"] == "1"


def test_the_full_export_nests_everything(tmp_path: Path) -> None:
    nested = ticket(
        1,
        requester={"id": 51, "locale": "pt-BR", "name": "Ida"},
        group={"id": 3, "name": "Germany"},
        metric_set={"reopens": "0", "replies": "3", "reply_time_in_minutes": {"calendar": "60"}},
        comments=[{"id": 9, "author_id": 51, "created_at": iso("2 09:00"), "public": True,
                   "body": "Oi"}],
    )  # fmt: skip
    del nested["requester_id"]
    del nested["submitter_id"]
    tables = read(SOURCE, lines(tmp_path, "export.jsonl", [nested]))
    found = row(tables["cases"], "case_id", "1")
    assert (found["customer_key"], found["lang"], found["team"]) == ("51", "pt-BR", "Germany")
    assert (found["vendor_frt_min"], found["vendor_replies"]) == (60.0, 3)
    assert row(tables["messages"], "message_id", "9")["author_role"] == "customer"


def test_an_agent_starts_a_ticket_with_a_private_note(tmp_path: Path) -> None:
    history = [
        audit(500, 2, "2 09:00", 7, comment(7, "Called us", public=False)),
        audit(510, 2, "2 09:30", 7, comment(7, "As said on the phone …")),
        audit(520, 2, "2 10:00", 51, comment(51, "Thanks"), created_at="2026-03-02T12:00:00+02:00"),
    ]
    save(
        tmp_path, tickets=[ticket(2, requester_id=51, submitter_id=7)], users=USERS, audits=history
    )
    assert told(read(SOURCE, tmp_path)["case_events"], "2") == [
        (at("2 09:00"), "note", "agent", None, None),
        (at("2 09:00"), "created", "agent", None, "new"),
        (at("2 09:30"), "agent_msg", "agent", None, None),
        (at("2 10:00"), "customer_msg", "customer", None, None),
    ]


def test_roles_without_users(tmp_path: Path) -> None:
    """The requester, an assignee and the author of a note are known; a stranger is not."""
    history = [
        audit(500, 1, "2 09:00", 50, comment(50, "a")),
        audit(510, 1, "2 10:00", 7, comment(7, "b")),
        audit(520, 1, "2 11:00", 8, comment(8, "c", public=False)),
        audit(530, 1, "2 12:00", 9, comment(9, "d")),
    ]
    save(tmp_path, tickets=[ticket(1)], audits=history)
    tables = read(SOURCE, tmp_path)
    columns = ("author_role", "direction")
    assert tables["messages"].frame.sort("at").select(*columns).rows() == [
        ("customer", "in"),
        ("agent", "out"),
        ("agent", "out"),
        (None, "in"),
    ]
    assert told(tables["case_events"], "1")[-1][1:3] == ("customer_msg", None)
    assert notes(tables["messages"])[0].startswith("1 messages by persons of whom no file says")


def test_merged_by_its_last_comment(tmp_path: Path) -> None:
    words = 'This request was closed and merged into request #1 "Where is it?".'
    history = [audit(600, 3, "2 12:00", 7, comment(7, words, public=False),
                     change("status", "open", "closed"))]  # fmt: skip
    tickets = [ticket(1), ticket(3, status="closed", tags=["closed_by_merge"])]
    save(tmp_path, tickets=tickets, users=USERS, audits=history)
    tables = read(SOURCE, tmp_path)
    assert row(tables["cases"], "case_id", "3")["merged_into"] == "1"
    assert (at("2 12:00"), "merged", "agent", None, "1") in told(tables["case_events"], "3")
    assert row(tables["cases"], "case_id", "1")["merged_into"] is None


def test_merged_by_the_audit_of_its_target(tmp_path: Path) -> None:
    via = {"channel": "merge", "source": {"rel": "merge", "from": {"ticket_ids": [3, 4]}}}
    history = [audit(600, 1, "2 12:00", 7, comment(7, "Requests were merged"), via=via)]
    tickets = [ticket(1), ticket(3, tags=["closed_by_merge"]), ticket(4), ticket(5)]
    save(tmp_path, tickets=tickets, users=USERS, audits=history)
    cases = read(SOURCE, tmp_path)["cases"].frame
    assert cases.sort("case_id")["merged_into"].to_list() == [None, "1", "1", None]


def test_merged_by_its_own_audit(tmp_path: Path) -> None:
    via = {"channel": "web", "source": {"rel": "merge", "to": {"ticket_id": 1}, "from": None}}
    history = [audit(600, 3, "2 12:00", 7, change("status", "open", "closed"), via=via)]
    save(tmp_path, tickets=[ticket(1), ticket(3)], audits=history)
    assert row(read(SOURCE, tmp_path)["cases"], "case_id", "3")["merged_into"] == "1"


def test_a_policy_is_applied_once_an_audit(tmp_path: Path) -> None:
    """Each target of a policy is an event of its own; what is no change is none of ours."""
    via = {"channel": "sla_target_change", "current_sla_policy": "Gold"}
    target = {"minutes": 60, "in_business_hours": False}
    events = [{**change(name, None, target), "via": via} for name in ("first_reply_time", "next")]
    other = [{"type": "Notification", "body": "x"}, change("subject", "a", "b")]
    history = [audit(600, 1, "2 12:00", -1, *events, *other)]
    save(tmp_path, tickets=[ticket(1)], audits=history)
    assert told(read(SOURCE, tmp_path)["case_events"], "1")[1:] == [
        (at("2 12:00"), "sla_applied", "system", None, "Gold")
    ]


def test_merged_into_nobody_knows_what(tmp_path: Path) -> None:
    save(tmp_path, tickets=[ticket(3, status="closed", tags=["x", "closed_by_merge"])],
         metric_sets=[metric_set(3, solved_at=iso("3 09:00"))])  # fmt: skip
    tables = read(SOURCE, tmp_path)
    assert row(tables["cases"], "case_id", "3")["merged_into"] == "unknown"
    assert (at("3 09:00"), "merged", None, None, None) in told(tables["case_events"], "3")
    assert "1 tickets were merged, and nothing says into which" in " ".join(notes(tables["cases"]))


def test_a_deleted_ticket_has_no_status(tmp_path: Path) -> None:
    history = [audit(600, 4, "2 12:00", 7, change("status", "open", "deleted"))]
    save(tmp_path, tickets=[ticket(4, status="deleted")], audits=history)
    tables = read(SOURCE, tmp_path)
    found = row(tables["cases"], "case_id", "4")
    assert (found["deleted"], found["status"]) == (True, None)
    assert [event[1] for event in told(tables["case_events"], "4")] == ["created"]


CUSTOM = [
    {"id": 11, "status_category": "hold", "agent_label": "Waiting for carrier"},
    {"id": 12, "status_category": "pending", "agent_label": "Waiting for photos"},
]


def test_custom_statuses_by_category(tmp_path: Path) -> None:
    tickets = [ticket(1, status="Waiting for carrier"), ticket(2, status=None, custom_status_id=12)]
    tickets += [ticket(3, status="hold", custom_status_id=11), ticket(4, status="On-hold")]
    history = [
        # Only the custom status is told: from pending to on hold.
        audit(600, 2, "2 12:00", 7, change("custom_status_id", "12", "11")),
        # The plain one is told too, and says it all.
        audit(610, 3, "2 12:00", 7, change("custom_status_id", "12", "11"),
              change("status", "pending", "hold")),
    ]  # fmt: skip
    save(tmp_path, tickets=tickets, audits=history, custom_statuses=CUSTOM)
    tables = read(SOURCE, tmp_path)
    status = tables["cases"].frame.sort("case_id")["status"].to_list()
    assert status == ["on_hold", "pending", "on_hold", "on_hold"]
    changed = [event[3:] for event in told(tables["case_events"], "2") if event[1] == "status"]
    assert changed == [("pending", "on_hold")]
    assert [event[1] for event in told(tables["case_events"], "3")].count("status") == 1


def test_a_status_that_nothing_explains_is_open(tmp_path: Path) -> None:
    save(tmp_path, tickets=[ticket(1, status="Waiting for carrier")])
    cases = read(SOURCE, tmp_path)["cases"]
    assert row(cases, "case_id", "1")["status"] == "open"
    assert "1 tickets have a status that nothing explains (Waiting for carrier): open" in notes(
        cases
    )


def test_channels(tmp_path: Path) -> None:
    words = [
        "mail",
        "Web Form",
        "native_messaging",
        "Phone call (incoming)",
        "whatsapp",
        "api",
        None,
    ]
    tickets = [ticket(n, via={"channel": word}) for n, word in enumerate(words, 1)]
    save(tmp_path, tickets=[*tickets, ticket(8, via=None)])
    cases = read(SOURCE, tmp_path)["cases"]
    assert cases.frame.sort("case_id")["channel"].to_list() == [
        "email",
        "web",
        "chat",
        "phone",
        "messenger",
        "other",
        None,
        None,
    ]
    assert "1 tickets of other channels (api): other" in notes(cases)


def test_the_newest_version_of_a_ticket_wins_on_whatever_page(tmp_path: Path) -> None:
    newer = ticket(1, status="pending", updated_at="2026-03-05T08:00:00+01:00", tags=["x"])
    older = ticket(1, status="open", updated_at="2026-03-05T07:30:00-02:00", created_at="nonsense")
    page(tmp_path, "a.json", {"tickets": [older], "end_of_stream": False})
    page(tmp_path, "b.json", {"tickets": [newer, ticket(2)], "end_of_stream": True})
    # 07:30-02:00 is 09:30 UTC and newer than 07:00 UTC, but it cannot be read: nothing goes in.
    cases = read(SOURCE, tmp_path)["cases"]
    assert cases.frame["case_id"].to_list() == ["2"]
    assert problems(cases) == [(1, "created_at", "nonsense"), (1, "id", "1")]
    older["created_at"] = iso("2 09:00")
    page(tmp_path, "a.json", {"tickets": [older], "end_of_stream": False})
    cases = read(SOURCE, tmp_path)["cases"]
    assert (cases.read, cases.frame["case_id"].n_unique()) == (3, 2)
    assert set(cases.frame.filter(cases.frame["case_id"] == "1")["status"]) == {"open"}
    assert "1 older versions of tickets: the newest of each was taken" in notes(cases)


def test_system_updates_do_not_move_updated_at(tmp_path: Path) -> None:
    early = ticket(1, status="solved", generated_timestamp=100)
    late = ticket(1, status="closed", generated_timestamp=1000)
    save(tmp_path, tickets=[late, early])
    assert set(read(SOURCE, tmp_path)["cases"].frame["status"]) == {"closed"}


def test_ratings(tmp_path: Path) -> None:
    tickets = [
        ticket(1, satisfaction_rating={"score": "good", "id": 31, "comment": "fine"}),
        ticket(2, satisfaction_rating={"score": "offered"}),
        ticket(3, satisfaction_rating={"score": "unoffered"}),
        ticket(4, satisfaction_rating=None),
    ]
    rating = {
        "id": 32,
        "ticket_id": 4,
        "score": "bad_with_comment",
        "assignee_id": 7,
        "created_at": iso("4 09:00"),
        "updated_at": iso("5 09:00"),
        "comment": "slow",
    }
    save(tmp_path, tickets=tickets, metric_sets=[metric_set(1, solved_at=iso("3 09:00"))],
         satisfaction_ratings=[rating])  # fmt: skip
    surveys = read(SOURCE, tmp_path)["surveys"].frame.sort("response_id")
    columns = ("response_id", "case_id", "sent_at", "answered_at", "score", "comment")
    assert surveys.select(*columns).rows() == [
        ("2-csat", "2", at("9 09:00"), None, None, None),
        ("31", "1", at("3 09:00"), None, 5, "fine"),
        ("32", "4", at("4 09:00"), at("5 09:00"), 1, "slow"),
    ]


CSV = (
    "Summation column,Id,Requester,Requester id,Group,Subject,Tags,Status,Priority,Via,Created at,"
    "Updated at,Solved at,Satisfaction Score,Reopens,Replies,First reply time in minutes,"
    "First reply time in minutes within business hours,Requester wait time in minutes,"
    "On hold time in minutes,Order number [txt]\n"
    "1,17,Ida Bloom,50,Germany,Where is it?,a b level_4,Solved,High,Web Form,2026-03-02 10:00,"
    "2026-03-04 10:00,2026-03-04 10:00,Good,0,2,60,30,100,40,A-1\n"
)


def test_the_csv_export_needs_its_zone(tmp_path: Path) -> None:
    path = write(tmp_path, "export.csv", CSV)
    refused = read(SOURCE, path)["cases"]
    assert refused.frame.is_empty()
    assert problems(refused)[0] == (2, "created_at", "2026-03-02 10:00")
    tables = read(SOURCE, path, options(zone="Europe/Berlin"))
    found = row(tables["cases"], "case_id", "17")
    assert found["created_at"] == at("2 09:00")
    assert (found["status"], found["channel"], found["team"]) == ("solved", "web", "Germany")
    assert (found["order_id"], found["severity"], found["customer_key"]) == ("A-1", 4, "50")
    assert (found["vendor_frt_min"], found["vendor_agent_work_min"]) == (60.0, 60.0)
    assert told(tables["case_events"], "17") == [
        (at("2 09:00"), "created", None, None, "new"),
        (at("4 09:00"), "solved", None, None, "solved"),
    ]
    assert "neither audits nor metric events" in " ".join(notes(tables["case_events"]))
    assert row(tables["surveys"], "case_id", "17")["score"] == 5


def test_what_cannot_be_read_is_refused_where_it_stands(tmp_path: Path) -> None:
    bad = [ticket(1, created_at="gestern"), None, ticket(2, via="mail", tags=None)]
    save(tmp_path, tickets=bad, metric_sets=[metric_set(2, replies="many")],
         audits=[audit(600, 2, "2 09:00", 7, comment(7, "a"), created_at="nie")])  # fmt: skip
    tables = read(SOURCE, tmp_path)
    assert problems(tables["cases"]) == [
        (2, None, "NoneType"),
        (1, "created_at", "gestern"),
        (3, "replies", "many"),
    ]
    assert problems(tables["messages"]) == [(5, "created_at", "nie")]


def test_nothing_of_zendesk(tmp_path: Path) -> None:
    page(tmp_path, "a.json", {"people": [{"name": "Ida"}]})
    page(tmp_path, "b.json", {"error": "TooManyRequests", "description": "429"})
    with pytest.raises(SourceError) as error:
        read(SOURCE, tmp_path)
    assert "nothing here is an export that 'zendesk' reads" in error.value.message
    assert "a.json: people; b.json: an error that the API answered" in error.value.message
