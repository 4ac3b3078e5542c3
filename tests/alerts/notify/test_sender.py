"""Sending: every message arrives or is told to have not, and no transaction waits for a server."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update

from alerts.lease import Lease, LeaseLost, acquire
from alerts.notify import attempts, dead_letters, outbox_rows, resend
from alerts.notify.channels.base import Channel, Delivery
from alerts.notify.config import Config
from alerts.notify.dying import ResendError
from alerts.notify.outbox import claim, enqueue
from alerts.notify.sender import SendReport, send_due
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts.fakes import TTL, leading
from tests.alerts.notify.examples import HOUR, MINUTE, NOW, add_incident, config, message
from tests.alerts.notify.fake_channel import Clock, FakeChannel

OK = Delivery("ok", 200)
LATER = Delivery("retry", 500, detail="500 broken")
NEVER = Delivery("permanent", 404, detail="404 gone")
CUT = Delivery("unknown", detail="cut after sending")
LOG_ONLY = "\n  name: all\n  receivers: [{channel: hook}]"


class Post:
    """A state database, its channels and a clock."""

    def __init__(self, engine: Engine, setting: Config | None = None) -> None:
        self.engine = engine
        self.config = setting or config()
        self.clock = Clock()
        self.channels = {name: FakeChannel() for name in ("hook", "mail", "room", "log")}
        self.lease: Lease = leading(engine)

    @property
    def hook(self) -> FakeChannel:
        return self.channels["hook"]

    def put(self, *messages: Any) -> None:
        with writing(self.engine) as connection:
            enqueue(connection, messages, self.clock())

    def send(self) -> SendReport:
        ways: dict[str, Channel] = dict(self.channels)
        return send_due(self.engine, self.lease, self.config, ways, self.clock, rng=Random(1))

    def states(self) -> dict[int, str]:
        rows = outbox_rows(self.engine)
        return dict(zip(rows["id"], rows["state"], strict=True))

    def log(self) -> list[str]:
        with self.engine.connect() as connection:
            kinds = connection.execute(select(schema.event_log.c.kind).order_by("seq"))
            return list(kinds.scalars())


@pytest.fixture
def post(engine: Engine) -> Post:
    return Post(engine)


def test_what_is_due_is_sent_once(post: Post) -> None:
    post.put(message(1), message(2, not_before=NOW + MINUTE))
    assert post.send() == SendReport(sent=1)
    assert post.send() == SendReport()
    assert post.hook.subjects == ["Subject 1"]
    post.clock.pass_(minutes=1)
    assert post.send().sent == 1
    assert post.states() == {1: "sent", 2: "sent"}


def test_the_channel_gets_key_address_and_language(post: Post) -> None:
    given = message(1, channel="mail", recipient="Mei", locale="zh", severity="critical")
    post.put(given)
    post.send()
    (made,) = post.channels["mail"].sent
    assert (made.key, made.address, made.locale) == (given.idem_key, "mei@shop.example", "zh")


def test_no_transaction_is_open_during_the_call(post: Post) -> None:
    """Somebody else can write while the server thinks; and the attempt stands there already."""
    seen: list[int] = []

    def write() -> None:
        with writing(post.engine) as connection:
            connection.execute(insert(schema.rule).values(id="other", name="other"))
        seen.append(attempts(post.engine, 1).height)

    post.hook.meanwhile = write
    post.put(message(1))
    assert post.send().sent == 1
    assert seen == [1]


def test_a_failure_is_tried_again_later_and_again(post: Post) -> None:
    post.hook.answers = deque([LATER, LATER, OK])
    post.put(message(1))
    assert post.send().retried == 1
    assert post.send() == SendReport(), "not at once"
    for _ in range(8):
        post.clock.pass_(minutes=15)
        post.send()
    assert post.states() == {1: "sent"}
    told = attempts(post.engine, 1)
    assert told["outcome"].to_list() == ["retry", "retry", "ok"]
    assert told["http_status"].to_list() == [500, 500, 200]
    assert {m.key for m in post.hook.sent} == {message(1).idem_key}


def test_what_the_server_asked_to_wait_is_waited_by_the_whole_channel(post: Post) -> None:
    post.hook.answers = deque([Delivery("retry", 429, 600.0, "429 slow down")])
    post.put(message(1), message(2))
    assert post.send().retried == 1
    assert len(post.hook.sent) == 1, "the second is not even tried"
    post.clock.pass_(minutes=9)
    assert post.send() == SendReport()
    post.clock.pass_(minutes=2)
    post.send()
    assert post.states() == {1: "sent", 2: "sent"}


def test_a_channel_out_of_order_is_left_alone_and_the_others_are_not(engine: Engine) -> None:
    post = Post(engine, config(bundle="{at_least: 1000}"))
    post.hook.otherwise = LATER
    post.put(*[message(n) for n in range(10)], message(99, channel="room", recipient="#room"))
    report = post.send()
    assert (report.sent, report.retried) == (1, 3)


def test_a_permanent_failure_is_dead_and_told_over_another_channel(post: Post) -> None:
    post.hook.otherwise = NEVER
    post.put(message(1))
    assert post.send().dead == 1
    (dead,) = dead_letters(post.engine).to_dicts()
    assert dead["state_reason"] == "permanent: 404 gone"
    assert post.log() == ["delivery_failed"]
    post.send()
    (told,) = post.channels["log"].sent
    assert "404 gone" in told.subject + told.body or "Subject 1" in told.body


def test_a_person_is_told_over_their_other_channel(engine: Engine) -> None:
    people = (
        "\n  Ana: {locale: en, addresses: {mail: ana@shop.example, room: '1'}}"
        "\n  Mei: {locale: zh, addresses: {mail: mei@shop.example}}"
    )
    post = Post(engine, config(people=people))
    post.channels["mail"].otherwise = NEVER
    post.put(message(1, channel="mail", recipient="Ana"))
    post.send()
    post.send()
    assert [m.recipient for m in post.channels["room"].sent] == ["Ana"]
    assert post.channels["log"].sent == []


def test_named_people_are_told_of_dead_letters(engine: Engine) -> None:
    post = Post(engine, config(dead_letters="[{person: Mei}]"))
    post.hook.otherwise = NEVER
    post.put(message(1))
    post.send()
    post.send()
    (told,) = post.channels["mail"].sent
    assert told.recipient == "Mei"
    assert "Subject 1" in told.subject


def test_dead_letters_about_dead_letters_end(engine: Engine) -> None:
    post = Post(engine)
    for channel in post.channels.values():
        channel.otherwise = NEVER
    post.put(message(1, channel="mail", recipient="Ana"))
    for _ in range(10):
        post.send()
        post.clock.pass_(minutes=1)
    rows = outbox_rows(engine)
    assert set(rows["state"]) == {"dead"}
    assert len(set(rows["channel"])) == len(rows), "no channel was used twice"
    assert "log" in rows["channel"].to_list()


def test_at_its_deadline_it_is_dead_and_says_what_the_last_attempt_said(post: Post) -> None:
    post.hook.otherwise = LATER
    post.put(message(1, severity="critical", deadline=NOW + HOUR))
    for _ in range(200):
        post.send()
        post.clock.pass_(minutes=1)
        if post.states()[1] == "dead":
            break
    assert post.clock.now - NOW <= HOUR + 2 * MINUTE
    (dead,) = dead_letters(post.engine).to_dicts()
    assert dead["state_reason"] == "deadline; the last attempt: retry: 500 broken"


def test_what_may_have_arrived_is_sent_again_under_the_same_key(post: Post) -> None:
    post.hook.answers = deque([CUT, OK])
    post.put(message(1))
    assert post.send().unknown == 1
    post.clock.pass_(minutes=1)
    assert post.send().sent == 1
    assert [m.key for m in post.hook.sent] == [message(1).idem_key] * 2


def test_a_channel_that_breaks_inside_is_a_fault_and_loses_nothing(post: Post) -> None:
    post.hook.answers = deque([ZeroDivisionError("bug"), OK])
    post.put(message(1))
    report = post.send()
    assert report.unknown == 1
    assert report.faults == ("channel hook: ZeroDivisionError: bug",)
    post.clock.pass_(minutes=1)
    assert post.send().sent == 1


def test_a_channel_or_an_address_that_is_gone_is_told(post: Post) -> None:
    post.put(
        message(1, channel="pager", recipient="#pager"),
        message(2, channel="mail", recipient="Zoe"),
    )
    assert post.send().dead == 2
    reasons = dict(dead_letters(post.engine).select("id", "state_reason").iter_rows())
    assert "no channel 'pager'" in reasons[1]
    assert "Zoe has no address for mail" in reasons[2]


def test_a_sender_that_died_in_the_call_leaves_an_unknown_attempt(post: Post) -> None:
    post.put(message(1))
    with writing(post.engine) as connection:
        claim(connection, "dead", NOW, lease=timedelta(minutes=3))
        connection.execute(insert(schema.delivery_attempt).values(outbox_id=1, n=1, started_at=NOW))
    assert post.send() == SendReport(), "it may still be at it"
    post.clock.pass_(minutes=3)
    assert post.send().sent == 1
    assert attempts(post.engine, 1)["outcome"].to_list() == ["unknown", "ok"]


def test_a_frozen_sender_writes_nothing_when_another_leads(post: Post) -> None:
    """The call is done; but whether it counts is the new leader's business."""

    def take_over() -> None:
        with writing(post.engine) as connection:
            connection.execute(
                update(schema.lease).values(expires_at=datetime(2020, 1, 1, tzinfo=UTC))
            )
        assert acquire(post.engine, "worker", "other", TTL, datetime.now(UTC)) is not None

    post.hook.meanwhile = take_over
    post.put(message(1), message(2))
    with pytest.raises(LeaseLost):
        post.send()
    assert len(post.hook.sent) == 1, "the second is the new leader's"
    assert post.states() == {1: "sending", 2: "pending"}
    assert attempts(post.engine, 1)["outcome"].to_list() == [None]


