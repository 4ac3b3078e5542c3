"""Which messages a version would have sent, with nobody acting on them.

The incidents follow the handling machine, their messages the worker's plan and bundling; only the
database is left out. Daily slots are taken to be judged when they end.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from alerts.backtest.result import Notices
from alerts.backtest.walking import Told, Walk
from alerts.handling import Action, Do, Grouping, Incident, Policy, begin, group_key, rejoins, step
from alerts.handling.model import Reason
from alerts.lifecycle.model import Kind
from alerts.notify.config import Config
from alerts.notify.plan import plan
from alerts.notify.subject import Line, Member, Subject
from alerts.notify.subject import Told as Heard
from alerts.oncall.rota import on_call
from alerts.rules import RuleVersion

_POLICY = Policy()
_MOST_PLANS = 100_000
"""More than that is a plan that never comes to rest."""


@dataclass
class _Group:
    """One incident of the simulation."""

    number: int
    key: str
    labels: Mapping[str, str]
    incident: Incident
    members: dict[str, Member] = field(default_factory=dict)
    heard: Mapping[Line, Heard] = field(default_factory=dict)
    escalated: set[str] = field(default_factory=set)
    next_at: datetime | None = None
    next_reason: str = ""


@dataclass(frozen=True)
class _Message:
    recipient: str
    channel: str
    at: datetime
    reason: str


def notices(version: RuleVersion, made: Walk, config: Config, until: datetime) -> Notices:
    """Messages by reason, and what the busiest recipient gets of them.

    Args:
        version: the rule, for its severity and how it groups.
        made: what it told.
        config: who is told how; an escalation counts with its first step, for whoever is paged
            acknowledges.
        until: end of the last judged day.
    """
    messages = _simulate(version, made.told, config, until)
    bundled = _bundled(messages, config)
    people: Counter[str] = Counter()
    news: Counter[str] = Counter()
    for message in bundled:
        people[message.recipient] += 1
        news[message.recipient] += message.reason != Reason.REPEAT
    return Notices(
        total=len(bundled),
        managers=max(len(people), 1),
        by_reason=dict(sorted(Counter(message.reason for message in bundled).items())),
        busiest=max(news.values(), default=0),
    )


def _simulate(
    version: RuleVersion, told: Sequence[Told], config: Config, until: datetime
) -> list[_Message]:
    grouping = Grouping.of(version.rule.id, json.loads(version.body_json))
    groups: dict[str, _Group] = {}
    sent: list[_Message] = []
    moments = sorted({one.event.at for one in told} | {until})
    for moment in moments:
        for group in groups.values():
            sent += _advance(group, config, version, moment)
        for one in told:
            if one.event.at == moment:
                _absorb(groups, grouping, one, version.rule.severity)
    return sent


def _absorb(groups: dict[str, _Group], grouping: Grouping, one: Told, severity: str) -> None:
    """What one event of an alert does to its incident, as `alerts.groups.absorb`."""
    key, now = group_key(grouping, one.labels), one.event.at
    member = f"{one.fingerprint}:{one.event.episode}"
    group = groups.get(key)
    match one.event.kind:
        case Kind.OPENED:
            group = _joined(group, grouping, one, key, severity, len(groups))
            groups[key] = group
            group.members[member] = Member(member, severity, True, now, one.labels)
        case Kind.REFIRED if group is not None:
            _step(group, Action(Do.REFIRED, severity=severity), now)
        case Kind.RESOLVED if group is not None and member in group.members:
            group.members[member] = replace(group.members[member], open=False)
            if not any(other.open for other in group.members.values()):
                _step(group, Action(Do.RESOLVED, reason=one.event.reason), now)


def _joined(
    group: _Group | None, grouping: Grouping, one: Told, key: str, severity: str, number: int
) -> _Group:
    now = one.event.at
    if group is not None and rejoins(_POLICY, group.incident, now):
        _step(group, Action(Do.JOINED, severity=severity, reason=one.event.reason), now)
        return group
    incident, _events = begin(_POLICY, severity, now, one.event.reason)
    made = _Group(number, key, grouping.labels(one.labels), incident)
    made.next_at, made.next_reason = incident.notify_at, incident.notify_reason or ""
    return made


def _step(group: _Group, action: Action, now: datetime) -> None:
    group.incident, _events = step(_POLICY, group.incident, action, now)
    group.next_at = group.incident.notify_at
    group.next_reason = group.incident.notify_reason or ""


def _advance(
    group: _Group, config: Config, version: RuleVersion, until: datetime
) -> list[_Message]:
    """Plan the messages of an incident whose time comes before `until`."""
    sent: list[_Message] = []
    for _ in range(_MOST_PLANS):
        now = group.next_at
        if now is None or now >= until:
            return sent
        made = plan(config, _subject(group, version), None, _duty(config), now)
        sent += [
            _Message(one.to.recipient, one.to.channel, now, one.reason) for one in made.notices
        ]
        for name in set(made.escalations) - group.escalated:
            group.escalated.add(name)
            sent.append(_Message(f"escalation {name}", "page", now, Reason.FIRST))
        group.heard = made.told
        later = made.notify_at is not None and made.notify_at > now
        group.next_at = made.notify_at if later else None
        group.next_reason = made.notify_reason
        group.incident = replace(
            group.incident,
            notify_at=group.next_at,
            notify_reason=group.next_reason if later else None,
            notices=group.incident.notices + bool(made.notices),
        )
    raise RuntimeError(f"the messages of incident {group.key} never come to rest")


def _subject(group: _Group, version: RuleVersion) -> Subject:
    incident = group.incident
    return Subject(
        group_id=group.number,
        key=group.key,
        rule_id=version.rule.id,
        labels=group.labels,
        severity=incident.severity,
        handling=str(incident.handling),
        firing=incident.firing,
        opened_at=incident.opened_at,
        topic=version.rule.topic,
        reopened=incident.reopened,
        resolved_at=incident.resolved_at,
        notify_at=incident.notify_at,
        notify_reason=incident.notify_reason,
        notices=incident.notices,
        members=tuple(group.members.values()),
        told=group.heard,
    )


def _duty(config: Config) -> Callable[[str, datetime], str | None]:
    """Who was on call, as the rotas say; who stood in then is not asked."""

    def duty(rota: str, at: datetime) -> str | None:
        found = config.body.rotas.get(rota)
        return None if found is None else on_call(found, (), at)

    return duty


def _bundled(messages: Sequence[_Message], config: Config) -> list[_Message]:
    """Messages of one moment to one recipient over one channel, as the sender bundles them."""
    lines: dict[tuple[str, str, datetime], list[_Message]] = {}
    for message in messages:
        lines.setdefault((message.recipient, message.channel, message.at), []).append(message)
    least = config.body.bundle.at_least
    kept: list[_Message] = []
    for found in lines.values():
        news = [one for one in found if one.reason != Reason.REPEAT]
        kept += found if len(found) < least else [(news or found)[0]]
    return kept
