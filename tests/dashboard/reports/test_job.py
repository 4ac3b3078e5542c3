"""The job of reports: slots become issues, issues become messages, once whatever happens."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts import event_log
from alerts.lease import LeaseLost, acquire
from dashboard.reports import files
from dashboard.reports.inputs import ReportError
from tests.dashboard.reports.planned import ALERTING, LATE, NOW, PLAN, WEEK, Home, home

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def own(state_url: str, tmp_path: Path) -> Iterator[Home]:
    """A home of its own."""
    made = home(state_url, tmp_path / "home")
    yield made
    made.close()


class Killed(BaseException):
    """What no `except Exception` holds."""


def kill() -> None:
    raise Killed


def test_a_report_that_is_due_is_made_and_handed_over_once(own: Home) -> None:
    assert own.run(NOW - MINUTE).issued == 1  # the week before, new to the schedule
    done = own.run()
    assert (done.issued, done.faults) == (1, ())
    assert own.slots() == {"2026-W46": "sent", "2026-W47": "sent"}
    told = [(row.recipient, row.channel, row.locale) for row in own.outbox()[-3:]]
    # Sam holds two roles and is told once.
    assert told == [("Sam", "mail", "en"), ("Mei", "mail", "zh"), ("#desk", "desk", "en")]
    assert own.run(NOW + HOUR).issued == 0
    assert len(own.outbox()) == 6
    assert own.slot().reason["outbox"] == [row.id for row in own.outbox()[-3:]]
    assert own.reports()[-1].created_by == "schedule board"
    assert event_log.verify(own.services.engine) is None


def test_nothing_is_early(own: Home) -> None:
    own.run(NOW - timedelta(seconds=1))
    assert own.slots() == {"2026-W46": "sent"}


def test_weeks_that_were_missed_are_archived_and_the_newest_is_sent(own: Home) -> None:
    own.run(NOW - 21 * DAY)
    before = len(own.outbox())
    own.run()
    assert own.slots() == {
        "2026-W44": "sent",
        "2026-W45": "issued",
        "2026-W46": "issued",
        "2026-W47": "sent",
    }
    assert own.issued[1:] == ["2026-W47", "2026-W46", "2026-W45"]
    assert len(own.outbox()) == before + 3
    reason = own.slot("2026-W45").reason
    assert reason == {"code": "archived", "newer": "2026-W47"}
    assert own.run(NOW + HOUR).issued == 0


def test_a_late_feed_delays_and_says_which_and_until_when(own: Home) -> None:
    own.late = (LATE,)
    assert own.run().issued == 0
    slot = own.slot()
    assert slot.state == "late"
    assert slot.reason["feeds"] == [LATE.plain()]
    assert slot.reason["until"] == (NOW + 6 * HOUR).isoformat()
    assert slot.next_at == NOW + MINUTE
    own.run(NOW + timedelta(seconds=30))
    assert own.slot() == slot
    own.late = ()
    own.run(NOW + 2 * MINUTE)
    assert own.slot().state == "sent"
    assert "missing" not in own.slot().reason
    assert own.reports()[-1].status == "ready"
    assert own.events("report_late") == 1


def test_after_the_wait_it_goes_out_marked_incomplete(own: Home) -> None:
    own.late = (LATE,)
    own.run()
    own.run(NOW + 6 * HOUR)
    slot = own.slot()
    assert (slot.state, slot.reason["missing"]) == ("sent", [LATE.plain()])
    assert own.reports()[-1].status == "incomplete"
    mail = own.outbox()[0]
    assert mail.subject.startswith("[incomplete] ")
    assert own.outbox()[1].subject.startswith("【不完整】")


def test_or_it_is_left_out_by_policy(own: Home) -> None:
    own.plan(PLAN + "    late_feed: {policy: wait, up_to: 1h, then: skip}\n")
    own.late = (LATE,)
    own.run()
    own.run(NOW + HOUR)
    assert own.slots() == {WEEK: "skipped"}
    assert own.reports() == []
    own.late = ()
    own.run(NOW + 2 * HOUR)
    assert own.slots() == {WEEK: "skipped"}


def test_or_it_does_not_wait_by_policy(own: Home) -> None:
    own.plan(PLAN + "    late_feed: {policy: send_incomplete}\n")
    own.late = (LATE,)
    own.run()
    assert own.slot().state == "sent"


def incomplete(own: Home, plan: str = "") -> None:
    """A report that went out without a feed."""
    own.plan(f"{PLAN}    late_feed: {{policy: send_incomplete}}\n{plan}")
    own.late = (LATE,)
    own.run()
    assert own.slot().state == "sent"


def test_when_the_feed_comes_a_correction_with_the_figures_that_changed_follows(own: Home) -> None:
    incomplete(own)
    own.run(NOW + HOUR)
    assert len(own.reports()) == 1
    own.late, own.contact_rate = (), 301.5
    own.run(NOW + 2 * HOUR)
    first, second = own.reports()
    assert (second.n, second.status) == (2, "ready")
    slot = own.slot()
    assert (slot.report_id, slot.reason["first_report"]) == (second.id, first.id)
    english, chinese, room = own.outbox()[-3:]
    assert [row.reason for row in (english, chinese, room)] == ["correction"] * 3
    assert english.subject.startswith("[corrected] ")
    assert "Contacts per 1,000 orders: 261.3 → 301.5" in english.body
    assert "每千单客诉量：261.3 → 301.5" in chinese.body
    assert f"/reports/{second.id}" in room.body
    own.run(NOW + 3 * HOUR)
    assert len(own.outbox()) == 6
    assert len(own.reports()) == 2


def test_a_correction_that_changes_no_figure_says_so(own: Home) -> None:
    incomplete(own)
    own.late = ()
    own.run(NOW + 2 * HOUR)
    assert "No figure changed." in own.outbox()[-3].body


@pytest.mark.parametrize(("policy", "issues"), [("archive", 2), ("none", 1)])
def test_corrections_follow_their_policy(own: Home, policy: str, issues: int) -> None:
    incomplete(own, f"    correction: {{policy: {policy}}}\n")
    own.late = ()
    own.run(NOW + 2 * HOUR)
    assert len(own.reports()) == issues
    assert len(own.outbox()) == 3


def test_corrections_end_some_day(own: Home) -> None:
    incomplete(own, "    correction: {policy: send, up_to: 2d}\n")
    own.late = ()
    own.run(NOW + 2 * DAY)
    assert len(own.reports()) == 1


def test_what_fails_says_why_and_is_tried_again(own: Home) -> None:
    own.broken = ReportError("The snapshots are gone.")
    (fault,) = own.run().faults
    assert "The snapshots are gone." in fault
    slot = own.slot()
    assert (slot.state, slot.attempts, slot.next_at) == ("failed", 1, NOW + MINUTE)
    assert slot.reason["step"] == "issue"
    own.run(NOW + timedelta(seconds=30))
    assert own.slot().attempts == 1
    own.run(NOW + MINUTE)
    assert (own.slot().attempts, own.slot().next_at) == (2, NOW + 3 * MINUTE)
    own.broken = None
    own.run(NOW + 3 * MINUTE)
    assert own.slot().state == "sent"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("schema_version: 1\nid: weekly\n", "weekly.yaml"),
        ("schema_version: 1\nid: [", "not valid YAML"),
    ],
)
def test_a_broken_template_is_told_and_does_no_harm(own: Home, text: str, said: str) -> None:
    path = own.services.settings.home / "reports" / "templates" / "weekly.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    own.run()
    slot = own.slot()
    assert slot.state == "failed"
    assert said in slot.reason["error"]
    path.unlink()
    own.run(NOW + HOUR)
    assert own.slot().state == "sent"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("template: no-such", "There is no report 'no-such'"),
        ("template: quarterly-language", "give day_of_quarter in reports.yaml"),
    ],
)
def test_a_plan_that_fits_no_template_is_told(own: Home, line: str, said: str) -> None:
    own.plan(PLAN.replace("template: weekly", line))
    own.run()
    assert said in own.slot().reason["error"]


def test_receivers_that_nobody_is_behind_keep_it_back_and_are_told(own: Home) -> None:
    own.plan(PLAN.replace("{role: service_manager}, {channel: desk}", "{role: wizard}"))
    own.people(ALERTING.replace("executive_sponsor, ", ""))
    own.run()
    slot = own.slot()
    assert slot.state == "failed"
    assert slot.reason["step"] == "messages"
    assert "role wizard: nobody holds it" in slot.reason["error"]
    own.people(ALERTING)
    own.run(NOW + HOUR)
    slot = own.slot()
    assert slot.state == "sent"
    assert "role wizard" in slot.reason["faults"][0]
    assert own.issued == [WEEK]


def test_a_full_disk_is_told_and_tried_again(own: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    real, full = files.put, OSError(errno.ENOSPC, "No space left on device")

    def put(*_args: Any) -> str:
        raise files.ReportFileError(f"The file cannot be kept: {full.strerror}.")

    monkeypatch.setattr(files, "put", put)
    own.run()
    slot = own.slot()
    assert (slot.state, slot.reason["step"]) == ("failed", "messages")
    assert "No space left" in slot.reason["error"]
    assert own.outbox() == []
    monkeypatch.setattr(files, "put", real)
    own.run(NOW + HOUR)
    assert own.slot().state == "sent"
    assert len(own.reports()) == 1


def test_a_schedule_for_nobody_fills_the_archive(own: Home) -> None:
    own.plan("\n".join(line for line in PLAN.splitlines() if " to: " not in line))
    own.run()
    slot = own.slot()
    assert (slot.state, slot.reason) == ("issued", {"code": "archived"})
    assert own.run(NOW + HOUR).issued == 0


@pytest.mark.parametrize("moment", ["before_issue", "after_issue"])
def test_killed_around_the_issue_there_is_one(own: Home, moment: str) -> None:
    setattr(own, moment, kill)
    for _ in range(3):
        with pytest.raises(Killed):
            own.run()
        if moment == "after_issue":
            break
    assert own.slot().reason["code"] == "making"
    own.before_issue = own.after_issue = lambda: None
    own.contact_rate = 999.0  # the numbers were refreshed meanwhile: made anew it would be another
    own.run(NOW + MINUTE)
    assert own.slot().state == "sent"
    assert len(own.reports()) == 1
    assert len(own.outbox()) == 3


def test_killed_around_the_correction_there_is_one(own: Home) -> None:
    incomplete(own)
    own.late, own.contact_rate, own.after_issue = (), 300.0, kill
    with pytest.raises(Killed):
        own.run(NOW + HOUR)
    own.after_issue, own.contact_rate = (lambda: None), 310.0
    own.run(NOW + 2 * HOUR)
    assert [row.n for row in own.reports()] == [1, 2]
    assert len(own.outbox()) == 6
    assert own.slot().reason["corrected"] == own.reports()[1].id


def test_an_issue_by_hand_is_not_taken_for_ours(own: Home) -> None:
    own.before_issue = kill
    with pytest.raises(Killed):
        own.run()
    own.before_issue = lambda: None
    plan = own.run  # a person makes one while the worker is down
    home_ = own.services
    from dashboard.reports.template import template

    own.contact_rate = 111.0
    own.issue(home_, template(home_.settings.home, "weekly"), own.slot().period, by="Ana", now=NOW)
    own.contact_rate = 222.0
    plan(NOW + MINUTE)
    assert [row.created_by for row in own.reports()] == ["Ana", "schedule board"]
    assert own.slot().report_id == own.reports()[1].id


def test_who_lost_the_lease_writes_nothing(own: Home) -> None:
    own.before_issue = lambda: take_over(own)
    with pytest.raises(LeaseLost):
        own.run()
    assert own.outbox() == []
    assert own.slot().state == "waiting"


def take_over(own: Home) -> None:
    later = datetime.now(UTC) + 2 * HOUR
    from sqlalchemy import update

    from data_access.state.engine import writing
    from data_access.state.schema import lease

    with writing(own.services.engine) as connection:
        connection.execute(update(lease).values(expires_at=datetime(1970, 1, 1, tzinfo=UTC)))
    assert acquire(own.services.engine, "worker", "other", HOUR, later) is not None


def test_two_schedules_do_not_disturb_each_other(own: Home) -> None:
    own.plan(PLAN + PLAN.split("schedules:\n")[1].replace("board", "bad").replace("weekly", "nope"))
    done = own.run()
    assert own.slot().state == "sent"
    assert own.slot(schedule="bad").state == "failed"
    assert len(done.faults) == 1