def test_a_stale_leader_sends_nothing(post: Post) -> None:
    with writing(post.engine) as connection:
        connection.execute(update(schema.lease).values(fence=99))
    post.put(message(1))
    with pytest.raises(LeaseLost):
        post.send()
    assert post.hook.sent == []


def test_a_drill_says_so_and_changes_no_template(post: Post) -> None:
    post.put(message(1, payload={"drill": True, "data": {}}, locale="zh"))
    post.send()
    (made,) = post.channels["log"].sent
    assert post.hook.sent == []
    assert made.subject == "【演练】Subject 1"
    assert made.body.startswith("【演练】\n")
    assert made.data["drill"] is True


def test_news_of_a_closed_incident_are_dropped_with_a_reason(post: Post) -> None:
    with writing(post.engine) as connection:
        closed = add_incident(connection, 1, closed_at=NOW, handling="closed")
        open_ = add_incident(connection, 2)
    post.put(message(1, group_id=closed), message(2, group_id=open_))
    report = post.send()
    assert (report.sent, report.dropped) == (1, 1)
    assert post.log() == ["notice_dropped"]
    rows = outbox_rows(post.engine)
    assert dict(zip(rows["id"], rows["state_reason"], strict=True))[1] == "incident_closed"


def test_while_a_channel_is_down_only_the_newest_state_is_kept(post: Post) -> None:
    with writing(post.engine) as connection:
        group = add_incident(connection)
    post.hook.answers = deque([LATER])
    post.put(message(1, group_id=group))
    post.send()
    post.put(message(2, group_id=group, reason="escalated"))
    post.clock.pass_(minutes=5)
    post.send()
    assert post.hook.subjects == ["Subject 1", "Subject 2"]
    assert post.states() == {1: "dropped", 2: "sent"}


