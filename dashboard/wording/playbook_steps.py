"""The step chart of a playbook and what stands around it: updates, metrics, recovery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import orjson

from alerts.playbooks.fields import at_level
from alerts.playbooks.format import Cadence, Metric, Playbook, Step
from alerts.playbooks.names import filled
from dashboard import formats, rows
from dashboard.languages import _, ngettext
from dashboard.wording.crisis_names import audience_name, phase_name, role_title, told
from dashboard.wording.playbook_names import step_kind_name


def title(playbook: Playbook) -> str:
    """How many steps it has, and when the last one is due at the highest level."""
    count = ngettext("{count} step", "{count} steps", len(playbook.steps))
    return _("Who does what by when: {count}", count=count)


def chart(playbook: Playbook, phase: str) -> str:
    """The steps of a phase: what, who, by when, after what; drawn by `assets/js/69-playbook.js`."""
    numbers = {key: n for n, key in enumerate(playbook.by_key, start=1)}
    made = [_step(playbook, step, numbers) for step in playbook.in_phase(phase)]
    return orjson.dumps({"kind": "playbook-steps", "rows": made}).decode()


def has(playbook: Playbook, phase: str) -> bool:
    """Whether a playbook has steps of a phase."""
    return any(True for _step in playbook.in_phase(phase))


def cadence(playbook: Playbook) -> str:
    """Who hears how often, by level."""
    return rows.facts([_beat(playbook, one) for one in playbook.cadence])


def metrics(playbook: Playbook) -> str:
    """What it is judged by."""
    return rows.facts([_metric(one) for one in playbook.metrics])


def recovery(playbook: Playbook) -> str:
    """Order and tone by market, with the reason."""
    return rows.facts(
        [
            rows.Fact(
                _markets(one.markets),
                " → ".join(phase_name(phase) for phase in one.order),
                sub=f"{told(one.tone)} {told(one.reason)} ({one.source})",
            )
            for one in playbook.recovery
        ]
    )


def _step(playbook: Playbook, step: Step, numbers: Mapping[str, int]) -> dict[str, Any]:
    kind = step_kind_name(step.kind)
    signers = ", ".join(role_title(None, role, playbook) for role in step.roles)
    before = [str(numbers[key]) for key in step.needs if key in numbers]
    notes = [
        *([_("From level {level} on", level=step.level)] if step.level > playbook.lowest else []),
        *([_("After {steps}", steps=", ".join(before))] if before else []),
        *([_("Only if {condition}", condition=step.when)] if step.when is not None else []),
        *([_("Yields: {items}", items=", ".join(step.evidence))] if step.evidence else []),
    ]
    return {
        "key": step.key,
        "n": numbers[step.key],
        "title": _named(playbook, told(step.title)),
        "text": _named(playbook, told(step.text)),
        "notes": [" · ".join(notes)] if notes else [],
        "who": role_title(None, step.role, playbook) or _("the worker"),
        "how": f"{kind}: {signers}" if signers else kind,
        "due": _due(playbook, step),
        "since": _since(playbook, step),
    }


def _named(playbook: Playbook, text: str) -> str:
    """A text with what its variables are called, since nobody knows their values yet."""
    titles = {name: f"‹{told(one.title)}›" for name, one in playbook.variables.items()}
    return filled(text, titles)


def _due(playbook: Playbook, step: Step) -> list[dict[str, str]]:
    """How long, by level; once where all levels have the same time."""
    if step.due is None:
        return []
    levels = [level for level in playbook.levels if level >= step.level]
    times = [(level, formats.duration(step.due.at(level).total_seconds())) for level in levels]
    if len({text for _level, text in times}) == 1:
        return [{"text": times[0][1]}]
    return [{"level": _("L{level}", level=level), "text": text} for level, text in times]


def _by_level(times: Sequence[tuple[int, timedelta]], all_levels: Sequence[int]) -> str:
    said = [(level, formats.duration(after.total_seconds())) for level, after in times]
    if len({text for _level, text in said}) == 1 and len(said) == len(all_levels):
        return said[0][1]
    return " · ".join(f"{_('L{level}', level=level)} {text}" for level, text in said)


def _since(playbook: Playbook, step: Step) -> str:
    if step.due is None:
        return ""
    anchor = step.due.anchor
    if anchor in playbook.by_key:
        return _("after {step}", step=told(playbook.by_key[anchor].title))
    return {
        "start": _("after its start"),
        "declared": _("after it was declared"),
        "level_change": _("after the level rose"),
        "statement_sent": _("after the first statement"),
    }.get(anchor, anchor)


def _beat(playbook: Playbook, one: Cadence) -> rows.Fact:
    levels = [level for level in playbook.levels if level in one.levels]
    times = [(level, at_level(one.every, level)) for level in levels]
    who = audience_name(one.audience)
    return rows.Fact(
        who[:1].upper() + who[1:],
        _("every {times}", times=_by_level(times, playbook.levels)),
        sub=role_title(None, one.role, playbook),
    )


def _metric(one: Metric) -> rows.Fact:
    if one.unit == "share":
        target = formats.percent(one.target, 0)
    elif one.unit in ("minutes", "hours", "days"):
        seconds = {"minutes": 60, "hours": 3600, "days": 86_400}[one.unit]
        target = formats.duration(one.target * seconds)
    else:
        target = formats.number(one.target, 1)
    bound = _("at most {target}", target=target)
    if one.better == "higher":
        bound = _("at least {target}", target=target)
    return rows.Fact(told(one.title), bound)


def _markets(markets: Sequence[str]) -> str:
    return ", ".join(_("all others") if one == "*" else formats.country(one) for one in markets)
