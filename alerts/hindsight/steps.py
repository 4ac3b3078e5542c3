"""Steps of playbooks as they stood at an earlier moment: when they were due, when done. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from alerts.hindsight.told import Told, after, until
from alerts.playbooks.format import Step
from alerts.runs.model import SATISFIES, WORKER, Kind, StepRun, StepState
from alerts.runs.rows import StoredRun

_ENDS = (Kind.DONE, Kind.SKIPPED)
_BACK = (Kind.RETRIED, Kind.SENT_BACK)
_LEVELS = (Kind.RUN_STARTED, Kind.RUN_LEVEL_RAISED)


@dataclass(frozen=True)
class Task:
    """A step with a due time.

    `ended_at` is when it was done, skipped or cancelled; `who` did it, or has it in hand.
    """

    key: str
    due_at: datetime
    ended: Literal["done", "skipped", "cancelled"] | None
    ended_at: datetime | None
    who: str | None


def unsettled(told: Sequence[Told], moment: datetime) -> frozenset[str]:
    """Variables of playbooks that were said, or said anew, only later."""
    names: set[str] = set()
    for one in after(told, moment):
        if one.kind == Kind.RUN_VARIABLES:
            names |= set(one.data.get("variables", {}))
        elif one.kind == Kind.DONE:
            names |= set(one.data.get("result") or {})
    return frozenset(names)


def tasks(run: StoredRun, told: Sequence[Told], moment: datetime) -> list[Task]:
    """Steps of a run that had a due time by a moment, in their order.

    What a run took over as done from the one it continues is that one's.

    Args:
        run: as it stands now.
        told: entries of the crisis in the event log, in order.
        moment: the moment; a run that began later has none.
    """
    if run.started_at > moment:
        return []
    own = [one for one in told if one.data.get("run") == run.run.id]
    looked = _Look(run, own, moment, changed=bool(after(own, moment)))
    found = (looked.task(one) for one in sorted(run.run.steps.values(), key=lambda s: s.place))
    return [task for task in found if task is not None]


@dataclass(frozen=True)
class _Look:
    run: StoredRun
    told: Sequence[Told]
    moment: datetime
    changed: bool
    """Whether anything of the run came later than the moment."""

    def task(self, one: StepRun) -> Task | None:
        if self._taken_over(one) or self._added_later(one):
            return None
        ended, ended_at = self.ended_of(one)
        due_at = self._due_at(one, ended_at) if self.changed else one.due_at
        if due_at is None:
            return None
        return Task(one.key, due_at, ended, ended_at, self._who(one, ended))

    def _taken_over(self, one: StepRun) -> bool:
        return one.done_at is not None and one.done_at < self.run.started_at

    def _added_later(self, one: StepRun) -> bool:
        return any(
            other.kind == Kind.RUN_LEVEL_RAISED and one.key in other.data.get("steps", ())
            for other in after(self.told, self.moment)
        )

    def ended_of(
        self, one: StepRun
    ) -> tuple[Literal["done", "skipped", "cancelled"] | None, datetime | None]:
        if not self.changed:
            if one.state in (StepState.DONE, StepState.SKIPPED, StepState.CANCELLED):
                return _NAMES[one.state], one.done_at
            return None, None
        ended: tuple[Any, datetime | None] = (None, None)
        for other in until(self.told, self.moment):
            mine = other.data.get("step") == one.key
            if mine and other.kind in _ENDS:
                ended = ("done" if other.kind == Kind.DONE else "skipped", other.at)
            elif mine and other.kind in _BACK:
                ended = (None, None)
            elif other.kind == Kind.RUN_CANCELLED and one.key in other.data.get("steps", ()):
                ended = ("cancelled", other.at)
        return ended

    def _who(self, one: StepRun, ended: str | None) -> str | None:
        if not self.changed:
            return one.done_by if ended == "done" else one.owner
        who: str | None = None
        for other in until(self.told, self.moment):
            if other.data.get("step") != one.key:
                continue
            if other.kind == Kind.ASSIGNED:
                who = other.data.get("assignee") or None
            elif other.kind in (Kind.STARTED, Kind.DONE) and other.actor != WORKER:
                who = other.actor
        return who

    def _due_at(self, one: StepRun, ended_at: datetime | None) -> datetime | None:
        """As the machine had it: what hangs on what came later was not due yet."""
        plan: Step = self.run.playbook.by_key[one.key]
        if plan.due is None:
            return None
        # Once a step has ended its due time stays.
        horizon = self.moment if ended_at is None else min(ended_at, self.moment)
        since = self._since(plan.due.anchor, horizon)
        return None if since is None else since + plan.due.at(self._level(horizon))

    def _level(self, horizon: datetime) -> int:
        levels = [o.data["level"] for o in until(self.told, horizon) if o.kind in _LEVELS]
        return int(levels[-1]) if levels else self.run.run.level

    def _since(self, anchor: str, horizon: datetime) -> datetime | None:
        if anchor == "level_change":
            changes = [o.at for o in until(self.told, horizon) if o.kind in _LEVELS]
            return changes[-1] if changes else self.run.run.anchors.get(anchor)
        if anchor in self.run.run.steps:
            other = self.run.run.steps[anchor]
            ended, at = _Look(self.run, self.told, horizon, changed=True).ended_of(other)
            done = at if ended in ("done", "skipped") else None
            carried = other.done_at if self._taken_over(other) else None
            return done or (carried if other.state in SATISFIES else None)
        said = [
            o for o in self.told if o.kind == Kind.RUN_ANCHOR and o.data.get("anchor") == anchor
        ]
        if said and said[0].at > horizon:
            return None
        return self.run.run.anchors.get(anchor)


_NAMES: dict[StepState, Literal["done", "skipped", "cancelled"]] = {
    StepState.DONE: "done",
    StepState.SKIPPED: "skipped",
    StepState.CANCELLED: "cancelled",
}
