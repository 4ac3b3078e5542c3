"""Tickets without audits: what metric events tell of their statuses and targets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from data_access.sources.zendesk import SOURCE
from tests.data_access.sources.helpdesk_aid import at, iso, lines, row, told
from tests.data_access.sources.reading_aid import notes, read
from tests.data_access.sources.test_zendesk import audit, change, comment, save, ticket

Json = dict[str, Any]


def ran(number: int, metric: str, kind: str, when: str, instance: int = 1, **more: Any) -> Json:
    return {
        "id": number,
        "ticket_id": 1,
        "metric": metric,
        "instance_id": instance,
        "type": kind,
        "time": iso(when),
        **more,
    }


WAIT, WORK, REPLY = "requester_wait_time", "agent_work_time", "reply_time"
SLA = {"target": 60, "business_hours": False, "policy": {"id": 5, "title": "Gold"}}
CLOCKS = [
    ran(1, WAIT, "activate", "2 09:00"),
    ran(2, WORK, "activate", "2 09:00"),
    ran(3, REPLY, "activate", "2 09:00"),
    ran(4, REPLY, "apply_sla", "2 09:00", sla=SLA),
    ran(5, REPLY, "fulfill", "2 10:00"),
    # Pending: both pause. On hold: the requester waits on.
    ran(6, WAIT, "pause", "2 10:00"),
    ran(7, WORK, "pause", "2 10:00"),
    ran(8, REPLY, "activate", "2 12:00", 2),
    ran(9, WAIT, "activate", "2 12:00"),
    ran(10, WORK, "activate", "2 12:00"),
    ran(11, WORK, "pause", "2 13:00"),
    ran(12, WORK, "activate", "2 14:00"),
    ran(13, WAIT, "fulfill", "3 09:00"),
    ran(14, WORK, "fulfill", "3 09:00"),
    ran(15, REPLY, "fulfill", "3 09:00", 2),
    ran(16, WAIT, "activate", "4 09:00"),
    ran(17, WORK, "activate", "4 09:00"),
    ran(18, WAIT, "update_status", "4 09:00", status={"calendar": 1, "business": 1}),
]


def test_both_clocks_tell_the_status(tmp_path: Path) -> None:
    save(tmp_path, tickets=[ticket(1)], ticket_metric_events=CLOCKS)
    tables = read(SOURCE, tmp_path)
    assert told(tables["case_events"], "1") == [
        (at("2 09:00"), "created", "customer", None, "new"),
        (at("2 09:00"), "sla_applied", "system", None, "Gold"),
        (at("2 10:00"), "agent_msg", "agent", None, None),
        (at("2 10:00"), "status", None, "open", "pending"),
        (at("2 12:00"), "status", None, "pending", "open"),
        (at("2 12:00"), "customer_msg", "customer", None, None),
        (at("2 13:00"), "status", None, "open", "on_hold"),
        (at("2 14:00"), "status", None, "on_hold", "open"),
        (at("3 09:00"), "solved", None, "open", "solved"),
        (at("3 09:00"), "agent_msg", "agent", None, None),
        (at("4 09:00"), "reopened", None, "solved", "open"),
    ]
    assert notes(tables["case_events"]) == [
        (
            "1 tickets have no audits: their statuses come from metric events, which do not tell"
            " who did it"
        )
    ]


def test_audits_and_comments_tell_better(tmp_path: Path) -> None:
    """No status of metric events beside audits, no reply beside comments."""
    history = [audit(500, 1, "2 09:30", 7, comment(7, "a"), change("status", "new", "pending"))]
    save(tmp_path, tickets=[ticket(1)], ticket_metric_events=CLOCKS, audits=history)
    kinds = [event[1] for event in told(read(SOURCE, tmp_path)["case_events"], "1")]
    assert kinds == ["created", "sla_applied", "status", "agent_msg"]
    own = {"id": 9, "ticket_id": 1, "author_id": 7, "created_at": iso("2 09:30"), "public": True,
           "body": "a"}  # fmt: skip
    save(tmp_path, tickets=[ticket(1)], ticket_metric_events=CLOCKS, comments=[own])
    kinds = [event[1] for event in told(read(SOURCE, tmp_path)["case_events"], "1")]
    assert kinds.count("agent_msg") == 1
    assert kinds.count("status") == 4


def verdict(folder: Path, status: str, *events: Json) -> bool | None:
    save(folder, tickets=[ticket(1, status=status)], ticket_metric_events=list(events))
    met = row(read(SOURCE, folder)["cases"], "case_id", "1")["vendor_sla_met"]
    assert met is None or isinstance(met, bool)
    return met


def test_the_verdict_of_the_product(tmp_path: Path) -> None:
    applied, breach = CLOCKS[3], ran(30, REPLY, "breach", "2 11:00")
    assert verdict(tmp_path, "open", applied) is None
    assert verdict(tmp_path, "solved", applied) is True
    assert verdict(tmp_path, "open", applied, breach) is False
    assert verdict(tmp_path, "solved", CLOCKS[0]) is None
    # A breach that was called off, and one that has not come yet.
    assert verdict(tmp_path, "solved", applied, {**breach, "deleted": True}) is True
    assert verdict(tmp_path, "open", applied, {**breach, "time": "2030-01-01T00:00:00Z"}) is None


def test_metric_events_side_loaded_with_a_ticket(tmp_path: Path) -> None:
    nested = ticket(1, metric_events={"requester_wait_time": CLOCKS[12:13], "reply_time": []})
    tables = read(SOURCE, lines(tmp_path, "t.jsonl", [nested]))
    assert told(tables["case_events"], "1")[-1][1] == "solved"
