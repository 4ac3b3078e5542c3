"""Every message as its product gets it, per language and kind of channel.

With `WRITE_GOLDEN=1` set the files are written anew; read the difference.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.notify import compose
from alerts.notify.config import Config, load
from alerts.notify.facts import facts
from alerts.notify.limits import LIMITS
from alerts.notify.message import Message
from alerts.notify.plan import Notice
from alerts.notify.recipients import Recipient
from alerts.notify.subject import Subject
from alerts.notify.texts import LOCALES, Library, render
from tests.alerts.notify.examples import HOUR, MINUTE, NOW, member, subject
from tests.alerts.notify.wires import KINDS, on_the_wire

GOLDEN = Path(__file__).parent / "golden"
ZONES = {"en": "Europe/Berlin", "zh": "Asia/Shanghai"}
CHANNELS = {
    "email": "{kind: email, host: h, security: none, sender: a@b.example, to: team@shop.example}",
    "webhook": "{kind: webhook, url: 'https://hooks.shop.example'}",
}


def setting(kind: str) -> Config:
    channel = CHANNELS.get(kind, f"{{kind: {kind}, url_env: U}}")
    text = (
        f"schema_version: 1\nchannels: {{way: {channel}}}\n"
        "route: {name: all, receivers: [{channel: way}]}"
    )
    return replace(load(text), public_url="https://watch.shop.example")


def notice(locale: str, reason: str, **given_: Any) -> Notice:
    values: dict[str, Any] = {
        "to": Recipient("#way", "way", locale, ZONES[locale]),
        "reason": reason,
        "path": ("all", "poland"),
        "because": ("market=PL", "severity=critical"),
        "step": 1,
        "next_at": NOW + 4 * HOUR,
    }
    return Notice(**{**values, **given_})


def stories(locale: str) -> dict[str, tuple[Subject, Notice]]:
    grown = subject(
        members=(
            member(),
            member("g:1", title={"en": "*Lost* parcels <PL>", "zh": "包裹*丢失* <PL>"}),
        ),
        opened_at=NOW - HOUR,
    )
    over = subject(
        firing=False,
        handling="awaiting_verdict",
        resolved_at=NOW - 5 * MINUTE,
        acknowledged_by="Ana",
        opened_at=NOW - 9 * HOUR,
    )
    return {
        "first": (subject(), notice(locale, "first")),
        "more": (grown, notice(locale, "more")),
        "resolved": (over, notice(locale, "resolved", path=(), because=(), next_at=None)),
    }


def messages(kind: str, locale: str) -> dict[str, Message]:
    config = setting(kind)
    made = {}
    for name, (about, said) in stories(locale).items():
        message, fault = compose._message(config, about, said, "incident", 0, NOW)
        assert fault is None
        made[name] = message
    to = [Recipient("#way", "way", locale, ZONES[locale])]
    paged = compose.page(config, subject(), to, step=1, round=0, next_at=NOW + 15 * MINUTE, now=NOW)
    made["escalation"] = paged.messages[0]
    drill = made["first"]
    made["drill"] = replace(drill, payload={**drill.payload, "drill": True})
    return made


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", KINDS)
def test_messages_are_as_they_were(kind: str, locale: str) -> None:
    config = setting(kind)
    parts = [
        f"===== {name}\n{on_the_wire(config, kind, message)}"
        for name, message in messages(kind, locale).items()
    ]
    text = "\n".join(parts)
    path = GOLDEN / f"{kind}.{locale}.txt"
    if os.environ.get("WRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", [*KINDS, "log"])
def test_a_long_message_fits_and_keeps_link_and_number(kind: str, locale: str) -> None:
    long = dict.fromkeys(LOCALES, "很长的文字 and <long> *words* " * 200)
    many = tuple(
        member(f"m{n}:1", title=long, summary=long, action=long, severity="warning")
        for n in range(60)
    )
    about = subject(members=(member(title=long, summary=long, action=long), *many))
    given_ = facts(setting("slack"), about, notice(locale, "more"), "abcd1234")
    made = render(Library(), kind, locale, given_)
    assert made.fault is None
    assert LIMITS[kind].fits(made.body)
    assert "https://watch.shop.example/alerts/7" in made.body
    assert "abcd1234" in made.body
    assert len(made.subject) <= 160


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
def test_the_longest_request_stays_below_what_the_robot_takes(kind: str) -> None:
    text = dict.fromkeys(LOCALES, "滞" * 5000)
    about = subject(members=tuple(member(f"m{n}:1", title=text) for n in range(30)))
    message, _ = compose._message(setting(kind), about, notice("zh", "more"), "incident", 0, NOW)
    escaped = json.dumps({"subject": message.subject, "body": message.body})
    assert len(escaped) < 20_000


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([*KINDS, "log"]),
    st.sampled_from(LOCALES),
    st.text(max_size=3_000),
    st.integers(0, 40),
)
def test_whatever_the_data_say_the_message_fits(
    kind: str, locale: str, text: str, others: int
) -> None:
    words = {"en": text, "zh": text}
    members = tuple(member(f"m{n}:1", title=words, summary=words) for n in range(others + 1))
    about = subject(members=members, labels={"market": text})
    given_ = facts(setting("slack"), about, notice(locale, "first"), "abcd1234")
    made = render(Library(), kind, locale, given_)
    assert made.fault is None
    assert LIMITS[kind].fits(made.body)
    assert "abcd1234" in made.body
    assert "\n" not in made.subject
    assert "<!channel>" not in made.body or kind != "slack"


def test_a_mention_of_everybody_inside_data_mentions_nobody() -> None:
    words = {"en": "<!channel> look", "zh": "<!channel> look"}
    about = subject(members=(member(title=words),))
    message, _ = compose._message(
        setting("slack"), about, notice("en", "first"), "incident", 0, NOW
    )
    assert "<!channel>" not in message.body
    assert "&lt;!channel&gt; look" in message.body


def test_every_fact_a_template_may_name_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "notification.md").read_text(encoding="utf-8")
    given_ = facts(setting("slack"), subject(), notice("en", "first"), "abcd1234")
    own_business = {"hidden", "more_of"}
    missing = {name for name in given_.keys() - own_business if f"`{name}`" not in page}
    assert missing == set()
