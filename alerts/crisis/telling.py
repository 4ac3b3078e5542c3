"""Messages of crises: proposed, a higher level asked for, a term that is missed. Pure.

They go through the outbox in the transaction of the change, each person in their own language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from alerts.crisis.levels import Levels
from alerts.crisis.permits import who
from alerts.crisis.rows import StoredCrisis
from alerts.library.model import Words
from alerts.notify.config import Config
from alerts.notify.facts import plain_facts
from alerts.notify.message import Message, idem_key
from alerts.notify.recipients import Recipient, of_person, of_room
from alerts.notify.texts import render
from alerts.notify.words import phrase

LOG = "log"
REASON = "crisis_notice"


def deciders(config: Config, levels: Levels, stored: StoredCrisis, level: int) -> list[Recipient]:
    """Who leads the crisis, else who decides at the level; where nobody does, the log."""
    people = [stored.lead] if stored.lead else who(config, levels.at(level).decides, stored.roles)
    lines = [line for name in people for line in of_person(config, name)]
    return list(dict.fromkeys(lines)) or [of_room(config, LOG)]


def proposed(config: Config, levels: Levels, stored: StoredCrisis, wall: datetime) -> list[Message]:
    """A level is proposed: for a new crisis, or above the one declared."""
    level = stored.proposed_level or 1
    name = levels.at(level).title
    if stored.level is None:
        words = Words(
            f"The figures ask for level {level} ({name.en}). "
            "Declare it, or dismiss it with a reason.",
            f"数据提示应为 {level} 级（{name.zh}）。请宣布危机，或说明理由后驳回。",
        )
    else:
        words = Words(
            f"It is declared as level {stored.level}; the figures now ask for level {level} "
            f"({name.en}). Raise it, or say why not.",
            f"当前为 {stored.level} 级；数据提示应升至 {level} 级（{name.zh}）。"
            "请升级，或说明理由。",
        )
    # A level that is asked for again after the level was set anew is told again.
    since = stored.level_at or stored.detected_at
    key = f"level {level} since {since.isoformat()}"
    severity = "critical" if level >= 3 or stored.level is not None else "warning"
    to = deciders(config, levels, stored, level)
    return compose(config, stored, to, Notice(words, severity, key, wall))


def missed(
    config: Config, levels: Levels, stored: StoredCrisis, title: Words, key: str, wall: datetime
) -> list[Message]:
    """A term set by law has passed."""
    words = Words(
        f"The term has passed: {title.en}. "
        "Say in the crisis whether it was met, and why it is late.",
        f"法定期限已过：{title.zh}。请在危机页面说明是否已履行及延误原因。",
    )
    level = stored.level or stored.proposed_level or 1
    to = deciders(config, levels, stored, level)
    return compose(config, stored, to, Notice(words, "critical", f"clock {key}", wall))


@dataclass(frozen=True)
class Notice:
    """What is told. `key` tells apart what is told of one crisis: told twice it is one message."""

    words: Words
    severity: str
    key: str
    wall: datetime


def compose(
    config: Config, stored: StoredCrisis, to: Sequence[Recipient], notice: Notice
) -> list[Message]:
    """One message to each line."""
    return [_message(config, stored, one, notice) for one in to]


def _message(config: Config, stored: StoredCrisis, to: Recipient, notice: Notice) -> Message:
    severity, wall = notice.severity, notice.wall
    identity = idem_key(
        f"crisis {stored.id}:{notice.key}",
        0,
        REASON,
        step=0,
        round=0,
        recipient=to.recipient,
        channel=to.channel,
    )
    made = Message(
        identity,
        None,
        "crisis",
        REASON,
        severity,
        to.channel,
        to.recipient,
        to.locale,
        "",
        "",
        wall,
        wall + config.body.deadlines.of(severity),
        crisis_id=stored.id,
    )
    given = plain_facts(
        config,
        locale=to.locale,
        severity=severity,
        reason=REASON,
        short_id=made.short_id,
        title=stored.title_in(to.locale),
        path=f"/crises/{stored.id}",
        why=phrase(to.locale, "because_crisis"),
        zone=to.zone,
        now=wall,
        recipient=to.recipient,
        summary=notice.words.in_(to.locale),
    )
    rendered = render(config.texts, config.body.channels[to.channel].kind, to.locale, given)
    level = stored.level or stored.proposed_level
    payload = {
        "config": config.sha256,
        "html": rendered.html,
        "data": {"crisis": stored.id, "level": level, "status": str(stored.status)},
        "drill": stored.drill_id,
    }
    return replace(made, subject=rendered.subject, body=rendered.body, payload=payload)
