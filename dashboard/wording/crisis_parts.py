"""Beside the tasks of a room: deadlines, people, statements, compensation, evidence, links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from alerts.approvals import Approval
from alerts.crisis.people import holders
from alerts.crisis.statutory_clocks import Clock
from alerts.crisis_room import Room
from alerts.crisis_room.model import BatchPart, StatementPart
from alerts.notify.config import Config
from alerts.runs import Beat
from dashboard import formats, rows
from dashboard.acting import Act, Field, actions
from dashboard.formats import iso_utc
from dashboard.ids import Crisis
from dashboard.languages import _, ngettext
from dashboard.rows import Cell, Column, Row
from dashboard.url_filter import link
from dashboard.wording.compensation_names import listed
from dashboard.wording.crises import act_data
from dashboard.wording.crisis_names import (
    audience_name,
    batch_state_name,
    every,
    link_kind_name,
    role_title,
    statement_status_name,
    told,
)
from dashboard.wording.statement_names import channel_name

STATEMENT_STATUS: Mapping[str, str] = {
    "draft": "watch",
    "translated": "info",
    "proofread": "info",
    "final": "ok",
    "sent": "ok",
    "withdrawn": "none",
}
BATCH_STATUS: Mapping[str, str] = {
    "draft": "watch",
    "submitted": "watch",
    "approved": "ok",
    "rejected": "breach",
    "exported": "ok",
    "cancelled": "none",
}
_TERM_STATUS: Mapping[str, str] = {
    "running": "info",
    "met": "ok",
    "missed": "breach",
    "not_applicable": "none",
}


def deadlines(room: Room, zone: str, done: str) -> str:
    """The next update of each audience and the terms of laws, those that run first."""
    items = [_update(beat, room, zone) for beat in room.beats]
    items += [_term(term, room, zone) for term in room.terms]
    items.sort(key=lambda item: (item.get("due") or "9", item["key"]))
    data = {
        "kind": "crisis-due",
        "id": "crisis-due-act",
        "store": str(Crisis.PRESSED),
        "done": done,
        "required": _("Fill this in first."),
        "rows": items,
    }
    return orjson.dumps(data).decode() if items else ""


def _update(beat: Beat, room: Room, zone: str) -> dict[str, Any]:
    assert beat.next_at is not None
    notes = [{"text": every(beat.every)}]
    if beat.last_at is not None:
        at = formats.moment(beat.last_at, zone)
        notes.append({"text": _("last by {name}, {time}", name=beat.last_by or "", time=at)})
    item: dict[str, Any] = {
        "key": f"update-{beat.run_id}-{beat.audience}",
        "subject": f"update/{beat.run_id}/{beat.audience}",
        "version": beat.version,
        "title": _("Update to {audience}", audience=audience_name(beat.audience)),
        "due": iso_utc(beat.next_at),
        "when": formats.moment(beat.next_at, zone),
        "notes": notes,
    }
    if room.declared:
        note = Field("note", _("What was said"), "line")
        item["acts"] = [act_data(Act("update_sent", _("Update sent"), (note,)))]
    return item


def _term(term: Clock, room: Room, zone: str) -> dict[str, Any]:
    rule = term.rule
    notes: list[dict[str, Any]] = []
    if rule is not None:
        notes.append({"text": f"{rule.source.title}, {rule.source.place}"})
        if not rule.reviewed.by:
            role = role_title(room.levels, rule.reviewed.role)
            notes.append({"text": _("not yet reviewed by {role}", role=role), "status": "watch"})
    if term.settled_by and term.settled_at is not None and term.note:
        at = formats.moment(term.settled_at, zone)
        notes.append({"text": f"{term.settled_by}, {at}: {term.note}"})
    item: dict[str, Any] = {
        "key": f"term-{term.key}",
        "subject": f"clock/{room.crisis.id}/{term.key}",
        "version": term.version,
        "title": told(rule.title) if rule is not None else term.key,
        "notes": notes,
        "status": _TERM_STATUS[term.status],
        "word": _term_word(term),
    }
    if rule is not None and term.status in ("running", "missed"):
        item["text"] = told(rule.to)
    if term.due_at is not None and term.status in ("running", "missed"):
        item["due"] = iso_utc(term.due_at)
        item["when"] = formats.moment(term.due_at, zone)
    if room.is_open and term.status in ("running", "missed"):
        item["acts"] = [act_data(act) for act in _term_acts()]
    return item


def _term_word(term: Clock) -> str:
    if term.status == "running":
        return _("without undue delay")
    return {
        "met": _("Met"),
        "missed": _("Missed"),
        "not_applicable": _("Does not apply"),
    }[term.status]


def _term_acts() -> list[Act]:
    return [
        Act("clock_met", _("Met"), (Field("note", _("How it was met"), "line", required=True),)),
        Act(
            "clock_not_applicable",
            _("Does not apply"),
            (Field("note", _("Why it does not apply"), "line", required=True),),
        ),
    ]


# ---- people ----


def people(room: Room, config: Config, on_call: Mapping[str, str]) -> str:
    """Who holds which role here, and whether they are on call now.

    Args:
        room: the crisis.
        config: people and roles by file.
        on_call: person to rota, of those who are on call now.
    """
    wanted = _roles_shown(room)
    table = []
    for role in wanted:
        given = room.crisis.roles.get(role)
        names = [given] if given else list(holders(config, role))
        called = [name for name in names if name in on_call]
        note = _("on call: {names}", names=", ".join(called)) if called else ""
        if called and len(names) == 1:
            note = _("on call now")
        status = "" if names else "watch"
        text = ", ".join(names) if names else _("nobody")
        own = _("given here") if given else ""
        table.append(
            Row(
                (
                    Cell(role_title(room.levels, role)),
                    Cell(text, " · ".join(part for part in (own, note) if part), status=status),
                )
            )
        )
    return rows.table([Column(_("Role")), Column(_("People"))], table) if table else ""


def _roles_shown(room: Room) -> list[str]:
    """The lead, roles given here, and those that steps need; in the order of the levels."""
    needed = {step.role for step in room.steps if step.role} | set(room.crisis.roles)
    needed |= {role for step in room.steps for role in step.roles}
    if room.is_open:
        needed.add("crisis_lead")
    order = list(room.levels.roles) if room.levels is not None else []
    known = [role for role in order if role in needed]
    return known + sorted(needed - set(known))


def people_acts(room: Room, done: str) -> str:
    """Giving a role to somebody in this crisis."""
    if not room.is_open or room.levels is None:
        return ""
    options = tuple((role, role_title(room.levels, role)) for role in room.levels.roles)
    act = Act(
        "assign_role",
        _("Give a role"),
        (
            Field("role", _("Role"), "choice", options=options),
            Field("person", _("To whom"), "person", note=_("Leave empty to take it away.")),
        ),
        primary=room.crisis.lead is None and room.declared,
    )
    return actions(
        [act],
        id="crisis-people-act",
        store=Crisis.PRESSED,
        subject=f"crisis/{room.crisis.id}",
        version=room.crisis.version,
        done=done,
    )


# ---- statements ----


def statements(room: Room, zone: str, query: str) -> str:
    """One row for each text and language: its channels, how far the least is, who signed."""
    grouped: dict[tuple[str, str, str], list[StatementPart]] = {}
    for one in room.statements:
        grouped.setdefault((one.template, one.audience, one.locale), []).append(one)
    table = []
    for (template, audience, locale), parts in grouped.items():
        last = min(parts, key=lambda one: _ORDER.index(one.status))
        signed = dict.fromkeys(_signature(mark) for one in parts for mark in one.signed)
        at = max(one.sent_at or one.updated_at for one in parts)
        table.append(
            Row(
                (
                    Cell(told(parts[0].title, _template_name(template)), audience_name(audience)),
                    Cell(
                        formats.language_name(locale),
                        _("not checked by a native speaker")
                        if any(one.native_review for one in parts)
                        else "",
                    ),
                    Cell(listed(channel_name(one.channel) for one in parts)),
                    Cell(
                        statement_status_name(last.status),
                        status=STATEMENT_STATUS.get(last.status, "none"),
                    ),
                    Cell(", ".join(signed) or formats.NONE),
                    Cell(formats.moment(at, zone)),
                ),
                href=link(f"/statements/{last.id}", query),
            )
        )
    columns = [
        Column(_("Statement")),
        Column(_("Language")),
        Column(_("Channel")),
        Column(_("Status")),
        Column(_("Signed by")),
        Column(_("Changed"), num=True),
    ]
    return rows.table(columns, table) if table else ""


_ORDER = ("draft", "translated", "proofread", "final", "sent", "withdrawn")


def _template_name(template: str) -> str:
    return template.replace("-", " ").capitalize()


def _signature(mark: Approval) -> str:
    if mark.decision == "approved":
        return mark.by
    return _("{name} (rejected)", name=mark.by)


def statements_title(room: Room) -> str:
    """How many texts there are and how many are out."""
    if not room.statements:
        return _("What is said")
    sent = sum(one.status == "sent" for one in room.statements)
    open_ = sum(one.status not in ("sent", "withdrawn", "final") for one in room.statements)
    if open_:
        return ngettext(
            "{count} statement waits for signatures",
            "{count} statements wait for signatures",
            open_,
        )
    return ngettext("{count} statement was sent", "{count} statements were sent", sent)


# ---- compensation ----


def batches(room: Room, zone: str, query: str) -> str:
    """Batches of compensation with how many rows and how much."""
    table = [
        Row(
            (
                Cell(one.title or f"#{one.id}"),
                Cell(batch_state_name(one.state), status=BATCH_STATUS.get(one.state, "none")),
                Cell(formats.number(one.items)),
                _amount(one),
                Cell(formats.moment(one.updated_at, zone)),
            ),
            href=link(f"/compensation/{one.id}", query),
        )
        for one in room.batches
    ]
    columns = [
        Column(_("Batch")),
        Column(_("State")),
        Column(_("Orders"), num=True),
        Column(_("Amount"), num=True),
        Column(_("Changed"), num=True),
    ]
    return rows.table(columns, table) if table else ""


def _amount(one: BatchPart) -> Cell:
    """What a batch is worth; in how many currencies stands below."""
    if len(one.amounts) == 1 or one.together is None:
        sums = [formats.money(amount, currency) for currency, amount in one.amounts.items()]
        return Cell(listed(sums) or formats.NONE)
    count = len(one.amounts)
    in_all = ngettext("in {count} currency", "in {count} currencies", count)
    return Cell(formats.money(*one.together), in_all)


# ---- evidence ----


def evidence(room: Room, zone: str, query: str) -> str:
    """How much of what a complete pack needs is there, and what is missing."""
    found = room.evidence
    href = link(f"/evidence/{room.crisis.id}", query)
    if not found.required and not room.filed:
        return ""
    share = found.there / found.required if found.required else 0.0
    text = _(
        "{there} of {required} required pieces are there",
        there=found.there,
        required=found.required,
    )
    notes: list[dict[str, Any]] = []
    late = [one for one in found.missing if one.overdue]
    for one in (late or found.missing)[:3]:
        status = "breach" if one.overdue else ""
        notes.append({"text": _("missing: {item}", item=told(one.title)), "status": status})
    more = len(found.missing) - len(notes)
    if more > 0:
        notes.append({"text": _("and {count} more", count=more)})
    if room.pack is not None:
        _number, at, complete = room.pack
        words = _("pack built {time}", time=formats.moment(at, zone))
        notes.append({"text": words, "status": "ok" if complete else "watch"})
    data = {"kind": "progress", "share": share, "text": text, "href": href, "notes": notes}
    return orjson.dumps(data).decode()


# ---- links ----

_ROWS_BEHIND: Mapping[str, str] = {
    "incident": "/alerts/{ref}",
    "case": "/cases/{ref}",
    "parcel": "/rows/parcels?q={ref}",
    "return": "/rows/returns?q={ref}",
    "review": "/rows/reviews?q={ref}",
    "survey": "/rows/surveys?q={ref}",
}


def links(room: Room, query: str) -> str:
    """What belongs to it by kind: how many, and the newest with where each leads."""
    table = []
    for one in room.links:
        cells = [Cell(link_kind_name(one.kind)), Cell(formats.number(one.count))]
        for source, ref, label in one.newest:
            where = _ROWS_BEHIND.get(one.kind, "")
            path, _mark, search = where.format(ref=ref).partition("?")
            own = dict([search.split("=", 1)]) if search else {}
            if one.kind == "case" and source:
                own["feed"] = source
            href = link(path, query, own) if where else ""
            cells.append(Cell(label or ref, href=href))
        cells += [Cell()] * (5 - len(cells))
        table.append(Row(tuple(cells)))
    columns = [
        Column(_("Kind")),
        Column(_("How many"), num=True),
        Column(_("Newest")),
        Column(""),
        Column(""),
    ]
    return rows.table(columns, table) if table else ""


def links_title(room: Room) -> str:
    """How much belongs to it."""
    count = sum(one.count for one in room.links)
    if not count:
        return _("What belongs to it")
    return ngettext("{count} thing belongs to it", "{count} things belong to it", count)


def links_acts(room: Room, done: str) -> str:
    """Linking something, or taking a link away."""
    if not room.is_open:
        return ""
    kinds = ("incident", "case", "order", "parcel", "return", "lot", "review", "dispute", "mention")
    options = tuple((kind, link_kind_name(kind)) for kind in kinds)
    fields = (
        Field("kind", _("Kind"), "choice", options=options),
        Field("source", _("Feed"), "line", note=_("Which feed it came from; empty for incidents.")),
        Field("ref", _("Number"), "line", required=True),
    )
    acts = [
        Act("link", _("Link something"), fields, submit=_("Link it")),
        Act("unlink", _("Take a link away"), (*fields, Field("note", _("Why"), "line"))),
    ]
    return actions(
        acts,
        id="crisis-links-act",
        store=Crisis.PRESSED,
        subject=f"crisis/{room.crisis.id}",
        version=room.crisis.version,
        done=done,
    )
