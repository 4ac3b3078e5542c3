"""Nothing of a drill reaches a real channel, whatever its kind and whatever goes wrong."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from alerts.notify import attempts, outbox_rows
from alerts.notify.addresses import outgoing
from alerts.notify.channels import build
from alerts.notify.channels.base import Delivery, Outgoing, as_drill
from alerts.notify.config import Config, ConfigError, load
from alerts.notify.message import Message
from alerts.notify.outbox import enqueue, find
from alerts.notify.sandbox import routed, targets
from alerts.notify.sender import send_due
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts.fakes import leading
from tests.alerts.notify.examples import message
from tests.alerts.notify.fake_channel import Clock, FakeChannel
from tests.alerts.notify.fault_server import FaultServer

KINDS = {
    "mail": "{kind: email, host: 127.0.0.1, security: none, sender: a@shop.example}",
    "hook": "{kind: webhook, url_env: REAL}",
    **{name: f"{{kind: {name}, url_env: REAL}}" for name in ("slack", "teams", "wecom")},
    **{name: f"{{kind: {name}, url_env: REAL}}" for name in ("dingtalk", "feishu")},
}


def config(sandbox: str = "", extra: str = "") -> Config:
    """One channel of every kind, one person with an address in each."""
    addresses = ", ".join(
        f"{name}: {'mei@shop.example' if name == 'mail' else 'mei'}" for name in KINDS
    )
    channels = "\n".join(f"  {name}: {settings}" for name, settings in KINDS.items())
    return load(
        f"schema_version: 1\npeople:\n  Mei: {{addresses: {{{addresses}}}}}\n"
        f"channels:\n{channels}\n{extra}{sandbox}"
    )


EXTRA = (
    "  drill-hook: {kind: webhook, url_env: SANDBOX}\n"
    "  drill-mail: {kind: email, host: 127.0.0.1, security: none, sender: a@shop.example, "
    "to: drills@shop.example}\n"
)
OWN = "sandbox: {channel: drill-hook, instead_of: {mail: drill-mail}}\n"


def drill(number: int, channel: str, recipient: str = "Mei") -> Message:
    return message(
        number,
        channel=channel,
        recipient=recipient,
        crisis_id=1,
        kind="crisis",
        payload={"drill": 7, "data": {"n": number}},
    )


def send(engine: Engine, setting: Config, *, failing: str = "") -> dict[str, FakeChannel]:
    channels = {name: FakeChannel() for name in setting.body.channels}
    if failing:
        channels[failing].answers = deque([Delivery("permanent", 404, detail="gone")] * 100)
    send_due(engine, leading(engine), setting, channels, Clock(), rng=Random(1))
    return channels


@pytest.mark.parametrize("sandbox", ["", OWN])
def test_no_kind_of_channel_gets_a_drill(engine: Engine, sandbox: str) -> None:
    setting = config(sandbox, EXTRA)
    written = [
        drill(number, channel, recipient)
        for number, (channel, recipient) in enumerate(
            (channel, recipient) for channel in KINDS for recipient in ("Mei", f"#{channel}")
        )
    ]
    with writing(engine) as connection:
        enqueue(connection, written, Clock()())
    channels = send(engine, setting)
    assert {name: len(channels[name].sent) for name in KINDS} == dict.fromkeys(KINDS, 0)
    arrived = [one for name in targets(setting) for one in channels[name].sent]
    assert len(arrived) == len(written)
    assert all(one.subject.startswith("[DRILL] ") for one in arrived)
    assert all(one.body.startswith("[DRILL]\n") for one in arrived)
    assert {one.address for one in arrived} <= {"", "drills@shop.example"}
    meant = {find_payload(engine, number) for number in outbox_rows(engine)["id"]}
    assert meant == set(KINDS)


def find_payload(engine: Engine, number: int) -> str:
    with engine.connect() as connection:
        stored = find(connection, number)
        assert stored is not None
        return str(stored.message.payload["meant_for"])


def test_a_real_server_hears_nothing(engine: Engine, server: FaultServer) -> None:
    setting = load(
        "schema_version: 1\nchannels:\n  hook: {kind: webhook, url_env: REAL}\n"
        "route: {name: all, receivers: [{channel: hook}]}\n"
    )
    channels = build(setting, Clock(), environment={"REAL": f"{server.url}/real"})
    with writing(engine) as connection:
        enqueue(connection, [drill(1, "hook", "#hook"), message(2)], Clock()())
    send_due(engine, leading(engine), setting, channels, Clock(), rng=Random(1))
    # The message in earnest shows that the way was open.
    assert [b"DRILL" in request.body for request in server.requests] == [False]
    assert set(outbox_rows(engine)["state"]) == {"sent"}


def test_a_drill_is_bundled_with_nothing_and_uses_no_budget(engine: Engine) -> None:
    setting = config(extra="throttles: [{messages_per_hour: 1}]\nbundle: {at_least: 2}\n")
    written = [drill(number, "hook", "#hook") for number in range(6)]
    real = message(20, channel="hook", recipient="#hook", severity="warning")
    with writing(engine) as connection:
        enqueue(connection, [*written, real], Clock()())
    channels = send(engine, setting)
    assert channels["hook"].subjects == ["Subject 20"]
    assert len(channels["log"].sent) == 6


def test_a_drill_that_cannot_be_delivered_calls_nobody(engine: Engine) -> None:
    setting = config(OWN, EXTRA)
    with writing(engine) as connection:
        enqueue(connection, [drill(1, "slack")], Clock()())
    channels = send(engine, setting, failing="drill-hook")
    assert outbox_rows(engine)["state"].to_list() == ["dead"]
    assert {name for name, channel in channels.items() if channel.sent} == {"drill-hook"}
    assert attempts(engine, 1).height == 1
    with engine.connect() as connection:
        kinds = connection.execute(select(schema.event_log.c.kind)).scalars().all()
    assert list(kinds) == ["delivery_failed"]


@given(st.sampled_from([*KINDS, "gone"]), st.sampled_from(["", OWN]))
def test_routing_ends_in_the_sandbox_and_stays_there(channel: str, sandbox: str) -> None:
    setting = config(sandbox, EXTRA)
    once = routed(setting, drill(1, channel))
    assert once.channel in targets(setting)
    assert routed(setting, once) is once
    real = message(1, channel=channel)
    assert routed(setting, real) is real


def test_a_persons_address_is_not_used() -> None:
    setting = config(OWN, EXTRA)
    made = outgoing(setting, routed(setting, drill(1, "mail")))
    assert isinstance(made, Outgoing)
    assert (made.address, made.thread) == ("drills@shop.example", "crisis-1")
    assert outgoing(setting, replace(drill(1, "mail"), payload={})).address == "mei@shop.example"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("locale", "mark"), [("en", "[DRILL] "), ("zh", "【演练】"), ("ar", "[DRILL] ")]
)
def test_every_language_has_a_mark(locale: str, mark: str) -> None:
    sent = as_drill(Outgoing("k", "k", "Mei", "", locale, "info", "S", "B", drill=True))
    assert sent.subject == f"{mark}S"
    assert sent.body.startswith(mark.strip())


@pytest.mark.parametrize(
    ("sandbox", "told"),
    [
        ("sandbox: {channel: nowhere}\n", "there is no channel 'nowhere'"),
        ("sandbox: {instead_of: {nowhere: log}}\n", "there is no channel 'nowhere'"),
        ("sandbox: {channel: hook}\n", "hook is told of real incidents too"),
        (
            "sandbox: {channel: box}\n",
            "channel box is e-mail without `to`",
        ),
    ],
)
def test_a_sandbox_that_is_none_is_refused(sandbox: str, told: str) -> None:
    box = "  box: {kind: email, host: 127.0.0.1, security: none, sender: a@shop.example}\n"
    with pytest.raises(ConfigError, match=told):
        config(sandbox, box)
