"""What the incidents of a crisis say: their alerts, as far as levels and causes depend on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from data_access.state import schema

GUARDED = frozenset({"surge", "proportion", "novelty"})
"""Kinds of rules that tell a surge only where chance is out of the question."""
ENOUGH = 5.0
"""Excess from which a finer slice of a surge counts as a surge of its own."""
DRIVES = 2.0
"""Excess from which a contact reason is said to drive an alert."""


@dataclass(frozen=True)
class Signal:
    """One alert of an incident.

    Attributes:
        group_id: the incident.
        rule_id, kind, topic, severity: of the rule; `playbook`: the one it names, or empty.
        labels: the slice; `children`: finer slices in it with their excess.
        firing: whether it goes on.
        since: when it began.
        reasons: contact reasons that drive it, the foremost first.
    """

    group_id: int
    rule_id: str
    kind: str
    topic: str
    severity: str
    playbook: str
    labels: Mapping[str, str]
    children: tuple[tuple[Mapping[str, str], float], ...]
    firing: bool
    since: datetime
    reasons: tuple[str, ...]


def of(connection: Connection, groups: Sequence[int]) -> list[Signal]:
    """The alerts of some incidents in their present episodes, by incident and alert."""
    member, alert = schema.alert_group_member, schema.alert
    found = connection.execute(
        select(
            member.c.group_id,
            member.c.resolved_at,
            alert.c.id,
            alert.c.rule_id,
            alert.c.severity,
            alert.c.labels_json,
            alert.c.evidence_json,
            alert.c.since,
        )
        .join(alert, alert.c.id == member.c.alert_id)
        .where(member.c.group_id.in_(list(groups)), alert.c.episode == member.c.episode)
        .order_by(member.c.group_id, alert.c.id)
    )
    return [_signal(row) for row in found]


def _signal(row: Any) -> Signal:
    evidence = row.evidence_json or {}
    children = tuple(
        (child["labels"], float(child.get("excess") or 0.0))
        for child in evidence.get("children", ())
    )
    reasons = tuple(
        driver["value"]
        for driver in evidence.get("drivers", ())
        if driver["dimension"] == "reason" and driver["excess"] >= DRIVES
    )
    return Signal(
        row.group_id,
        row.rule_id,
        evidence.get("rule", {}).get("kind", ""),
        evidence.get("topic", ""),
        row.severity,
        evidence.get("playbook") or "",
        {name: value for name, value in row.labels_json.items() if value},
        children,
        row.resolved_at is None,
        row.since,
        reasons,
    )


def surging(signals: Sequence[Signal], dimension: str) -> list[str]:
    """Values of a dimension in which a guarded surge goes on, sorted.

    A surge that does not fix the dimension counts by its finer slices.
    """
    found: set[str] = set()
    for signal in signals:
        if not signal.firing or signal.kind not in GUARDED:
            continue
        if dimension in signal.labels:
            found.add(signal.labels[dimension])
            continue
        found |= {
            labels[dimension]
            for labels, excess in signal.children
            if labels.get(dimension) and excess >= ENOUGH
        }
    return sorted(found)
