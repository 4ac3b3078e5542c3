"""Rules about the order of steps: what waits for what, at which level, and by when. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from graphlib import CycleError, TopologicalSorter

from alerts.expressions import ExpressionError, parse
from alerts.library.model import Finding, Library
from alerts.playbooks.fields import written
from alerts.playbooks.format import ANCHORS, Playbook, Step
from alerts.playbooks.lint.messages import finding
from alerts.playbooks.names import Names

_SAME = {"declared": "start"}
"""A run starts when its crisis is declared: both moments are one."""


def unknown_steps(playbook: Playbook, library: Library) -> Iterator[Finding]:  # noqa: ARG001
    """Needs, anchors and subjects of signatures that are no step."""
    for step in playbook.steps:
        for key in step.needs:
            if key not in playbook.by_key:
                yield finding("unknown_step", f"steps.{step.key}.needs", step=key)
        if step.of is not None and step.of not in playbook.by_key:
            yield finding("unknown_step", f"steps.{step.key}.of", step=step.of)
        anchor = step.due.anchor if step.due else "start"
        if anchor not in ANCHORS and anchor not in playbook.by_key:
            yield finding("unknown_step", f"steps.{step.key}.due.anchor", step=anchor)


def cycles(playbook: Playbook, library: Library) -> Iterator[Finding]:  # noqa: ARG001
    """Steps that wait for each other, by their needs or by when they are due."""
    for field, edges in (("needs", _needs(playbook)), ("due.anchor", _anchors(playbook))):
        try:
            TopologicalSorter(edges).prepare()
        except CycleError as error:
            ring: list[str] = error.args[1]
            yield finding("cycle", f"steps.{ring[0]}.{field}", steps=" → ".join(ring))


def unreachable(playbook: Playbook, library: Library) -> Iterator[Finding]:  # noqa: ARG001
    """Steps above the highest level, or whose condition fails at every level they belong to."""
    for step in playbook.steps:
        levels = [level for level in playbook.levels if level >= step.level]
        if not levels:
            yield finding("unreachable", f"steps.{step.key}.level")
        elif step.when is not None and _never(playbook, step.when, levels):
            yield finding("unreachable", f"steps.{step.key}.when")


def higher_levels(playbook: Playbook, library: Library) -> Iterator[Finding]:  # noqa: ARG001
    """Steps that build on one that is not there at their level."""
    for step in playbook.steps:
        named = [("needs", key) for key in step.needs]
        named += [("of", step.of)] if step.of else []
        named += [("due.anchor", step.due.anchor)] if step.due else []
        for field, key in named:
            other = playbook.by_key.get(key)
            if other is not None and other.level > max(step.level, playbook.lowest):
                yield finding(
                    "needs_higher_level",
                    f"steps.{step.key}.{field}",
                    level=step.level,
                    step=key,
                    other=other.level,
                )


def due_times(playbook: Playbook, library: Library) -> Iterator[Finding]:  # noqa: ARG001
    """Steps that are due before what they wait for is."""
    for step in playbook.steps:
        for level in playbook.levels:
            if level < step.level or step.due is None:
                continue
            late = _late_need(playbook, step, level)
            if late is not None:
                key, mine, other = late
                yield finding(
                    "due_before_need",
                    f"steps.{step.key}.due",
                    level=level,
                    due=written(mine),
                    step=key,
                    other=written(other),
                )
                break


def waits(playbook: Playbook, library: Library) -> Iterator[Finding]:  # noqa: ARG001
    """Waits that end after they are due."""
    for step in playbook.steps:
        if step.kind != "wait" or step.for_ is None or step.due is None:
            continue
        following = step.due.anchor in step.needs or (not step.needs and step.due.anchor == "start")
        shortest = min(step.due.after.values())
        if following and shortest < step.for_:
            yield finding(
                "wait_longer_than_due",
                f"steps.{step.key}.due",
                wait=written(step.for_),
                due=written(shortest),
            )


def signing(playbook: Playbook, library: Library) -> Iterator[Finding]:  # noqa: ARG001
    """Signatures that come before what is signed, or by letting time pass."""
    for step in playbook.steps:
        if step.kind != "approval":
            continue
        if step.of in playbook.by_key and step.of not in ancestors(playbook, step.key):
            yield finding("of_not_needed", f"steps.{step.key}.needs", step=step.of)
        if step.on_timeout == "skip":
            yield finding("skips_approval", f"steps.{step.key}.on_timeout")


def no_due(playbook: Playbook, library: Library) -> Iterator[Finding]:  # noqa: ARG001
    """Work of people without a due time."""
    for step in playbook.steps:
        if step.kind in ("manual", "approval", "statement") and step.due is None:
            yield finding("no_due", f"steps.{step.key}")


def ancestors(playbook: Playbook, key: str) -> set[str]:
    """Every step that must end before `key` can begin."""
    found: set[str] = set()
    open_ = [key]
    while open_:
        step = playbook.by_key.get(open_.pop())
        for need in step.needs if step else ():
            if need not in found and need in playbook.by_key:
                found.add(need)
                open_.append(need)
    return found


def _needs(playbook: Playbook) -> dict[str, list[str]]:
    return {step.key: list(step.needs) for step in playbook.steps}


def _anchors(playbook: Playbook) -> dict[str, list[str]]:
    return {
        step.key: [step.due.anchor]
        for step in playbook.steps
        if step.due is not None and step.due.anchor in playbook.by_key
    }


def _never(playbook: Playbook, when: str, levels: Sequence[int]) -> bool:
    try:
        condition = parse(when, Names(playbook))
    except ExpressionError:
        return False
    return all(condition.value({"level": level}) is False for level in levels)


def _late_need(
    playbook: Playbook, step: Step, level: int
) -> tuple[str, timedelta, timedelta] | None:
    """The step before this one that is due after it, if any; both counted from one moment."""
    mine = _absolute(playbook, step, level, frozenset())
    if mine is None:
        return None
    for key in sorted(ancestors(playbook, step.key)):
        need = playbook.by_key[key]
        other = _absolute(playbook, need, level, frozenset()) if need.level <= level else None
        if key != step.key and other is not None and other[0] == mine[0] and other[1] > mine[1]:
            return key, mine[1], other[1]
    return None


def _absolute(
    playbook: Playbook, step: Step, level: int, seen: frozenset[str]
) -> tuple[str, timedelta] | None:
    """The anchor that a due time counts from in the end, and how long after it that is."""
    if step.due is None or step.key in seen:
        return None
    anchor, after = step.due.anchor, step.due.at(level)
    if anchor in ANCHORS:
        return _SAME.get(anchor, anchor), after
    before = playbook.by_key.get(anchor)
    found = _absolute(playbook, before, level, seen | {step.key}) if before else None
    return None if found is None else (found[0], found[1] + after)