def test_many_incidents_for_one_recipient_are_one_message_that_lists_them(post: Post) -> None:
    with writing(post.engine) as connection:
        groups = [add_incident(connection, n) for n in range(1, 7)]
    post.put(*[message(n, group_id=group) for n, group in enumerate(groups)])
    report = post.send()
    assert report.sent == 1
    (made,) = post.hook.sent
    assert made.subject.startswith("WARNING: 6 incidents")
    for n, group in enumerate(groups):
        assert f"Subject {n} /alerts/{group}" in made.body
    states = outbox_rows(post.engine).filter(state="dropped")
    assert set(states["state_reason"]) == {"bundled:7"}


def test_many_messages_over_a_channel_that_is_gone_block_nothing(post: Post) -> None:
    gone = [message(n, channel="pager", recipient="#pager") for n in range(6)]
    post.put(*gone, message(9))
    assert post.send() == SendReport(sent=1, dead=6)
    assert post.send().sent == 1, "the announcements, in one message"
    assert "6 messages could not be delivered" in post.hook.subjects[-1]


def test_lines_of_the_log_are_neither_bundled_nor_counted(engine: Engine) -> None:
    post = Post(engine, config(throttles="[{messages_per_hour: 1}]"))
    post.put(*[message(n, channel="log", recipient="#log") for n in range(9)])
    assert post.send().sent == 9


