"""Messages of runs: what a step tells, and what a person must look at. Pure.

They go through the outbox in the transaction of the change, each person in their own language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from alerts.notify.config import Config
from alerts.notify.facts import plain_facts
from alerts.notify.message import Message, idem_key
from alerts.notify.recipients import Recipient, of_person, of_room
from alerts.notify.texts import render
from alerts.notify.words import phrase
from alerts.playbooks.fields import Texts
from alerts.playbooks.names import filled
from alerts.runs.conditions import variables
from alerts.runs.deciding import ABOVE_LEAD, LEAD, acting_for, leads, people_of
from alerts.runs.model import StepRun
from alerts.runs.rows import StoredRun

if TYPE_CHECKING:
    from alerts.playbooks.format import Step

LOG = "log"


@dataclass(frozen=True)
class Told:
    """Whom something is told, and what of it cannot be told to anybody.

    `missing` names roles that nobody holds, people without an address, channels that are not there.
    """

    to: tuple[Recipient, ...]
    missing: tuple[str, ...]


def recipients(config: Config, stored: StoredRun, names: Iterable[str]) -> Told:
    """Everybody behind the `to` of a step: roles, people, `#channels`; each line once."""
    found: list[Recipient] = []
    missing: list[str] = []
    for name in names:
        lines = _behind(config, stored, name)
        found += lines
        if not lines:
            missing.append(name)
    return Told(tuple(dict.fromkeys(found)), tuple(missing))


def _behind(config: Config, stored: StoredRun, name: str) -> list[Recipient]:
    if name.startswith("#"):
        channel = name.removeprefix("#")
        return [of_room(config, channel)] if channel in config.body.channels else []
    if name in config.body.people:
        return list(of_person(config, name))
    _, people = acting_for(config, stored.playbook, name, stored.roles)
    return [line for person in people for line in of_person(config, person)]


def owners(config: Config, stored: StoredRun, plan: Step, one: StepRun) -> tuple[Recipient, ...]:
    """Who looks after a step: its owner, else its role, else who leads; else the log."""
    _, acting = acting_for(config, stored.playbook, plan.role, stored.roles)
    people = (one.owner,) if one.owner else acting
    return (
        _lines(config, people)
        or _lines(config, leads(config, stored.roles, stored.lead))
        or (of_room(config, LOG),)
    )


def above(config: Config, stored: StoredRun, plan: Step) -> tuple[Recipient, ...]:
    """Who is told when a step is overdue: who leads the crisis; of the lead's own who is above."""
    first = leads(config, stored.roles, stored.lead)
    if plan.role == LEAD:
        first = (*people_of(config, ABOVE_LEAD, stored.roles), *first)
    return _lines(config, first) or (of_room(config, LOG),)


def leading(config: Config, stored: StoredRun) -> tuple[Recipient, ...]:
    """Who leads the crisis; the log where nobody does."""
    return _lines(config, leads(config, stored.roles, stored.lead)) or (of_room(config, LOG),)


def _lines(config: Config, people: Iterable[str]) -> tuple[Recipient, ...]:
    return tuple(dict.fromkeys(line for name in people for line in of_person(config, name)))


def message_of(stored: StoredRun, plan: Step) -> tuple[Texts, Texts | None]:
    """Title and message of a step, with what is known filled in."""
    known = variables(stored.playbook, stored.run)

    def fill(texts: Texts) -> Texts:
        return Texts.model_construct(en=filled(texts.en, known), zh=filled(texts.zh, known))

    return fill(plan.title), fill(plan.message) if plan.message else None


def compose(
    config: Config,
    stored: StoredRun,
    to: Sequence[Recipient],
    reason: str,
    title: Callable[[str], str],
    text: Callable[[str], str],
    *,
    key: str,
    generation: int,
    wall: datetime,
) -> list[Message]:
    """One message to each line.

    Args:
        config: what is in force.
        stored: the run.
        to: whom.
        reason: one of `alerts.notify.words.REASONS`.
        title: one line by language.
        text: what it says, by language.
        key: of what is told, such as the step's key.
        generation: tells apart what is told again of the same thing.
        wall: the wall clock.
    """
    return [
        _message(
            config,
            stored,
            one,
            (title(one.locale), text(one.locale)),
            _Topic(reason, key, generation, wall),
        )
        for one in to
    ]


@dataclass(frozen=True)
class _Topic:
    """What is told, as often as it is told anew."""

    reason: str
    key: str
    generation: int
    wall: datetime


def _message(
    config: Config,
    stored: StoredRun,
    to: Recipient,
    words: tuple[str, str],
    topic: _Topic,
) -> Message:
    run, reason, key, wall = stored.run, topic.reason, topic.key, topic.wall
    severity = "critical" if run.level >= 3 else "warning"
    made = Message(
        idem_key(
            f"run {run.id}:{key}",
            topic.generation,
            reason,
            step=0,
            round=0,
            recipient=to.recipient,
            channel=to.channel,
        ),
        None,
        "crisis",
        reason,
        severity,
        to.channel,
        to.recipient,
        to.locale,
        "",
        "",
        wall,
        wall + config.body.deadlines.of(severity),
        crisis_id=run.crisis_id,
    )
    given = plain_facts(
        config,
        locale=to.locale,
        severity=severity,
        reason=reason,
        short_id=made.short_id,
        title=f"{stored.title}: {words[0]}" if to.locale != "zh" else f"{stored.title}：{words[0]}",
        path=f"/crises/{run.crisis_id}",
        why=phrase(to.locale, "because_crisis"),
        zone=to.zone,
        now=wall,
        recipient=to.recipient,
        summary=words[1],
    )
    rendered = render(config.texts, config.body.channels[to.channel].kind, to.locale, given)
    payload = {
        "config": config.sha256,
        "html": rendered.html,
        "data": {"crisis": run.crisis_id, "run": run.id, "step": key, "level": run.level},
        "drill": run.drill,
    }
    return replace(made, subject=rendered.subject, body=rendered.body, payload=payload)
