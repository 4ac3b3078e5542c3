"""`alerting.yaml`: what it refuses, and how it says so."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from alerts.notify.config import Config, ConfigError, default, load
from alerts.notify.routing import route
from tests.alerts.notify.examples import CONFIG, config

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "alerting.yaml"


def fault(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(text)
    return str(caught.value)


def with_channel(fields: str) -> str:
    return (
        f"schema_version: 1\nchannels:\n  way: {{{fields}}}\n"
        "route: {name: all, receivers: [{channel: log}]}\n"
    )


def with_route(fields: str) -> str:
    return CONFIG.split("route:")[0] + f"route:\n{fields}"


def test_the_example_in_the_documentation_can_be_used() -> None:
    found = load(EXAMPLE)
    kinds = {channel.kind for channel in found.body.channels.values()}
    assert kinds == {"email", "webhook", "slack", "teams", "wecom", "dingtalk", "feishu", "log"}
    assert found.body.rotas
    assert found.body.escalations
    assert found.body.inhibitions
    assert found.body.calendars


def test_without_a_file_there_is_the_log() -> None:
    assert [*default().body.channels] == ["log"]
    assert [str(one.receiver) for one in route(default(), {})] == ["channel log"]
    assert load("").body == default().body


def test_equal_contents_are_one_configuration() -> None:
    assert (
        config().sha256
        == load(CONFIG.replace("    zone: Asia/Shanghai\n", "\n    zone:   Asia/Shanghai\n")).sha256
    )
    assert config().sha256 != config(deadlines="{critical: 2h}").sha256


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a\n", "alerting.yaml: the file must be a mapping"),
        ("people: {}\n", "line 1: schema_version is missing"),
        ("schema_version: 2\n", "line 1: schema_version = 2: input should be 1."),
        ("schema_version: 1\nroute: [\n", "not valid YAML"),
        (
            "schema_version: 1\npeople: {}\npeople: {}\n",
            "line 3: 'people' was already given in line 2",
        ),
        (
            "schema_version: 1\nroutes: []\n",
            (
                "line 2: routes = []: there is no such field; remove it or correct its "
                "name. Known here: schema_version, people, channels"
            ),
        ),
        (
            "schema_version: 1\npeople:\n  Mei:\n    zone: Mars/Base\n",
            "line 4: people.Mei.zone = 'Mars/Base': there is no such time zone; write it as",
        ),
        (
            "schema_version: 1\npeople:\n  Mei:\n    locale: de\n",
            "line 4: people.Mei.locale = 'de': input should be 'en' or 'zh'",
        ),
        (
            "schema_version: 1\npeople:\n  Mei:\n    addresses: {pager: x}\n",
            "line 4: people.Mei.addresses.pager: there is no channel 'pager'; known: log",
        ),
        (
            "schema_version: 1\nbundle: {window: 90s}\n",
            "line 2: bundle.window = '90s': write a duration as a whole number and m, h or d",
        ),
        ("schema_version: 1\ndeadlines: {critical: 1m}\n", "critical is below 5m"),
        (
            "schema_version: 1\nthrottles: [{messages_per_hour: 0}]\n",
            "line 2: throttles.0.messages_per_hour = 0",
        ),
        (
            "schema_version: 1\nthrottles: [{messages_per_hour: 5, channel: x}]\n",
            "throttles.0.channel: there is no channel 'x'; known: log",
        ),
        ("schema_version: 1\npeople: {'#team': {}}\n", "'#team' cannot be a person's name"),
        (
            "schema_version: 1\npeople: {Mei: {addresses: {log: ' '}}}\n",
            "people.Mei.addresses.log: the address is empty",
        ),
        (
            "schema_version: 1\npeople: {Mei: {via: [pager]}}\n",
            "people.Mei.via.0: there is no channel 'pager'; known: log",
        ),
        (
            "schema_version: 1\npeople: {Mei: {}}\ndead_letters: [{person: Mei}]\n",
            "dead_letters.0: Mei has no address; add one under people.Mei.addresses",
        ),
        (
            "schema_version: 1\ndead_letters: [{escalation: up}]\n",
            "a dead letter is told to a person, a rota or a channel",
        ),
    ],
)
def test_a_fault_names_line_field_value_and_remedy(text: str, said: str) -> None:
    assert said in fault(text)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            "kind: slack, url: 'https://hooks.slack.com/services/T/B/x'",
            (
                "url is a secret and must not stand in this file; put it into an environment "
                "variable and write url_env: NAME"
            ),
        ),
        ("kind: dingtalk, url_env: U, secret: abc", "secret is a secret and must not stand"),
        ("kind: email, host: h, sender: a@b.c, password: abc", "password is a secret and must not"),
        ("kind: webhook, url: 'https://u:p@h.example/'", "url holds a password"),
        ("kind: webhook, url: 'http://hooks.example/'", "http is read by anybody on the way"),
        ("kind: webhook, url: 'ftp://hooks.example/'", "write the whole address"),
        ("kind: webhook, url: 'https://h.example:port/'", "not an address"),
        ("kind: webhook", "give url_env: NAME (an environment variable) or url_file: PATH"),
        ("kind: webhook, url: 'https://h.example', url_env: U", "not two of them"),
        (
            "kind: webhook, url_env: 'https://h.example'",
            "url_env must be the name of an environment",
        ),
        ("kind: slack", "give url_env: NAME"),
        ("kind: slack, url_env: U, url_file: f", "give url_env or url_file, not both"),
        ("kind: slack, url_env: U, secret_env: S", "only dingtalk robots sign"),
        ("kind: email, host: h, sender: nobody", "sender is not an address"),
        ("kind: email, host: h, sender: a@b.c, user: me", "give password_env: NAME"),
        (
            "kind: email, host: h, sender: a@b.c, user: me, password_env: P, security: none",
            "a password would travel unencrypted",
        ),
        ("kind: pager", "way"),
        ("host: h", "way"),
    ],
)
def test_channels_are_strict_and_hold_no_secret(fields: str, said: str) -> None:
    told = fault(with_channel(fields))
    assert said in told
    assert "alerting.yaml, line 3: channels.way" in told


@pytest.mark.parametrize("field", ["password", "passwd", "sender", "port", "timeout_seconds"])
def test_a_secret_that_was_written_is_not_repeated(field: str) -> None:
    fields = {"kind": "email", "host": "h", "sender": "a@b.c", field: "hunter2"}
    told = fault(with_channel(", ".join(f"{name}: {value}" for name, value in fields.items())))
    assert field in told
    assert "hunter2" not in told


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ("  name: all\n", "the first route has no receivers; add whom to tell by default"),
        (
            "  name: all\n  match: [market=PL]\n  receivers: [{channel: hook}]\n",
            "line 16: route.match: the first route takes everything",
        ),
        (
            "  name: all\n  receivers: [{person: Zoe}]\n",
            "line 16: route.receivers.0: there is no person 'Zoe'; known: Ana, Mei",
        ),
        ("  name: all\n  receivers: [{rota: duty}]\n", "there is no rota 'duty'; none is declared"),
        ("  name: all\n  receivers: [{escalation: up}]\n", "there is no escalation 'up'"),
        ("  name: all\n  receivers: [{channel: pager}]\n", "there is no channel 'pager'"),
        ("  name: all\n  receivers: [{channel: mail}]\n", "channel mail is e-mail without `to`"),
        ("  name: all\n  receivers: [Mei]\n", "write one of {rota: NAME}, {person: NAME}"),
        ("  name: all\n  receivers: []\n", "route.receivers = []"),
        (
            (
                "  name: all\n  receivers: [{channel: hook}]\n  routes:\n"
                "    - {name: a, match: [market=PL]}\n"
                "    - {name: b, match: [market=PL, severity=info]}\n"
            ),
            "line 19: route.routes.1: route b is never reached: a before it takes all",
        ),
        (
            (
                "  name: all\n  receivers: [{channel: hook}]\n  routes:\n"
                "    - name: a\n      match: [market=PL]\n"
                "      routes: [{name: b, match: [market=DE]}]\n"
            ),
            "route b never matches: market=PL and market=DE exclude another",
        ),
        (
            "  name: all\n  receivers: [{channel: hook}]\n  routes: [{name: all, match: [a=b]}]\n",
            "two routes are named all",
        ),
        (
            "  name: all\n  receivers: [{channel: hook}]\n  routes: [{name: a, match: [market]}]\n",
            "is not a matcher; write label=value",
        ),
    ],
)
def test_routes_are_checked(fields: str, said: str) -> None:
    assert said in fault(with_route(fields))


def test_with_continue_the_next_one_is_reached() -> None:
    found = load(
        with_route(
            "  name: all\n  receivers: [{channel: hook}]\n  routes:\n"
            "    - {name: a, match: [market=PL], continue: true, receivers: [{person: Mei}]}\n"
            "    - {name: b, match: [market=PL, severity=critical], receivers: [{person: Ana}]}\n"
        )
    )
    told = route(found, {"market": "PL", "severity": "critical"})
    assert [(str(one.receiver), one.route) for one in told] == [
        ("person Mei", "a"),
        ("person Ana", "b"),
    ]
    assert [str(one.receiver) for one in route(found, {"market": "DE"})] == ["channel hook"]


def test_every_fault_is_told_at_once() -> None:
    told = fault(
        "schema_version: 1\npeople:\n  Mei: {zone: X}\nbundle: {at_least: 1}\nnonsense: 1\n"
    )
    assert len(told.splitlines()) == 3


def nested() -> Config:
    return load(
        with_route(
            "  name: all\n  receivers: [{channel: hook}]\n  repeat_interval: 12h\n  locale: zh\n"
            "  routes:\n"
            "    - name: pl\n      match: [market=PL]\n      receivers: [{person: Mei}]\n"
            "      group_interval: 0m\n"
            "      routes:\n"
            "        - {name: urgent, match: [severity=critical], group_wait: 0m}\n"
        )
    )


def test_the_deepest_route_that_matches_takes_it_and_inherits() -> None:
    (told,) = route(nested(), {"market": "PL", "severity": "critical"})
    assert told.path == ("all", "pl", "urgent")
    assert told.because == ("market=PL", "severity=critical")
    assert str(told.receiver) == "person Mei"
    assert told.group_wait == timedelta(0)
    assert told.group_interval == timedelta(0)
    assert told.repeat_interval == timedelta(hours=12)
    assert told.locale == "zh"


def test_what_no_branch_takes_stays_above() -> None:
    (told,) = route(nested(), {"market": "PL", "severity": "info"})
    assert told.path == ("all", "pl")
    (told,) = route(nested(), {"market": "DE", "severity": "critical"})
    assert told.path == ("all",)


def test_an_unreadable_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"people: \xe9")
    with pytest.raises(ConfigError, match="save the file as UTF-8"):
        load(tmp_path / "latin.yaml")
