"""Records of muting; all immutable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from alerts.handling.model import Handling, Incident
from alerts.muting.matching import Matcher, matches


class MuteKind(StrEnum):
    """What stops a message."""

    SHADOW = "shadow"
    SNOOZED = "snoozed"
    SILENCE = "silence"
    INHIBITED = "inhibited"
    CALENDAR = "calendar"


@dataclass(frozen=True)
class Subject:
    """An incident as matchers see it.

    `labels` are the incident's own and `rule`, `topic` and `severity`.
    """

    id: int
    labels: Mapping[str, str]
    firing: bool = True
    closed: bool = False
    snooze_until: datetime | None = None
    shadow: bool = False

    @classmethod
    def of(
        cls,
        group_id: int,
        labels: Mapping[str, str],
        *,
        rule: str,
        topic: str,
        incident: Incident,
    ) -> Subject:
        """From an incident of the handling machine."""
        return cls(
            group_id,
            matched_labels(labels, rule=rule, topic=topic, severity=incident.severity),
            incident.firing,
            incident.handling is Handling.CLOSED,
            incident.snooze_until,
        )


def matched_labels(
    labels: Mapping[str, str], *, rule: str, topic: str, severity: str
) -> dict[str, str]:
    """What silences, inhibitions, calendars and routes match."""
    return {**labels, "rule": rule, "topic": topic or rule, "severity": severity}


@dataclass(frozen=True)
class Silence:
    """No messages about what matches, from `starts_at` until before `ends_at`."""

    id: int
    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    author: str = ""
    reason: str = ""

    def holds(self, labels: Mapping[str, str], now: datetime) -> bool:
        """Whether it silences these labels now."""
        return self.starts_at <= now < self.ends_at and matches(self.matchers, labels)


@dataclass(frozen=True)
class Mute:
    """Why no message goes out.

    Attributes:
        kind: what stops it.
        what: the silence's number, the name of the inhibition or calendar; empty of a snooze.
        until: when it ends by itself; None where that depends on something else.
        data: further facts for the words: author and reason of a silence, the incident that
            inhibits.
    """

    kind: MuteKind
    what: str = ""
    until: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For `alert_group.mute_json`."""
        until = self.until.isoformat() if self.until else None
        return {"kind": str(self.kind), "what": self.what, "until": until, "data": dict(self.data)}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Mute:
        """From `alert_group.mute_json`."""
        until = datetime.fromisoformat(kept["until"]) if kept.get("until") else None
        return cls(MuteKind(kept["kind"]), kept.get("what", ""), until, kept.get("data", {}))
