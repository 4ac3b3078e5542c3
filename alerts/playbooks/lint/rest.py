"""Rules about updates, metrics, recovery, drills and the review of the playbook itself. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from alerts.library.model import Finding, Library
from alerts.playbooks.format import ANCHORS, Playbook
from alerts.playbooks.lint.messages import finding


def cadences(playbook: Playbook, library: Library) -> Iterator[Finding]:  # noqa: ARG001
    """Updates that say nothing, come twice, or at levels that never are."""
    seen: set[str] = set()
    for cadence in playbook.cadence:
        where = f"cadence.{cadence.audience}"
        if cadence.audience in seen:
            yield finding("cadence_twice", where, name=cadence.audience)
        seen.add(cadence.audience)
        if cadence.template is None and cadence.message is None:
            yield finding("cadence_words", where, name=cadence.audience)
        if not set(cadence.levels) & set(playbook.levels):
            yield finding("cadence_levels", f"{where}.levels")


def metrics(playbook: Playbook, library: Library) -> Iterator[Finding]:  # noqa: ARG001
    """Metrics that nothing measures."""
    known = {*ANCHORS, *playbook.by_key}
    for metric in playbook.metrics:
        if metric.until is None and metric.kpi is None:
            yield finding("metric_source", f"metrics.{metric.name}")
        for field, moment in (("since", metric.since), ("until", metric.until)):
            if moment is not None and moment not in known:
                listed = ", ".join(ANCHORS)
                where = f"metrics.{metric.name}.{field}"
                yield finding("unknown_moment", where, name=moment, known=listed)


def remedy(playbook: Playbook, library: Library) -> Iterator[Finding]:  # noqa: ARG001
    """Customers are paid or apologised to, but the cause stays."""
    phases = {step.phase for step in playbook.steps}
    if phases & {"compensate", "apologise"} and "remedy" not in phases:
        yield finding("no_remedy", "steps")


def drills(playbook: Playbook, library: Library) -> Iterator[Finding]:  # noqa: ARG001
    """Playbooks that cannot be practised."""
    drill = playbook.drill
    if drill is None:
        yield finding("no_drill", "drill")
        return
    if drill.level not in playbook.levels:
        listed = ", ".join(str(level) for level in playbook.levels)
        yield finding("drill_level", "drill.level", level=drill.level, levels=listed)
    for name, variable in playbook.variables.items():
        if variable.required and name not in drill.variables and name not in drill.labels:
            yield finding("drill_variable", "drill.variables", name=name)
    for name in drill.variables:
        if name not in playbook.variables:
            yield finding("undeclared", "drill.variables", name=name)


def review(playbook: Playbook, library: Library) -> Iterator[Finding]:
    """Playbooks that nobody looked through in time."""
    if library.today is not None and playbook.review_by < library.today:
        day, owner = playbook.review_by.isoformat(), playbook.owner
        yield finding("review_overdue", "review_by", day=day, owner=owner)
