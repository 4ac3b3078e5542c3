"""What the worker does for each kind of step: work outside of a transaction, then inside of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from alerts import expressions
from alerts.crisis.measure_names import MEASURES
from alerts.notify import outbox
from alerts.playbooks.names import Names
from alerts.runs import telling
from alerts.runs.conditions import Values
from alerts.runs.effects import Effect, EffectError, StepContext
from alerts.runs.model import ASK_EVERY, Action, Do
from alerts.runs.registry import EFFECTS
from alerts.runs.rows import StoredRun

if TYPE_CHECKING:
    from alerts.playbooks.format import Playbook, Step

Measure = Callable[[StepContext], Mapping[str, Any]]
"""Measures of a crisis by name; None where nobody knows."""


@dataclass(frozen=True)
class Task:
    """The work of one step.

    Attributes:
        prepare: outside of a transaction; may be repeated unless the step is `at_most_once`.
        commit: inside the finishing transaction; what becomes of the step.
    """

    prepare: Callable[[StepContext], Any]
    commit: Callable[[Connection, StepContext, StoredRun, Any], Action]


def task(plan: Step, stored: StoredRun, measure: Measure) -> Task:
    """The work of a step.

    Raises:
        EffectError: the playbook names an effect that is not installed.
    """
    if plan.kind == "wait":
        return Task(_nothing, _over)
    if plan.kind == "notify":
        return Task(_nothing, lambda c, context, now, _: _notified(c, context, now, plan))
    if plan.kind == "check":
        asked = _Asked(stored.playbook, plan, measure)
        return Task(asked.prepare, asked.commit)
    name = "draft_statements" if plan.kind == "statement" else plan.do or ""
    effect = EFFECTS.get(name)
    if effect is None:
        raise EffectError(f"There is no effect {name!r}; known: {', '.join(sorted(EFFECTS))}.")
    return Task(effect.prepare, lambda c, context, _, made: _effected(c, context, effect, made))


def _nothing(context: StepContext) -> None:  # noqa: ARG001
    return None


def _over(connection: Connection, context: StepContext, stored: StoredRun, made: Any) -> Action:  # noqa: ARG001
    return Action(Do.FINISH)


def _effected(
    connection: Connection, context: StepContext, effect: Effect, prepared: Any
) -> Action:
    return Action(Do.FINISH, result=effect.commit(connection, context, prepared))


def _notified(
    connection: Connection, context: StepContext, stored: StoredRun, plan: Step
) -> Action:
    """Tell everybody who can be told; where somebody is missing the step is blocked.

    Tried again it tells only whoever was missing: every message has its key.
    """
    told = telling.recipients(context.config, stored, plan.to)
    title, text = telling.message_of(stored, plan)
    messages = telling.compose(
        context.config,
        stored,
        told.to,
        "crisis_notice",
        title.in_,
        (text or title).in_,
        key=plan.key,
        generation=0,
        wall=context.wall,
    )
    outbox.enqueue(connection, messages, context.wall)
    people = list(dict.fromkeys(one.recipient for one in told.to))
    result: dict[str, Any] = {"told": people}
    if told.missing:
        names = ", ".join(told.missing)
        return Action(
            Do.BLOCK,
            result={**result, "appoint": list(told.missing)},
            note=f"Nobody can be told: {names}. Appoint somebody with an address and try again.",
        )
    return Action(Do.FINISH, result=result)


class _Asked:
    """Whether a condition over measures and variables holds by now."""

    def __init__(self, playbook: Playbook, plan: Step, measure: Measure) -> None:
        self._names = _CheckNames(playbook)
        self._condition = expressions.parse(plan.that or "", self._names)
        self._measure = measure

    def prepare(self, context: StepContext) -> Mapping[str, Any]:
        if not (self._condition.names & MEASURES.keys()):
            return {}
        return self._measure(context)

    def commit(
        self,
        connection: Connection,  # noqa: ARG002 - nothing but the step changes
        context: StepContext,
        stored: StoredRun,
        measured: Mapping[str, Any],
    ) -> Action:
        known = Values(stored.playbook, stored.run)
        used = {
            name: measured.get(name) if name in MEASURES else known[name]
            for name in sorted(self._condition.names)
        }
        if self._condition.value(used):
            return Action(Do.FINISH, result={"values": used})
        return Action(Do.ASK_AGAIN, at=context.now + ASK_EVERY, result={"values": used})


class _CheckNames(Names):
    """What `that` may ask for: measures besides everything that conditions may."""

    def __getitem__(self, name: str) -> type:
        found = MEASURES.get(name)
        return found.kind if found is not None else super().__getitem__(name)
