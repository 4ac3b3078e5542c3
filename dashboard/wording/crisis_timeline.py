"""The timeline of a crisis room: what the worker and people did, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

from alerts.crisis_room import Room
from alerts.crisis_room.model import Moment
from dashboard import formats, rows
from dashboard.languages import _, ngettext
from dashboard.wording.case import place
from dashboard.wording.crisis_names import (
    audience_name,
    flag_title,
    link_kind_name,
    role_title,
    told,
)

MARKS: Mapping[str, str] = {
    "crisis_proposed": "breach",
    "crisis_declared": "breach",
    "level_raised": "breach",
    "level_proposed": "breach",
    "criterion_held": "breach",
    "step_failed": "breach",
    "step_unknown": "breach",
    "step_blocked": "breach",
    "step_overdue": "deadline",
    "update_overdue": "deadline",
    "clock_missed": "breach",
    "commented": "message-in",
    "step_commented": "message-in",
    "statement_sent": "message-out",
    "update_sent": "message-out",
    "step_done": "scan",
    "approved": "scan",
    "run_finished": "scan",
    "crisis_contained": "scan",
    "crisis_closed": "scan",
}
"""Mark of a kind of event on the line; others are plain events."""


def note(shown: int, count: int, zone: str) -> str:
    """How much happened, and whose clock it stands by."""
    words = ngettext("{count} entry", "{count} entries", count)
    if shown < count:
        words = _("{shown} of {count} entries", shown=shown, count=formats.number(count))
    return f"{words} · {_('times in {zone}', zone=place(zone))}"


def moments(found: Sequence[Moment], room: Room, zone: str) -> str:
    """Entries as data, the newest first."""
    names = {(step.run_id, step.key): told(step.title) for step in room.steps}
    shown = [_moment(one, room, names, zone) for one in found]
    return rows.timeline([_counted(list(same)) for _key, same in groupby(shown, key=_sight)])


def _sight(one: rows.Moment) -> tuple[str, ...]:
    """What a reader sees of an entry."""
    return one.kind, one.day, one.time, one.head, one.text


def _counted(same: list[rows.Moment]) -> rows.Moment:
    """Entries that read alike as one, such as forty texts drafted in one minute."""
    first = same[0]
    if len(same) == 1:
        return first
    return replace(
        first, head=_("{what} ({count} times)", what=first.head, count=formats.number(len(same)))
    )


def _moment(
    one: Moment, room: Room, names: Mapping[tuple[int, str], str], zone: str
) -> rows.Moment:
    local = formats.as_zone(one.at, zone)
    return rows.Moment(
        kind=MARKS.get(one.kind, "event"),
        day=formats.day(local.date(), year=True),
        time=f"{local:%H:%M}",
        at=one.at,
        head=_head(one, room, names, zone),
        text=str(one.data.get("note") or ""),
    )


def _head(one: Moment, room: Room, names: Mapping[tuple[int, str], str], zone: str) -> str:
    sentences = {**_of_crisis(), **_of_steps(), **_of_parts()}
    sentence = sentences.get(one.kind)
    if sentence is None:
        sentence = _("{name}: {what}")
    return sentence.format_map(_values(one, room, names, zone))


class _Values(dict[str, str]):
    """What is not known is a dash."""

    def __missing__(self, key: str) -> str:
        return formats.NONE


def _values(
    one: Moment, room: Room, names: Mapping[tuple[int, str], str], zone: str
) -> Mapping[str, str]:
    data = one.data
    key = str(data.get("step") or "")
    step = names.get((int(data.get("run") or 0), key), key.replace("-", " "))
    criterion = next(
        (told(c.title, c.name) for c in room.criteria if c.name == data.get("criterion")),
        str(data.get("criterion") or ""),
    )
    values = _Values(
        name=_("The worker") if one.actor == "worker" else one.actor,
        what=one.kind.replace("_", " "),
        step=step,
        criterion=criterion,
        role=role_title(room.levels, str(data.get("role") or "")),
        to=str(data.get("to") or _("nobody")),
        assignee=str(data.get("assignee") or _("nobody")),
        flag=flag_title(room.levels, str(data.get("flag") or "")),
        audience=audience_name(str(data.get("audience") or "")),
        rule=_rule(room, str(data.get("rule") or "")),
        link=_link(data),
        playbook=_playbook(room, data),
        item=str(data.get("item") or data.get("title") or data.get("evidence") or ""),
        due=_time(data.get("due_at"), zone),
        number=str(data.get("statement") or data.get("batch") or data.get("id") or ""),
    )
    for field in ("level", "before"):
        if data.get(field) is not None:
            values[field] = str(data[field])
    return values


def _rule(room: Room, key: str) -> str:
    term = next((term for term in room.terms if term.key == key), None)
    return told(term.rule.title, key) if term is not None and term.rule is not None else key


def _link(data: Mapping[str, Any]) -> str:
    label = str(data.get("label") or data.get("ref") or "")
    return f"{link_kind_name(str(data.get('link') or ''))} {label}"


def _playbook(room: Room, data: Mapping[str, Any]) -> str:
    run = next((run for run in room.runs if run.id == data.get("run")), None)
    return told(run.title) if run is not None else str(data.get("playbook") or "")


def _time(text: Any, zone: str) -> str:
    return formats.moment(datetime.fromisoformat(str(text)), zone) if text else formats.NONE


def _of_crisis() -> dict[str, str]:
    return {
        "crisis_proposed": _("Proposed by the criteria"),
        "crisis_declared": _("{name} declared it, level {level}"),
        "level_proposed": _("The criteria ask for level {level}"),
        "level_proposal_cleared": _("The criteria ask for no higher level any more"),
        "level_raised": _("{name} raised the level from {before} to {level}"),
        "level_lowered": _("{name} lowered the level from {before} to {level}"),
        "crisis_contained": _("{name} says that it is contained"),
        "crisis_uncontained": _("{name} says that it grows again"),
        "crisis_closed": _("{name} closed it"),
        "crisis_dismissed": _("{name} dismissed the proposal"),
        "crisis_lapsed": _("The proposal lapsed"),
        "crisis_reopened": _("{name} opened it again as a new crisis"),
        "role_assigned": _("{name} gave “{role}” to {to}"),
        "flag_set": _("{name} noted: {flag}"),
        "flag_removed": _("{name} took back: {flag}"),
        "linked": _("{name} linked: {link}"),
        "unlinked": _("{name} took a link away: {link}"),
        "commented": _("{name} wrote"),
        "criterion_held": _("Began to hold: {criterion}"),
        "criterion_cleared": _("Holds no more: {criterion}"),
        "clock_started": _("A term began to run: {rule}"),
        "clock_settled": _("{name} settled a term: {rule}"),
        "clock_missed": _("A term was missed: {rule}"),
    }


def _of_steps() -> dict[str, str]:
    return {
        "run_started": _("Playbook began: {playbook}"),
        "run_level_raised": _("The playbook took on the steps of level {level}"),
        "run_anchor": _("A moment that deadlines count from: {playbook}"),
        "run_finished": _("Playbook finished: {playbook}"),
        "run_cancelled": _("{name} cancelled the playbook: {playbook}"),
        "run_variables": _("{name} said what was not known"),
        "step_ready": _("Can begin: {step}"),
        "step_started": _("{name} took: {step}"),
        "step_progress": _("Prepared, people go on: {step}"),
        "step_done": _("{name} did: {step}"),
        "step_skipped": _("{name} left out: {step}"),
        "step_retried": _("{name} lets the worker try again: {step}"),
        "step_attempt_failed": _("An attempt failed: {step}"),
        "step_failed": _("Failed: {step}"),
        "step_unknown": _("Nobody knows whether it happened: {step}"),
        "step_answered": _("{name} answered whether it happened: {step}"),
        "step_blocked": _("Stuck, a person must look: {step}"),
        "step_assigned": _("{name} assigned to {assignee}: {step}"),
        "step_commented": _("{name} wrote about: {step}"),
        "step_signed": _("{name} signed: {step}"),
        "step_rejected": _("{name} rejected: {step}"),
        "step_sent_back": _("Sent back to be done anew: {step}"),
        "step_escalated": _("Escalated, it was overdue: {step}"),
        "step_overdue": _("Overdue since {due}: {step}"),
        "step_result_discarded": _("A late result was discarded: {step}"),
        "update_sent": _("{name} told {audience} how things stand"),
        "update_overdue": _("The update to {audience} is overdue"),
        "approved": _("{name} approved as {role}"),
        "rejected": _("{name} rejected as {role}"),
    }


def _of_parts() -> dict[str, str]:
    return {
        "statement_drafted": _("A statement was drafted"),
        "statement_edited": _("{name} changed a statement"),
        "statement_translated": _("{name} translated a statement"),
        "statement_proofread": _("{name} proofread a statement"),
        "statement_final": _("{name} signed a statement off"),
        "statement_rejected": _("{name} rejected a statement"),
        "statement_sent": _("{name} sent a statement"),
        "statement_withdrawn": _("{name} withdrew a statement"),
        "batch_proposed": _("A batch of compensation was proposed"),
        "batch_submitted": _("{name} asked for approval of compensation"),
        "batch_approved": _("Compensation was approved"),
        "batch_rejected": _("Compensation was rejected"),
        "batch_exported": _("{name} exported the compensation"),
        "evidence_added": _("{name} added evidence: {item}"),
        "evidence_withdrawn": _("{name} withdrew evidence: {item}"),
        "pack_built": _("{name} built an evidence pack"),
        "review_opened": _("The review was asked for, due {due}"),
        "review_published": _("{name} published the review"),
        "drill_started": _("{name} began the drill"),
        "drill_inject": _("The drill springs something on you"),
        "drill_ended": _("{name} ended the drill"),
    }
