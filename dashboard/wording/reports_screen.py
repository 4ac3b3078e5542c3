"""What `/reports` says: the newest page, the archive, what was asked for, what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dashboard import formats, rows
from dashboard.acting import Act, Field, actions
from dashboard.ids import ReportArchive
from dashboard.languages import _, current, ngettext
from dashboard.pulse import Pulse
from dashboard.report_archive import MOST, Archive, Listed
from dashboard.reports import showing
from dashboard.reports.requests import INTERRUPTED, Request
from dashboard.reports.slots import Planned
from dashboard.reports.values import Code
from dashboard.url_filter import link

TONES = {"good": "ok", "bad": "breach", "unknown": "watch", "plain": "info"}
"""Tone of a headline to a status class."""
_SCHEDULE = "schedule "
"""What the author of a planned report begins with."""
Kinds = Mapping[str, tuple[str, str]]


def kind_name(kinds: Kinds, template: str) -> str:
    """What a kind of report is called."""
    if template not in kinds:
        return template
    english, chinese = kinds[template]
    return chinese if current() == "zh_Hans" else english


def headline(one: Listed, zone: str) -> str:
    """The headline of an issue."""
    return showing.sentence(one.headline, zone)


def title(one: Listed, kinds: Kinds) -> str:
    """`Weekly page 2026-W47`."""
    return f"{kind_name(kinds, one.template)} {one.period}"


def completeness(one: Listed) -> str:
    """Whether anything was late when it was made."""
    return _("All data in") if one.complete else _("Incomplete: data were late")


def answer(found: Archive) -> str:
    """What changed last week?"""
    if found.newest is None:
        return _("No report was made yet.")
    if not found.newest.complete:
        return _(
            "The newest is {report}; it was made before all data were in.",
            report=title(found.newest, found.kinds),
        )
    return _("The newest is {report}.", report=title(found.newest, found.kinds))


def newest(found: Archive, query: str, zone: str) -> str:
    """The newest weekly page with its headline."""
    if found.newest is None:
        return ""
    one = found.newest
    facts = [formats.days(one.first, one.last), completeness(one), made(one, zone)]
    if one.n > 1:
        facts.insert(2, _("Issue {n}", n=one.n))
    shown = rows.Alert(
        title=headline(one, zone),
        word=showing.word(_tone(one)),
        kind=TONES[one.tone] if one.complete or one.tone == "bad" else "watch",
        evidence=" · ".join([title(one, found.kinds), *facts]),
        href=link(f"/reports/{one.id}", query),
    )
    return rows.alerts([shown])


def _tone(one: Listed) -> Code:
    return Code(group="tone", value=one.tone)


def made(one: Listed, zone: str) -> str:
    """When it was made, and by whom."""
    at = formats.moment(one.created_at, zone)
    return _("made {time} by {name}", time=at, name=maker(one))


def maker(one: Listed) -> str:
    """Who had it made: a person, or the schedule."""
    by = one.created_by
    if by.startswith(_SCHEDULE):
        return _("the schedule {name}", name=by.removeprefix(_SCHEDULE))
    return _("the worker") if by in ("", "worker") else by


def list_title(found: Archive, search: str, kind: str) -> str:
    """How many there are."""
    if search.strip() or kind:
        return ngettext("{count} report found", "{count} reports found", found.found)
    return ngettext("{count} report", "{count} reports", found.found)


def list_note(found: Archive) -> str:
    """What of them is shown."""
    if found.found > MOST:
        return _("The newest {count} are shown; search for older ones.", count=MOST)
    return ""


def listed(found: Archive, query: str, zone: str) -> str:
    """Issues, the newest period first: headline, kind and period, state."""
    shown = []
    for one in found.issues:
        notes = [title(one, found.kinds), formats.days(one.first, one.last)]
        if one.n > 1:
            notes.append(_("Issue {n}", n=one.n))
        word = showing.word(_tone(one)) if one.complete else _("Incomplete")
        shown.append(
            rows.Item(
                title=headline(one, zone),
                href=link(f"/reports/{one.id}", query),
                note=" · ".join(notes),
                side=word,
                status=TONES[one.tone] if one.complete else "watch",
            )
        )
    return rows.items(shown)


def kind_options(kinds: Kinds) -> list[dict[str, str]]:
    """The filter by kind."""
    named = [{"label": kind_name(kinds, name), "value": name} for name in kinds]
    return [{"label": _("All"), "value": ""}, *named]


# ---- made now ----


def bar(kinds: Kinds, done: str) -> str:
    """The form that asks for a report."""
    options = tuple((name, kind_name(kinds, name)) for name in kinds)
    fields = (
        Field("template", _("Report"), "choice", options),
        Field(
            "period",
            _("Period"),
            "line",
            note=_("2026-W47, 2026-10 or 2026-Q3; empty: the newest one that is over"),
            longest=12,
        ),
    )
    act = Act("make", _("Make a report now"), fields, submit=_("Make it"))
    return actions(
        [act],
        id="reports-act",
        store=ReportArchive.PRESSED,
        subject="archive",
        version=1,
        done=done,
    )


def jobs(found: Sequence[Request], kinds: Kinds, worker: Pulse, query: str, zone: str) -> str:
    """What people asked for lately, and where it stands."""
    return rows.items([_job(one, kinds, worker, query, zone) for one in found])


def _job(one: Request, kinds: Kinds, worker: Pulse, query: str, zone: str) -> rows.Item:
    asked = _("asked for by {name}, {time}", name=one.by, time=formats.moment(one.asked_at, zone))
    side, status, note = job_state(one, worker)
    return rows.Item(
        title=f"{kind_name(kinds, one.template)} {one.period}",
        href=link(f"/reports/{one.report_id}", query) if one.report_id else "",
        note=" · ".join(part for part in (note, asked) if part),
        side=side,
        status=status,
    )


def job_state(one: Request, worker: Pulse) -> tuple[str, str, str]:
    """Where a request stands: a word, its status, a sentence."""
    if one.state == "failed":
        if one.error == INTERRUPTED:
            return _("Failed"), "breach", _("The worker ended over it three times; ask again.")
        return _("Failed"), "breach", one.error
    if one.state == "issued":
        if one.facts.get("new") is False:
            return _("Made"), "ok", _("Nothing changed since the issue before; it is the same.")
        return _("Made"), "ok", ""
    if worker in ("none", "breach"):
        return (
            _("Waits for the worker"),
            "watch",
            _("No worker is running; start one with: afterwatch worker"),
        )
    return _("Being made"), "info", _("It takes a few seconds; this line changes by itself.")


# ---- planned ----


def planned(found: Archive, zone: str) -> str:
    """What waits and why, then what comes next."""
    late = [_planned(one, found.kinds, zone) for one in found.planned]
    coming = [
        rows.Item(
            title=f"{kind_name(found.kinds, one.template)} {one.period}",
            href="",
            note=_("planned"),
            side=formats.moment(one.due_at, zone),
        )
        for one in found.coming
    ]
    return rows.items([*late, *coming])


def _planned(one: Planned, kinds: Kinds, zone: str) -> rows.Item:
    words = {
        "waiting": (_("Waits"), "info"),
        "late": (_("Waits for data"), "watch"),
        "failed": (_("Failed"), "breach"),
        "skipped": (_("Left out"), "none"),
    }
    side, status = words.get(one.slot.state, ("", "none"))
    return rows.Item(
        title=f"{kind_name(kinds, one.template)} {one.slot.period.name}",
        href="",
        note=" · ".join(
            part
            for part in (
                slot_reason(one.slot.reason, zone),
                _("was due {time}", time=formats.moment(one.slot.due_at, zone)),
            )
            if part
        ),
        side=side,
        status=status,
    )


def slot_reason(reason: Mapping[str, Any], zone: str) -> str:
    """Why a planned report waits, failed or was left out."""
    feeds = ", ".join(str(one.get("feed", "")) for one in reason.get("feeds", ()))
    match reason.get("code"):
        case "late":
            until = reason.get("until")
            if not until:
                return _("These feeds are late: {feeds}.", feeds=feeds)
            at = formats.moment(datetime.fromisoformat(str(until)), zone)
            return _("These feeds are late: {feeds}. It waits until {time}.", feeds=feeds, time=at)
        case "failed":
            return str(reason.get("error", ""))
        case "skipped":
            return _("These feeds never came: {feeds}.", feeds=feeds)
        case "making":
            return _("It is being made.")
    return ""


def planned_note(found: Archive) -> str:
    """Where the schedule stands; why it cannot be read."""
    if found.fault:
        return _("The schedule cannot be used: {fault}", fault=found.fault.splitlines()[0])
    return _("The schedule stands in reports.yaml")


# ---- Overview ----


def overview_line(one: Listed, kinds: Kinds, zone: str) -> str:
    """One quiet line on the Overview."""
    return _("{report}: {headline}", report=title(one, kinds), headline=headline(one, zone))
