"""Records of the handling machine; all immutable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

RANK: Mapping[str, int] = {"info": 0, "warning": 1, "critical": 2}
"""Severities from the lowest to the highest."""


class Handling(StrEnum):
    """Where an incident stands with the people."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    AWAITING_VERDICT = "awaiting_verdict"
    """The signal is over and nobody has said what it was."""
    CLOSED = "closed"

    # That of its text: an enumeration's own is slow, and every step looks one up.
    __hash__ = str.__hash__


class Verdict(StrEnum):
    """What an incident turned out to be."""

    TRUE = "true"
    FALSE = "false"
    DUPLICATE = "duplicate"
    NOT_ACTIONABLE = "not_actionable"
    """True, but there was nothing to do about it."""
    POOR_DETAILS = "poor_details"
    """Nobody could tell from what the alarm said."""


class Do(StrEnum):
    """Actions: the first three are the signal's, `wake` and `unacknowledge` also the clock's."""

    JOINED = "joined"
    """An episode of an alert begins and belongs to this incident."""
    REFIRED = "refired"
    """An episode that was recovering is back."""
    RESOLVED = "resolved"
    """The last open episode of the incident is over."""
    ACKNOWLEDGE = "acknowledge"
    UNACKNOWLEDGE = "unacknowledge"
    ASSIGN = "assign"
    SNOOZE = "snooze"
    WAKE = "wake"
    COMMENT = "comment"
    RAISE_SEVERITY = "raise_severity"
    LOWER_SEVERITY = "lower_severity"
    CLOSE = "close"
    REOPEN = "reopen"

    __hash__ = str.__hash__


class Kind(StrEnum):
    """Kinds of events of an incident."""

    OPENED = "incident_opened"
    JOINED = "joined"
    REFIRED = "refired"
    RESOLVED = "resolved"
    ACKNOWLEDGED = "acknowledged"
    UNACKNOWLEDGED = "unacknowledged"
    ASSIGNED = "assigned"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    COMMENTED = "commented"
    SEVERITY_RAISED = "severity_raised"
    SEVERITY_LOWERED = "severity_lowered"
    CLOSED = "closed"
    VERDICT_CHANGED = "verdict_changed"
    REOPENED = "reopened"
    NOTICE_DROPPED = "notice_dropped"
    SILENCED = "silenced"
    """A person silenced what matches this incident; its state does not change."""


class Why(StrEnum):
    """Named reasons: of events, and of refusals (from `NOT_ACKNOWLEDGED` on)."""

    SURGE = "surge"
    TIMEOUT = "timeout"
    PERSON = "person"
    NEW_EPISODE = "new_episode"
    SIGNAL = "signal"
    STILL_FIRING = "still_firing"
    """Closed although the signal goes on: holds for this episode only."""
    OVER_BEFORE_TOLD = "over_before_told"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    ALREADY_ACKNOWLEDGED = "already_acknowledged"
    SIGNAL_OVER = "signal_over"
    NOT_CLOSED = "not_closed"
    CLOSED = "closed"
    SAME_VERDICT = "same_verdict"
    VERDICT_NEEDED = "verdict_needed"
    REASON_NEEDED = "reason_needed"
    WINDOW_PASSED = "window_passed"
    OTHER_OPEN = "other_open"
    NOT_SNOOZED = "not_snoozed"
    PAST = "past"
    TOO_LONG = "too_long"
    NOTE_NEEDED = "note_needed"
    SAME_ASSIGNEE = "same_assignee"
    NOT_HIGHER = "not_higher"
    NOT_LOWER = "not_lower"
    ONLY_A_PERSON = "only_a_person"
    NOT_FOUND = "not_found"
    NAME_NEEDED = "name_needed"


class Reason(StrEnum):
    """Why a message goes out."""

    FIRST = "first"
    MORE = "more"
    ESCALATED = "escalated"
    REPEAT = "repeat"
    RESOLVED = "resolved"
    REOPENED = "reopened"


def _waits() -> dict[str, timedelta]:
    return {
        "info": timedelta(minutes=5),
        "warning": timedelta(minutes=5),
        "critical": timedelta(0),
    }


def _acknowledged_for() -> dict[str, timedelta]:
    return {
        "info": timedelta(hours=72),
        "warning": timedelta(hours=72),
        "critical": timedelta(hours=24),
    }


@dataclass(frozen=True)
class Policy:
    """Durations of the handling machine."""

    reopen_window: timedelta = timedelta(days=3)
    """How long after closing (or the end of the signal) a new episode is the same incident."""
    acknowledged_for: Mapping[str, timedelta] = field(default_factory=_acknowledged_for)
    """By severity: an acknowledgement ends when nobody did anything for so long."""
    longest_snooze: timedelta = timedelta(days=30)
    group_wait: Mapping[str, timedelta] = field(default_factory=_waits)
    """By severity: how long the first message waits for what belongs to it."""
    group_interval: timedelta = timedelta(minutes=5)
    """How long a message about more of the same waits for further ones."""


@dataclass(frozen=True)
class Action:
    """Something done to an incident. What an action does not need is left empty.

    Attributes:
        do: the action.
        actor: a person's name, or `worker`.
        severity: of `joined`, `refired`, `raise_severity` and `lower_severity`.
        assignee: of `assign`; empty takes the assignment away.
        until: of `snooze`.
        verdict: of `close`.
        true_start: of `close`: when it really began, if somebody found out.
        note: a comment or a reason in the person's own words.
        reason: why the signal did it.
        other_rule: of `joined`: no alert of this rule was in the incident before.
        data: further facts for the event log, such as the alert that joined.
    """

    do: Do
    actor: str = "worker"
    severity: str = ""
    assignee: str = ""
    until: datetime | None = None
    verdict: Verdict | None = None
    true_start: datetime | None = None
    note: str = ""
    reason: str = ""
    other_rule: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def by_person(self) -> bool:
        """Whether a person acts."""
        return self.actor != "worker"


@dataclass(frozen=True)
class Incident:
    """What the machine knows of an incident. Times are the wall clock's, UTC.

    `firing` is the signal, `handling` the people; a closed incident may still fire. `demanded` is
    the highest severity that the signal asked for: severity goes up by itself only beyond that, so
    that a person's lowering holds. `touched_at` is when a person last did something. `notify_at`
    and `notify_reason` say when the next message goes out and why; `notices` how many did.
    """

    severity: str
    opened_at: datetime
    handling: Handling = Handling.OPEN
    firing: bool = True
    demanded: str = ""
    resolved_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    touched_at: datetime | None = None
    assignee: str | None = None
    snooze_until: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    verdict: Verdict | None = None
    verdict_note: str | None = None
    true_start: datetime | None = None
    reopened: int = 0
    notify_at: datetime | None = None
    notify_reason: str | None = None
    notices: int = 0


class Event(NamedTuple):
    """Something worth telling; `reason` is one of `Why` or of the signal's reasons."""

    kind: Kind
    at: datetime
    actor: str
    reason: str = ""
    data: Mapping[str, Any] = MappingProxyType({})


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """An action that cannot be done: why, and what stands against it.

    `why` names the reason; the screens hold a sentence and a remedy for each. `by` and `at` tell
    who did what stands against it, where somebody did.
    """

    def __init__(self, why: Why, *, by: str = "", at: datetime | None = None) -> None:
        super().__init__(str(why))
        self.why = why
        self.by = by
        self.at = at