def test_beyond_the_budget_it_waits_and_then_goes_out(engine: Engine) -> None:
    budget = "[{per: recipient, messages_per_hour: 2}]"
    post = Post(engine, config(throttles=budget, bundle="{at_least: 1000}"))
    post.put(*[message(n) for n in range(5)], message(9, severity="critical"))
    report = post.send()
    assert (report.sent, report.delayed) == (2, 4)
    assert post.hook.subjects[0] == "Subject 9", "the critical one first"
    for _ in range(3):
        post.clock.pass_(hours=1)
        post.send()
    assert set(post.states().values()) == {"sent"}
    assert len(post.hook.sent) == 6


def test_a_dead_letter_is_sent_again_as_a_new_row(post: Post) -> None:
    post.hook.answers = deque([NEVER])
    post.put(message(1))
    post.send()
    again = resend(post.engine, 1, actor="Mei", now=post.clock())
    assert resend(post.engine, 1, actor="Ana", now=post.clock()) == again, "pressed twice"
    assert dead_letters(post.engine).height == 0
    post.send()
    assert post.states()[again] == "sent"
    assert post.hook.sent[0].key != post.hook.sent[1].key
    assert post.log() == ["delivery_failed", "resent"]
    with pytest.raises(ResendError, match="is sent; only dead and dropped"):
        resend(post.engine, again, actor="Mei", now=post.clock())


def test_what_died_again_can_be_sent_again(post: Post) -> None:
    post.hook.answers = deque([NEVER, NEVER])
    post.put(message(1))
    post.send()
    first = resend(post.engine, 1, actor="Mei", now=post.clock())
    post.send()
    assert post.states()[first] == "dead"
    second = resend(post.engine, 1, actor="Mei", now=post.clock())
    assert second not in (1, first)
    post.send()
    assert post.states()[second] == "sent"


def test_who_asks_for_a_message_of_a_closed_incident_gets_it(post: Post) -> None:
    with writing(post.engine) as connection:
        closed = add_incident(connection, 1, closed_at=NOW, handling="closed")
    post.put(message(1, group_id=closed))
    post.send()
    again = resend(post.engine, 1, actor="Mei", now=post.clock())
    post.send()
    assert post.states() == {1: "dropped", again: "sent"}


def test_sending_again_needs_a_name_and_a_message(post: Post) -> None:
    with pytest.raises(ResendError, match="Say who asks"):
        resend(post.engine, 1, actor=" ", now=NOW)
    with pytest.raises(ResendError, match="There is no message 1"):
        resend(post.engine, 1, actor="Mei", now=NOW)


def test_it_stops_between_messages_when_asked(post: Post) -> None:
    post.put(message(1), message(2))
    ways: dict[str, Channel] = dict(post.channels)
    report = send_due(
        post.engine,
        post.lease,
        post.config,
        ways,
        post.clock,
        stopping=lambda: len(post.hook.sent) == 1,
    )
    assert report.sent == 1
