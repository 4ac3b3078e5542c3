"""Where scenarios come from: the playbook's own, a past crisis, an incident that people know of.

A replay keeps the times of what it plays: the drill's clock shows what clocks showed then, and what
the systems saw then happens at the same distance from the start. What people did then is left out:
that is what is practised.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, select

from alerts import library
from alerts.crisis.model import Kind
from alerts.crisis.rows import SUBJECT, StoredCrisis, look
from alerts.drills.model import MOST_INJECTS, Inject, Scenario
from alerts.playbooks.format import Playbook
from data_access.state import schema

MORNING = time(8)
"""When the replay of an incident begins that only a day is known of."""
AHEAD = timedelta(days=14)
_SIGNALS = (Kind.CRITERION_HELD, Kind.LEVEL_PROPOSED, Kind.FLAG_SET)


@dataclass(frozen=True)
class Prepared:
    """A scenario with the time that its clock starts at; None: the present."""

    scenario: Scenario
    title: str
    masked_start: datetime | None
    speed: float


def of_playbook(playbook: Playbook, language: str = "en") -> Prepared:
    """What the playbook's author wrote to practise on; without that its lowest level, no labels."""
    given = playbook.drill
    if given is None:
        scenario = Scenario("injected", "playbook", {}, playbook.lowest)
        return Prepared(scenario, playbook.title.in_(language), None, 60)
    injects = tuple(
        Inject(one.after, one.text.en, one.text.zh, one.level or 0, one.flag or "")
        for one in given.injects
    )
    told = Inject(timedelta(0), given.story.en, given.story.zh)
    scenario = Scenario(
        "injected",
        "playbook",
        given.labels,
        given.level,
        given.variables,
        tuple(sorted([told, *injects])),
    )
    return Prepared(scenario, given.title.in_(language), None, float(given.speed))


def replay_crisis(
    connection: Connection, crisis_id: int, playbook: Playbook, language: str = "en"
) -> Prepared | None:
    """A crisis that was led before; None if there is none, or it was a drill itself."""
    past = look(connection, crisis_id)
    if past is None or past.drill_id is not None:
        return None
    base = of_playbook(playbook, language)
    scenario = replace(
        base.scenario,
        kind="replay",
        origin=f"crisis:{crisis_id}",
        labels=past.labels,
        level=past.level or past.proposed_level or base.scenario.level,
        variables={**base.scenario.variables, **_variables(connection, crisis_id, playbook.id)},
        injects=_signals(connection, past),
    )
    return Prepared(scenario, past.title, past.detected_at, base.speed)


def replay_known(
    connection: Connection, known_id: int, playbook: Playbook, language: str = "en"
) -> Prepared | None:
    """An incident that people declared; what the warnings said then happens again."""
    table = schema.known_incident
    row = connection.execute(
        select(table).where(table.c.id == known_id, table.c.withdrawn_at.is_(None))
    ).first()
    if row is None:
        return None
    base = of_playbook(playbook, language)
    began = datetime.combine(row.began_on, MORNING, UTC)
    scenario = replace(
        base.scenario,
        kind="replay",
        origin=f"known:{known_id}",
        labels=row.labels_json,
        injects=_warnings(connection, row.labels_json, began, row.ended_on),
    )
    return Prepared(scenario, row.title, began, base.speed)


def _variables(connection: Connection, crisis_id: int, playbook: str) -> dict[str, Any]:
    """What people knew in the run of the same playbook."""
    run = schema.playbook_run
    found: dict[str, Any] | None = connection.execute(
        select(run.c.variables_json)
        .where(run.c.crisis_id == crisis_id, run.c.playbook == playbook)
        .order_by(run.c.id.desc())
    ).scalar()
    return found or {}


def _signals(connection: Connection, past: StoredCrisis) -> tuple[Inject, ...]:
    log = schema.event_log
    rows = connection.execute(
        select(log.c.at, log.c.kind, log.c.payload_json)
        .where(log.c.subject_kind == SUBJECT, log.c.subject_id == str(past.id))
        .where(log.c.kind.in_([str(kind) for kind in _SIGNALS]))
        .order_by(log.c.seq)
        .limit(MOST_INJECTS)
    )
    titles = _criteria(connection, past.levels_version_id)
    found = []
    for row in rows:
        after = max(row.at - past.detected_at, timedelta(0))
        found.append(_signal(row.kind, json.loads(row.payload_json), after, titles))
    return tuple(sorted(found))


def _signal(
    kind: str, said: Mapping[str, Any], after: timedelta, titles: Mapping[str, tuple[str, str]]
) -> Inject:
    if kind == Kind.LEVEL_PROPOSED:
        level = int(said["level"])
        return Inject(
            after, f"The criteria ask for level {level}.", f"判定标准要求 {level} 级。", level
        )
    if kind == Kind.FLAG_SET:
        flag, note = str(said["flag"]), str(said.get("note", ""))
        en, zh = f"{flag}: {note}".rstrip(": "), f"{flag}：{note}".rstrip("：")
        return Inject(after, en, zh, 0, flag)
    name = str(said["criterion"])
    en, zh = titles.get(name, (name, name))
    return Inject(after, f"A criterion holds: {en}", f"一项标准成立：{zh}")


def _criteria(connection: Connection, version_id: int) -> dict[str, tuple[str, str]]:
    """Criteria in words."""
    try:
        document = library.version(connection, version_id)
    except library.DocumentError:
        return {}
    if document is None:
        return {}
    conditions = document.model.conditions
    return {name: (one.title.en, one.title.zh) for name, (_level, one, _tree) in conditions.items()}


def _warnings(
    connection: Connection, labels: Mapping[str, str], began: datetime, ended: date | None
) -> tuple[Inject, ...]:
    """Incidents of the inbox that agree with the labels, when they were opened."""
    until = datetime.combine(ended, time.max, UTC) if ended else began + AHEAD
    group, rule = schema.alert_group, schema.rule
    rows = connection.execute(
        select(group.c.labels_json, group.c.opened_at, rule.c.name)
        .join(rule, rule.c.id == group.c.rule_id)
        .where(group.c.opened_at >= began - timedelta(hours=8), group.c.opened_at <= until)
        .order_by(group.c.opened_at, group.c.id)
        .limit(2000)
    )
    found = []
    for row in rows:
        shared = [name for name in labels if name in row.labels_json]
        if any(row.labels_json[name] != labels[name] for name in shared):
            continue
        if not shared and labels:
            continue
        where = ", ".join(f"{name} {value}" for name, value in sorted(row.labels_json.items()))
        after = max(row.opened_at - began, timedelta(0))
        en, zh = f"Warning: {row.name} ({where})", f"预警：{row.name}（{where}）"
        found.append(Inject(after, en, zh))
    return tuple(sorted(found)[:MOST_INJECTS])
