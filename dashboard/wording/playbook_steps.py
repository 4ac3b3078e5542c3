"""The step chart of a playbook and what stands around it: updates, metrics, recovery."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from alerts.playbooks.fields import at_level
from alerts.playbooks.format import Cadence, Due, Metric, Playbook, Step
from dashboard import formats, rows
from dashboard.languages import _, current, ngettext
from dashboard.wording.crisis_names import audience_name, phase_name, role_title, told
from dashboard.wording.playbook_names import step_kind_name


def title(playbook: Playbook) -> str:
    """How many steps it has, and when the last one is due at the highest level."""
    count = ngettext("{count} step", "{count} steps", len(playbook.steps))
    return _("Who does what by when: {count}", count=count)


def chart(playbook: Playbook, phase: str) -> str:
    """The steps of a phase: what, who, by when, after what."""
    columns = [
        rows.Column(_("Step")),
        rows.Column(_("Who")),
        rows.Column(_("Due")),
        rows.Column(_("After")),
    ]
    return rows.table(columns, [_row(playbook, step) for step in playbook.in_phase(phase)])


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
    columns = [
        rows.Column(_("Markets")),
        rows.Column(_("Order")),
        rows.Column(_("Tone")),
        rows.Column(_("Because")),
    ]
    made = [
        rows.Row(
            (
                rows.Cell(_markets(one.markets)),
                rows.Cell(" → ".join(phase_name(phase) for phase in one.order)),
                rows.Cell(told(one.tone)),
                rows.Cell(told(one.reason), sub=one.source),
            )
        )
        for one in playbook.recovery
    ]
    return rows.table(columns, made)


def _row(playbook: Playbook, step: Step) -> rows.Row:
    who = role_title(None, step.role, playbook) or _("the worker")
    signers = ", ".join(role_title(None, role, playbook) for role in step.roles)
    kind = step_kind_name(step.kind)
    about = [told(step.text)] if step.text is not None else []
    if step.when is not None:
        about.append(_("Only if {condition}.", condition=step.when))
    after = [told(playbook.by_key[key].title) for key in step.needs if key in playbook.by_key]
    return rows.Row(
        (
            rows.Cell(told(step.title), sub=(" " if current() == "en" else "").join(about)),
            rows.Cell(who, sub=f"{kind}: {signers}" if signers else kind),
            rows.Cell(_due(playbook, step), sub=_since(playbook, step)),
            rows.Cell("; ".join(after) or formats.NONE),
        )
    )


def _due(playbook: Playbook, step: Step) -> str:
    """`3: 30 min · 4: 15 min`, or one time where all levels have the same."""
    levels = [level for level in playbook.levels if level >= step.level]
    if step.due is None:
        return formats.NONE
    due: Due = step.due
    return _by_level([(level, due.at(level)) for level in levels], playbook.levels)


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
