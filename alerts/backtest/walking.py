"""A rule over past days: the same signal machine as the worker's, nothing written.

What a rule thinks of a day depends on the episodes it knows of, because days of an episode are not
learned from; so days are judged one after the other, as the worker does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from alerts.lifecycle import AlertState, Event, Observation, Seen, Signal, Timing, step
from alerts.lifecycle.model import Kind
from alerts.slots import slot_of
from alerts.store import Episode


@dataclass(frozen=True)
class Look:
    """What was seen of one segment on one day; `y` against the expected `mu`."""

    labels: Mapping[str, str]
    observation: Observation
    y: float | None = None
    mu: float | None = None


@dataclass(frozen=True)
class Day:
    """One day: what was seen by fingerprint, and what alerts outside of it are told.

    `judged` is False where nobody could have told: too short a history, no rows at all. `y` and
    `mu` are those of the day over all segments; None: not known as one number.
    """

    day: date
    looks: Mapping[str, Look]
    others: Observation = Observation(Seen.MISSING)  # noqa: RUF009 - frozen
    judged: bool = True
    y: float | None = None
    mu: float | None = None


@dataclass(frozen=True)
class Found:
    """One episode of the walk. Days are judged days; `closed` None: open at the end.

    `y` and `mu` are those of its worst day, `reason` and `ended` the machine's.
    """

    fingerprint: str
    labels: Mapping[str, str]
    episode: int
    opened: date
    closed: date | None
    reason: str
    ended: str | None = None
    flaps: int = 0
    y: float | None = None
    mu: float | None = None


@dataclass(frozen=True)
class Told:
    """One event of one alert, as the worker would have logged it."""

    fingerprint: str
    labels: Mapping[str, str]
    day: date
    event: Event


@dataclass
class Walk:
    """A walk in progress and what it found; `told` in the order of the worker's log."""

    timing: Timing
    zone: str
    states: dict[str, AlertState] = field(default_factory=dict)
    labels: dict[str, Mapping[str, str]] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    found: dict[tuple[str, int], Found] = field(default_factory=dict)
    judged_days: int = 0
    """Days on which the rule could have told of something."""
    daily: list[tuple[date, float | None, float | None, int]] = field(default_factory=list)
    """`y` and `mu` over all segments, and how many episodes were open after the day."""
    most_segments: int = 0

    @property
    def near_misses(self) -> int:
        """Breaches that did not last long enough to open an alert."""
        return sum(state.near_misses for state in self.states.values())

    @property
    def episodes(self) -> list[Found]:
        """Every episode, in the order in which they opened."""
        return list(self.found.values())

    @property
    def watched(self) -> list[Mapping[str, str]]:
        """Labels of the alerts that are pending or open, by fingerprint."""
        waiting = (
            name
            for name, state in sorted(self.states.items())
            if state.is_open or state.signal is Signal.PENDING
        )
        return [dict(self.labels[name]) for name in waiting]

    def advance(self, day: Day) -> None:
        """Take one day in."""
        slot = slot_of(day.day, self.zone)
        news = {name for name, look in day.looks.items() if look.observation.seen is Seen.BREACH}
        for name in sorted(self.states.keys() | news):
            look = day.looks.get(name)
            if look is not None:
                self.labels.setdefault(name, look.labels)
            observation = look.observation if look else day.others
            before = self.states.get(name, AlertState())
            after, events = step(self.timing, before, observation, slot)
            self.states[name] = after
            for event in events:
                self._note(name, day.day, event)
            if after.is_open:
                self._worst(name, after, look)
        self._count(day)

    def known(self) -> list[Episode]:
        """The episodes so far, as the worker would read them from its log."""
        return [
            Episode(
                one.labels,
                slot_of(one.opened, self.zone),
                slot_of(one.closed, self.zone) if one.closed else None,
            )
            for one in self.found.values()
        ]

    def _note(self, name: str, day: date, event: Event) -> None:
        self.told.append(Told(name, self.labels[name], day, event))
        key = (name, event.episode)
        if event.kind is Kind.OPENED:
            self.found[key] = Found(name, self.labels[name], event.episode, day, None, event.reason)
        elif key in self.found and event.kind is Kind.REFIRED:
            self.found[key] = replace(self.found[key], flaps=self.found[key].flaps + 1)
        elif key in self.found and event.kind is Kind.RESOLVED:
            self.found[key] = replace(self.found[key], closed=day, ended=event.reason)

    def _worst(self, name: str, state: AlertState, look: Look | None) -> None:
        one = self.found.get((name, state.episode))
        if one is None or look is None or look.y is None or look.mu is None:
            return
        if one.y is None or one.mu is None or look.y - look.mu > one.y - one.mu:
            self.found[name, state.episode] = replace(one, y=look.y, mu=look.mu)

    def _count(self, day: Day) -> None:
        self.most_segments = max(self.most_segments, len(day.looks))
        if day.judged:
            self.judged_days += 1
        open_ = sum(state.is_open for state in self.states.values())
        self.daily.append((day.day, day.y, day.mu, open_))


Judge = Callable[[date, Walk], Day]
"""Judge one day, knowing what the walk knows before it."""


def walk(timing: Timing, days: Sequence[date], judge: Judge, *, zone: str = "UTC") -> Walk:
    """Judge every day, oldest first, and step every alert through them.

    Args:
        timing: the rule's durations.
        days: consecutive days.
        judge: what the rule thinks of a day.
        zone: reporting zone, in which days end.
    """
    made = Walk(timing, zone)
    for day in days:
        made.advance(judge(day, made))
    return made
