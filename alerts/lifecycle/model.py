"""Records of the signal machine; all immutable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Signal(StrEnum):
    """What the data say about an alert."""

    NORMAL = "normal"
    PENDING = "pending"
    FIRING = "firing"
    RECOVERING = "recovering"
    NODATA = "nodata"
    ERROR = "error"

    # That of its text: an enumeration's own is slow, and every step looks one up.
    __hash__ = str.__hash__


OPEN = frozenset({Signal.FIRING, Signal.RECOVERING})
"""Signals during which an episode is open."""


class Seen(StrEnum):
    """Class of an observation."""

    BREACH = "breach"
    ELEVATED = "elevated"
    """No breach, yet above the recovery threshold."""
    CLEAR = "clear"
    NODATA = "nodata"
    """The feed is late or the history too short: nobody can tell."""
    ERROR = "error"
    MISSING = "missing"
    """Data came, this segment is no longer in them."""
    STOPPED = "stopped"
    """The rule was changed, paused or deleted; the observation's reason says which."""

    __hash__ = str.__hash__


class Policy(StrEnum):
    """What happens to an open episode when nobody can tell any more."""

    HOLD = "hold"
    CLEAR = "clear"


class Why(StrEnum):
    """Named reasons of events and states."""

    SURGE = "surge"
    RECOVERED = "recovered"
    NO_DATA = "no_data"
    EVALUATION_ERROR = "evaluation_error"
    MISSING_SERIES = "missing_series"
    UPDATED = "updated"
    PAUSED = "paused"
    DELETED = "deleted"


class Kind(StrEnum):
    """Kinds of events."""

    OPENED = "episode_opened"
    RECOVERING = "recovering"
    REFIRED = "refired"
    RESOLVED = "resolved"
    NODATA_ENTERED = "nodata_entered"
    NODATA_LEFT = "nodata_left"
    ERROR_ENTERED = "error_entered"
    ERROR_LEFT = "error_left"


@dataclass(frozen=True)
class Timing:
    """A rule's durations. Counts are consecutive evaluations."""

    every: timedelta = timedelta(days=1)
    hold: timedelta = timedelta(0)
    """`for`: how long a breach lasts before it fires."""
    keep: timedelta = timedelta(0)
    """How long it stays clear before it resolves."""
    tolerated_slots: int = 1
    """Missed evaluations that do not restart `hold` and `keep`."""
    nodata_after: timedelta = timedelta(0)
    nodata_policy: Policy = Policy.HOLD
    error_after: int = 3
    error_policy: Policy = Policy.HOLD
    missing_after: int = 3


@dataclass(frozen=True)
class Observation:
    """What one evaluation saw of one segment."""

    seen: Seen
    reason: str = ""


@dataclass(frozen=True)
class AlertState:
    """Where the machine stands. Times are slots, never the wall clock.

    `since` is when the signal was entered; `opened_at` when the open or last episode began;
    `before` the signal that NODATA or ERROR interrupted; `told_at` the last slot whose data could
    be judged; `silent_since`, `faults`, `absent` count the run of slots without such data.
    """

    signal: Signal = Signal.NORMAL
    since: datetime | None = None
    reason: str = ""
    episode: int = 0
    flaps: int = 0
    near_misses: int = 0
    opened_at: datetime | None = None
    before: Signal | None = None
    told_at: datetime | None = None
    silent_since: datetime | None = None
    faults: int = 0
    absent: int = 0

    @property
    def is_open(self) -> bool:
        """Whether an episode is open, also when data stopped coming during it."""
        return self.signal in OPEN or self.before in OPEN


@dataclass(frozen=True)
class Event:
    """Something worth telling, at a slot."""

    kind: Kind
    at: datetime
    episode: int
    reason: str
