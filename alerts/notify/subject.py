"""What messages tell of: an incident, its alerts, and who was told what so far. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from alerts.handling.lead import lead_order
from alerts.handling.model import Handling

Words = Mapping[str, str]
"""A text by language, `en` and `zh`."""


@dataclass(frozen=True)
class Member:
    """One episode of one alert of the incident. Texts are those of its rule, filled in."""

    key: str
    severity: str
    open: bool
    since: datetime
    labels: Mapping[str, str]
    title: Words = field(default_factory=dict)
    summary: Words = field(default_factory=dict)
    action: Words = field(default_factory=dict)
    day: str = ""
    value: float | None = None
    expected: float | None = None
    kind: str = ""
    excess: float | None = None


@dataclass(frozen=True)
class Told:
    """What one recipient was last told over one channel."""

    at: datetime
    severity: str
    members: frozenset[str]
    reopened: int
    firing: bool
    locale: str

    def as_json(self) -> dict[str, Any]:
        """For the outbox row."""
        return {
            "at": self.at.isoformat(),
            "severity": self.severity,
            "members": sorted(self.members),
            "reopened": self.reopened,
            "firing": self.firing,
            "locale": self.locale,
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Told:
        """From the outbox row."""
        return cls(
            datetime.fromisoformat(kept["at"]),
            kept["severity"],
            frozenset(kept["members"]),
            kept["reopened"],
            kept["firing"],
            kept["locale"],
        )


Line = tuple[str, str]
"""Recipient and channel."""


@dataclass(frozen=True)
class Subject:
    """An incident as the plan of its messages sees it. Times are UTC."""

    group_id: int
    key: str
    rule_id: str
    labels: Mapping[str, str]
    severity: str
    handling: str
    firing: bool
    opened_at: datetime
    topic: str = ""
    reopened: int = 0
    resolved_at: datetime | None = None
    acknowledged_by: str | None = None
    assignee: str | None = None
    notify_at: datetime | None = None
    notify_reason: str | None = None
    notices: int = 0
    members: tuple[Member, ...] = ()
    told: Mapping[Line, Told] = field(default_factory=dict)

    @property
    def closed(self) -> bool:
        """Whether a person closed it."""
        return self.handling == Handling.CLOSED

    @property
    def open_keys(self) -> frozenset[str]:
        """Alerts of it that are open now."""
        return frozenset(member.key for member in self.members if member.open)

    @property
    def head(self) -> Member | None:
        """The alert that names it, the same as on the screens."""
        return min(
            self.members,
            key=lambda member: lead_order(
                goes_on=member.open,
                severity=member.severity,
                kind=member.kind,
                labels=len(member.labels),
                excess=member.excess,
                key=member.key,
            ),
            default=None,
        )

    def told_now(self, now: datetime, locale: str) -> Told:
        """What somebody who is told now will have been told."""
        return Told(now, self.severity, self.open_keys, self.reopened, self.firing, locale)
