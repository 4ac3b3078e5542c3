"""Who is told next while nobody acknowledges. Pure.

A policy is a list of steps, gone through once and then `repeat` times more. What is overdue after
a standstill is done one step at a time: each step counts from when the one before it was taken, so
that a worker that comes back does not call everybody at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from alerts.oncall.format import Escalation, Target

Pause = Literal["acknowledged", "snoozed", "muted"]
End = Literal["resolved", "closed", "exhausted"]
PAUSES: tuple[Pause, ...] = ("acknowledged", "snoozed", "muted")


@dataclass(frozen=True)
class Place:
    """Where an incident stands: the step to take at `next_at`, in which round (both from 0).

    Stopped: `next_at` is null and `stopped_because` says why; a pause can be resumed, an end not.
    """

    step: int
    round: int
    next_at: datetime | None
    stopped_at: datetime | None = None
    stopped_because: Pause | End | None = None

    @property
    def is_paused(self) -> bool:
        """Whether it goes on when the reason of the stop is over."""
        return self.stopped_because in PAUSES

    @property
    def has_ended(self) -> bool:
        """Whether it never goes on."""
        return self.stopped_because is not None and not self.is_paused


def begin(policy: Escalation, now: datetime) -> Place:
    """Before the first step of the first round."""
    return Place(0, 0, now + policy.steps[0].after)


def advance(policy: Escalation, place: Place, now: datetime) -> tuple[Place, tuple[Target, ...]]:
    """Take the step that is due, if one is; at most one.

    Returns:
        The place after it and whom to tell; the same place and nobody if nothing is due.
    """
    if place.next_at is None or now < place.next_at:
        return place, ()
    targets = policy.steps[place.step].tell
    following = place.step + 1
    if following < len(policy.steps):
        return replace(place, step=following, next_at=now + policy.steps[following].after), targets
    if place.round < policy.repeat:
        wait = policy.repeat_after + policy.steps[0].after
        return Place(0, place.round + 1, now + wait), targets
    return stop(place, "exhausted", now), targets


def stop(place: Place, because: Pause | End, now: datetime) -> Place:
    """Stop; what has ended stays so, what is paused may be paused for another reason.

    One that is exhausted still ends with its incident, so that the next episode begins it anew.
    """
    over = because in ("resolved", "closed")
    if place.has_ended and not (over and place.stopped_because == "exhausted"):
        return place
    if place.stopped_because == because:
        return place
    return replace(place, next_at=None, stopped_at=now, stopped_because=because)


def resume(place: Place, now: datetime) -> Place:
    """Go on after a pause, at once with the step that was next: nobody is at work on it."""
    if not place.is_paused:
        return place
    return Place(place.step, place.round, now)
