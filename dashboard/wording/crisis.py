"""What a crisis room says at its top: the finding, how it stands, what can be done with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson

from alerts.crisis.model import Status
from alerts.crisis_room import Choices, Next, Room
from alerts.crisis_room.documents import words as words_of
from dashboard import formats
from dashboard.acting import Act, Field, actions
from dashboard.ids import Crisis
from dashboard.languages import _, current, ngettext
from dashboard.url_filter import link
from dashboard.wording.crises import clock_data, due, proposal_acts
from dashboard.wording.crisis_names import (
    STATUS_KIND,
    badge,
    flag_title,
    level_title,
    level_words,
    next_title,
    status_name,
    told,
)


def answer(room: Room, zone: str) -> str:
    """What it is, how bad, since when, who leads: in a sentence."""
    crisis = room.crisis
    level = level_title(room.levels, room.level).lower() or _("level {n}", n=room.level)
    lead = _("{name} leads", name=crisis.lead) if crisis.lead else _("nobody leads yet")
    since = formats.moment(crisis.declared_at or crisis.detected_at, zone)
    title = crisis.title_in(current())
    facts = {"title": title, "n": room.level, "level": level, "since": since, "lead": lead}
    if crisis.status is Status.PROPOSED:
        return _(
            "{title}: proposed as level {n} ({level}) since {since}; nobody has declared it.",
            title=title, n=room.level, level=level, since=since,
        )  # fmt: skip
    if crisis.status is Status.DISMISSED:
        return _("{title}: dismissed, it was no crisis.", title=title)
    if crisis.status is Status.CLOSED:
        at = formats.moment(crisis.closed_at or room.now, zone)
        return _("{title}: closed {time}.", title=title, time=at)
    if crisis.status is Status.CONTAINED:
        return _("{title}: level {n} ({level}), contained; since {since}, {lead}.", **facts)
    return _("{title}: level {n} ({level}) since {since}; {lead}.", **facts)


def head(room: Room, zone: str, query: str) -> str:
    """Level, state, lead and the next thing due, as data."""
    crisis = room.crisis
    status = str(crisis.status)
    notes: list[dict[str, Any]] = [{"text": status_name(status), "status": STATUS_KIND[status]}]
    if room.is_open:
        lead = _("Lead: {name}", name=crisis.lead) if crisis.lead else _("Nobody leads yet")
        notes.append({"text": lead, "status": "" if crisis.lead else "watch"})
        began = formats.moment(crisis.began_at, zone)
        notes.append({"text": _("Began {time}", time=began)})
        if crisis.proposed_level and crisis.level and crisis.proposed_level > crisis.level:
            asked = _("the criteria ask for level {n}", n=crisis.proposed_level)
            notes.append({"text": asked, "status": "breach"})
    elif crisis.close_reason:
        notes.append({"text": _reason(crisis.close_reason)})
    if room.review is not None:
        notes.append(_review(room, zone, query))
    notes += [{"text": flag_title(room.levels, flag), "status": "breach"} for flag in crisis.flags]
    data: dict[str, Any] = {
        "kind": "crisis-head",
        "level": badge(room.levels, room.level, proposed=crisis.level is None),
        "notes": notes,
    }
    coming = upcoming(room)
    if coming and room.is_open:
        first = coming[0]
        data["next"] = {
            **due(next_title(first), first.due_at, zone),
            "label": _("Overdue:") if first.due_at < room.now else _("Next:"),
            "href": f"#{_anchor(first)}",
        }
    return orjson.dumps(data).decode()


def _anchor(coming: Next) -> str:
    return f"step-{coming.name}" if coming.kind == "step" else "crisis-due-title"


def _reason(reason: str) -> str:
    if reason == "lapsed":
        return _("nobody declared it and nothing held it up any more")
    return reason


def _review(room: Room, zone: str, query: str) -> dict[str, Any]:
    assert room.review is not None
    status, due_at, published = room.review
    href = link(f"/reviews/{room.crisis.id}", query)
    if status == "published" and published is not None:
        return {
            "text": _("Review published {time}", time=formats.moment(published, zone)),
            "href": href,
        }
    return {"text": _("Review due {time}", time=formats.moment(due_at, zone)), "href": href}


def upcoming(room: Room) -> list[Next]:
    """What is due of the room, the earliest first."""
    found = [
        Next("step", step.key, step.due_at, words_of(step.title))
        for step in room.steps
        if step.waits_for and step.due_at is not None
    ]
    found += [
        Next("update", beat.audience, beat.next_at)
        for beat in room.beats
        if beat.next_at is not None
    ]
    found += [
        Next("term", term.key, term.due_at, words_of(term.rule.title) if term.rule else None)
        for term in room.terms
        if term.status == "running" and term.due_at is not None
    ]
    return sorted(found, key=lambda one: one.due_at)


def banner(room: Room, query: str) -> str:
    """That it is a drill, what its clock shows and how fast it runs; empty in earnest."""
    if room.clock is None:
        return ""
    ended = room.ended_at is not None
    data = {
        "kind": "crisis-banner",
        "word": _("Drill"),
        "text": _("It has ended; its clock stands at")
        if ended
        else _("Nobody outside is told, no number counts it. Its clock shows"),
        "speed": "" if ended else _("×{speed}", speed=formats.number(room.clock.speed)),
        "href": link(f"/drills/{room.crisis.drill_id}", query),
        "link": _("To the drill"),
    }
    return orjson.dumps(data).decode()


def clock(room: Room) -> str:
    """Which clock countdowns run by."""
    return clock_data(room.clock, room.ended_at)


def offered(room: Room, done: str, choices: Choices) -> str:
    """What can be done with the crisis as a whole; `choices` are playbooks to start."""
    return actions(
        acts(room, choices),
        id="crisis-act",
        store=Crisis.PRESSED,
        subject=f"crisis/{room.crisis.id}",
        version=room.crisis.version,
        done=done,
    )


def acts(room: Room, choices: Choices) -> list[Act]:
    """The usual next thing first."""
    status = room.crisis.status
    comment = Act("comment", _("Comment"), (Field("note", _("Comment"), "text", required=True),))
    if status is Status.PROPOSED:
        asked = room.crisis.proposed_level or 1
        return [*proposal_acts(room.levels, asked, choices), *_flags(room), comment]
    if status in (Status.CLOSED, Status.DISMISSED):
        reopen = Act("reopen", _("Open again"), (_why(),), submit=_("Open again as a new crisis"))
        return [comment, reopen]
    contained = status is Status.CONTAINED
    unfinished = [run for run in room.runs if run.status == "running"]
    left = sum(bool(step.waits_for) for step in room.steps)
    moved = (
        Act("uncontain", _("It grows again"), (_why(),), submit=_("It grows again"))
        if contained
        else Act("contain", _("Contained"), (_why(_("Why the harm no longer grows")),),
                 submit=_("It is contained"))
    )  # fmt: skip
    return [
        comment,
        *_flags(room),
        *_start(choices, none=not room.runs),
        moved,
        _close(bool(unfinished), left, primary=contained),
    ]


def _start(choices: Choices, *, none: bool) -> list[Act]:
    """Playbooks that have not begun here; the usual next thing where none has."""
    if not choices.idle:
        return []
    field = Field("playbook", _("Playbook"), "choice", options=choices.idle, required=True)
    return [
        Act("start_playbook", _("Start a playbook"), (field,), submit=_("Start it"), primary=none)
    ]


def _why(label: str = "") -> Field:
    return Field("note", label or _("Why"), "line", required=True)


def _close(unfinished: bool, left: int, *, primary: bool) -> Act:
    fields = [Field("note", _("How it ended"), "text", required=True)]
    if unfinished:
        words = ngettext("{count} step is not done", "{count} steps are not done", left)
        options = (("", _("Leave it open then")), ("yes", _("Cancel them with this reason")))
        fields.append(Field("despite_runs", words, "choice", options=options))
    return Act("close", _("Close"), tuple(fields), submit=_("Close the crisis"), primary=primary)


def _flags(room: Room) -> list[Act]:
    if room.levels is None:
        return []
    unset = [flag for flag in room.levels.flags if flag not in room.crisis.flags]
    shown = []
    if unset:
        options = tuple((flag, flag_title(room.levels, flag)) for flag in unset)
        fields = (
            Field("flag", _("What is so"), "choice", options=options),
            Field("note", _("How you know"), "line"),
        )
        shown.append(Act("flag", _("Say what you know"), fields, submit=_("It is so")))
    if room.crisis.flags:
        options = tuple((flag, flag_title(room.levels, flag)) for flag in room.crisis.flags)
        fields = (Field("flag", _("What is not so"), "choice", options=options), _why())
        shown.append(Act("unflag", _("Take back"), fields, submit=_("It is not so")))
    return shown


def level_acts(room: Room, zone: str, done: str) -> str:
    """Up on one trigger; down only after two quiet update periods, or why not yet."""
    if room.crisis.level is None or not room.is_open:
        return ""
    level = room.crisis.level
    shown = []
    above = list(range(level + 1, 5))
    if above:
        asked = room.crisis.proposed_level or 0
        options = tuple((str(n), level_words(room.levels, n)) for n in above)
        fields = (
            Field("level", _("To"), "choice", options=options, value=str(max(asked, above[0]))),
            Field("note", _("Why"), "line", note=_("Needed if no criterion asks for it.")),
        )
        shown.append(
            Act("raise", _("Raise"), fields, submit=_("Raise the level"), primary=asked > level)
        )
    below = list(range(level - 1, 0, -1))
    if below:
        options = tuple((str(n), level_words(room.levels, n)) for n in below)
        fields = (
            Field("level", _("To"), "choice", options=options, note=lowering(room, zone)),
            _why(),
        )
        shown.append(Act("lower", _("Lower"), fields, submit=_("Lower the level")))
    return actions(
        shown,
        id="crisis-level-act",
        store=Crisis.PRESSED,
        subject=f"crisis/{room.crisis.id}",
        version=room.crisis.version,
        done=done,
    )


def lowering(room: Room, zone: str) -> str:
    """Whether the level may be lowered by one now; if not: why, and from when on."""
    level = room.crisis.level
    if level is None or level == 1 or room.levels is None or not room.is_open:
        return ""
    holding = [one for one in room.criteria if one.holds and one.level >= level]
    if holding:
        named = told(holding[0].title, holding[0].name)
        return _("It cannot be lowered yet: “{criterion}” still holds.", criterion=named)
    possible = lowerable_from(room)
    if possible is not None and possible > room.now:
        return _(
            "It can be lowered from {time} on: nothing may hold for two update periods.",
            time=formats.moment(possible, zone),
        )
    return _("It can be lowered now: nothing has held for two update periods.")


def lowerable_from(room: Room) -> datetime | None:
    """From when on the level may be lowered by one, if nothing holds until then."""
    level, crisis = room.crisis.level, room.crisis
    if level is None or crisis.level_at is None or room.levels is None:
        return None
    since = max(crisis.level_at, crisis.clear_since or crisis.level_at)
    period: timedelta = room.levels.update_every[level]
    return since + 2 * period


def level_note(room: Room, zone: str) -> str:
    """Which document the criteria stand in, and when they were looked at last."""
    checked = max((one.checked_at for one in room.criteria if one.checked_at), default=None)
    if checked is None:
        return _("Criteria have not been looked at yet")
    return _("Looked at {time}", time=formats.moment(checked, zone))


def criteria(room: Room, zone: str) -> str:
    """What each criterion says with its figures; those that hold or held come first."""
    shown = [one for one in room.criteria if one.holds or one.last_held_at is not None]
    rows = []
    for one in shown:
        notes: list[dict[str, Any]] = []
        if one.evidence is not None:
            notes.append({"text": told(one.evidence)})
        if one.holds and one.held_since is not None:
            notes.append({"text": _("since {time}", time=formats.moment(one.held_since, zone))})
        elif one.last_held_at is not None:
            at = formats.moment(one.last_held_at, zone)
            notes.append({"text": _("held last {time}", time=at)})
        rows.append(
            {
                **badge(None, one.level, short=True),
                "holds": one.holds,
                "state": _("Holds") if one.holds else _("Clear"),
                "title": told(one.title, one.name),
                "notes": notes,
            }
        )
    return orjson.dumps({"kind": "crisis-criteria", "rows": rows}).decode() if rows else ""
