"""From a notice to the message that goes into the outbox. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from alerts.notify.config import Config
from alerts.notify.facts import facts
from alerts.notify.message import Kind, Message, idem_key
from alerts.notify.plan import Notice, Plan
from alerts.notify.recipients import Recipient
from alerts.notify.subject import Subject
from alerts.notify.texts import render


@dataclass(frozen=True)
class Composed:
    """Messages, and what is wrong with the templates they were made from."""

    messages: tuple[Message, ...]
    faults: tuple[str, ...]


def notices(config: Config, subject: Subject, planned: Plan, now: datetime) -> Composed:
    """The messages of a plan."""
    return _composed(
        [_message(config, subject, notice, "incident", 0, now) for notice in planned.notices]
    )


def page(
    config: Config,
    subject: Subject,
    targets: Sequence[Recipient],
    *,
    step: int,
    round: int,  # noqa: A002 - what it is called in an escalation
    next_at: datetime | None,
    now: datetime,
    policy: str = "",
) -> Composed:
    """The messages of one step of an escalation.

    Args:
        config: what is in force.
        subject: the incident nobody has acknowledged.
        targets: whom the step tells, see `alerts.notify.recipients`; each is told once.
        step: number of the step, from 0.
        round: number of the repetition, from 0.
        next_at: when the next step comes.
        now: the moment.
        policy: name of the escalation: two of them may take the same step of one incident.
    """
    told = dict.fromkeys(targets)
    return _composed(
        [
            _message(
                config,
                subject,
                Notice(to, "escalation", (), (), step, next_at, "escalation"),
                "page",
                round,
                now,
                topic=policy,
            )
            for to in told
        ]
    )


def _composed(made: Sequence[tuple[Message, str | None]]) -> Composed:
    return Composed(
        tuple(message for message, _ in made),
        tuple(dict.fromkeys(fault for _, fault in made if fault)),
    )


def _message(
    config: Config,
    subject: Subject,
    notice: Notice,
    kind: Kind,
    round: int,  # noqa: A002
    now: datetime,
    *,
    topic: str = "",
) -> tuple[Message, str | None]:
    to = notice.to
    key = idem_key(
        f"incident {subject.group_id}",
        subject.reopened,
        f"{notice.reason} {topic}" if topic else notice.reason,
        step=notice.step,
        round=round,
        recipient=to.recipient,
        channel=to.channel,
    )
    message = Message(
        idem_key=key,
        group_id=subject.group_id,
        kind=kind,
        reason=notice.reason,
        severity=subject.severity,
        channel=to.channel,
        recipient=to.recipient,
        locale=to.locale,
        subject="",
        body="",
        not_before=now,
        deadline=now + config.body.deadlines.of(subject.severity),
    )
    given = facts(config, subject, notice, message.short_id)
    rendered = render(config.texts, config.body.channels[to.channel].kind, to.locale, given)
    payload: dict[str, Any] = {
        "told": subject.told_now(now, to.locale).as_json(),
        "config": config.sha256,
        "firing": subject.firing,
        "data": _data(subject, notice, given),
    }
    if rendered.html is not None:
        payload["html"] = rendered.html
    made = replace(message, subject=rendered.subject, body=rendered.body, payload=payload)
    return made, rendered.fault


def _data(subject: Subject, notice: Notice, given: dict[str, Any]) -> dict[str, Any]:
    """What a program gets to know, in a form that stays."""
    head = subject.head
    return {
        "incident": subject.group_id,
        "rule": subject.rule_id,
        "labels": dict(subject.labels),
        "severity": subject.severity,
        "reason": notice.reason,
        "firing": subject.firing,
        "handling": subject.handling,
        "opened_at": subject.opened_at.isoformat(),
        "resolved_at": subject.resolved_at.isoformat() if subject.resolved_at else None,
        "title": given["title"],
        "summary": given["summary"],
        "action": given["action"],
        "value": head.value if head else None,
        "expected": head.expected if head else None,
        "alerts": [
            {"labels": dict(m.labels), "severity": m.severity, "open": m.open}
            for m in subject.members
        ],
        "link": str(given["link"]),
        "next_at": notice.next_at.isoformat() if notice.next_at else None,
    }
