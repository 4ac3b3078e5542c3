"""What the list of crises says: sentences, rows as data, and the actions beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from alerts.crisis.singles import Singles
from alerts.crisis_room import Choices, Listed, Listing
from dashboard import formats
from dashboard.acting import Act, Field
from dashboard.formats import iso_utc
from dashboard.ids import Crises
from dashboard.languages import _, current, ngettext
from dashboard.url_filter import link
from dashboard.wording.crisis_names import (
    STATUS_KIND,
    badge,
    level_words,
    next_title,
    status_name,
    told,
)

SINGLES_SHOWN = 20
"""Single complaints that are listed, the newest first."""


def answer(found: Listing) -> str:
    """Is anything on fire, how bad, and who leads: in a sentence."""
    if not found.open:
        waiting = len(found.proposed)
        if waiting:
            return ngettext(
                "No crisis is open; {count} is proposed and waits for a person.",
                "No crisis is open; {count} are proposed and wait for a person.",
                waiting,
            )
        return _("Nothing is on fire.")
    worst = found.open[0]
    lead = worst.crisis.lead
    led = _("{name} leads", name=lead) if lead else _("nobody leads yet")
    count = ngettext("{count} crisis is open", "{count} crises are open", len(found.open))
    return _(
        "{count}; the worst is level {level}: {title}; {led}.",
        count=count,
        level=worst.level,
        title=worst.crisis.title_in(current()),
        led=led,
    )


def note(found: Listing) -> str:
    """How many deadlines have passed."""
    overdue = sum(one.overdue for one in found.open)
    if not found.open:
        return ""
    if not overdue:
        return _("No deadline has passed")
    return ngettext("{count} deadline has passed", "{count} deadlines have passed", overdue)


def shown(
    listed: Sequence[Listed],
    *,
    query: str,
    zone: str,
    done: str = "",
    prefix: str,
    choices: Mapping[int, Choices] | None = None,
) -> str:
    """JSON of a list of crises for `data-rows`; `choices` are playbooks of those proposed."""
    known = choices or {}
    rows = [_row(one, known.get(one.crisis.id, Choices()), query, zone) for one in listed]
    data = {
        "kind": "crises",
        "id": prefix,
        "store": str(Crises.PRESSED),
        "done": done,
        "required": _("Fill this in first."),
        "rows": rows,
    }
    return orjson.dumps(data).decode()


def _row(one: Listed, choices: Choices, query: str, zone: str) -> dict[str, Any]:
    crisis, levels = one.crisis, one.levels
    row: dict[str, Any] = {
        "key": str(crisis.id),
        "subject": f"crisis/{crisis.id}",
        "version": crisis.version,
        "title": crisis.title_in(current()),
        "label": _("Decide on {title}", title=crisis.title_in(current())),
        "href": link(f"/crises/{crisis.id}", query),
        "level": badge(levels, one.level, proposed=crisis.level is None),
        "notes": _notes(one, query, zone),
        "evidence": [_figure(held) for held in one.held],
    }
    if one.next is not None:
        row["next"] = due(next_title(one.next), one.next.due_at, zone)
    if one.clock is not None:
        row["drill"] = _("Drill")
        row["clock"] = clock_data(one.clock, one.ended_at)
    if crisis.status == "proposed":
        row["acts"] = [act_data(act) for act in proposal_acts(levels, one.level, choices)]
    return row


def due(title: str, at: datetime, zone: str) -> dict[str, str]:
    """A deadline as data: the browser counts down, the title says when in the reader's zone."""
    return {"title": title, "due": iso_utc(at), "when": formats.moment(at, zone)}


def clock_data(clock: Any, ended_at: datetime | None) -> str:
    """The clock of a drill as `data-clock`; empty for a crisis in earnest."""
    if clock is None:
        return ""
    data = {
        "real": iso_utc(clock.real_start),
        "masked": iso_utc(clock.masked_start),
        "speed": clock.speed,
        "ended": iso_utc(ended_at) if ended_at else None,
    }
    return orjson.dumps(data).decode()


def act_data(act: Act) -> dict[str, Any]:
    """An action as `assets/js/65-actions.js` draws it, for rows that carry their own."""
    data: dict[str, Any] = {"action": act.action, "label": act.label}
    if act.fields:
        data["fields"] = [
            {name: part for name, part in vars(field).items() if part not in ("", (), False)}
            for field in act.fields
        ]
        if act.submit:
            data["submit"] = act.submit
    if act.primary:
        data["primary"] = True
    if act.title:
        data["title"] = act.title
    if act.values:
        data["values"] = dict(act.values)
    return data


def playbook_field(choices: Choices) -> Field:
    """Which playbooks begin with the declaration: those that fit, another one, or none."""
    names = ", ".join(title for _name, title in choices.fitting) or _("none")
    options = (("", _("Those that fit: {names}", names=names)), *choices.idle, ("-", _("None")))
    return Field(
        "playbook", _("Playbook"), "choice", options=options,
        note=_("More can be started in the room."),
    )  # fmt: skip


def proposal_acts(levels: Any, proposed: int, choices: Choices) -> list[Act]:
    """What a person does with a proposed crisis."""
    options = tuple((str(n), level_words(levels, n)) for n in range(1, 5))
    return [
        Act(
            "declare",
            _("Declare"),
            (
                Field("level", _("Level"), "choice", options=options, value=str(proposed)),
                playbook_field(choices),
                Field(
                    "note",
                    _("Why"),
                    "line",
                    note=_("Needed if you choose another level than the criteria ask for."),
                ),
            ),
            submit=_("Declare the crisis"),
            primary=True,
        ),
        Act(
            "dismiss",
            _("Dismiss"),
            (Field("note", _("Why it is no crisis"), "line", required=True),),
            submit=_("Dismiss the proposal"),
        ),
    ]


def _notes(one: Listed, query: str, zone: str) -> list[dict[str, Any]]:
    crisis = one.crisis
    status = str(crisis.status)
    notes: list[dict[str, Any]] = []
    if status != "proposed":
        notes.append({"text": status_name(status), "status": STATUS_KIND[status]})
    if crisis.is_open:
        lead = _("{name} leads", name=crisis.lead) if crisis.lead else _("nobody leads yet")
        notes.append({"text": lead})
        if one.clock is None:
            notes.append({"text": _("began"), "at": iso_utc(crisis.began_at)})
        if one.overdue:
            words = ngettext("{count} overdue", "{count} overdue", one.overdue)
            notes.append({"text": words, "status": "breach"})
        return notes
    if crisis.closed_at is not None:
        notes.append({"text": formats.moment(crisis.closed_at, zone)})
    if crisis.close_reason and crisis.close_reason != "lapsed":
        notes.append({"text": crisis.close_reason})
    elif crisis.close_reason == "lapsed":
        notes.append({"text": _("nobody declared it and nothing held it up any more")})
    if one.review is not None:
        words = _("review published") if one.review == "published" else _("review not published")
        notes.append({"text": words, "href": link(f"/reviews/{crisis.id}", query)})
    return notes


def _figure(held: Any) -> str:
    title = told(held.title, held.name.replace("-", " "))
    figures = told(held.evidence)
    return _("{title}: {figures}", title=title, figures=figures) if figures else title


def open_acts(levels: Any, choices: Sequence[tuple[str, str]]) -> list[Act]:
    """The form that opens a crisis by hand; `choices` are playbooks by name and title."""
    options = tuple((str(n), level_words(levels, n)) for n in range(1, 5))
    playbooks = (*choices, ("-", _("None")))
    return [
        Act(
            "open",
            _("Open a crisis"),
            (
                Field("title", _("What is it"), "line", required=True),
                Field("level", _("Level"), "choice", options=options, value="2"),
                Field("playbook", _("Playbook"), "choice", options=playbooks),
                Field("market", _("Market"), "line", note=_("Two letters, such as DE; or empty.")),
                Field("product", _("Product"), "line"),
                Field("lot", _("Lot"), "line"),
                Field("note", _("Why"), "text", required=True),
            ),
            submit=_("Open the crisis"),
        )
    ]


def singles_title(count: int) -> str:
    """How many single complaints stand out."""
    if not count:
        return _("Single complaints that need a lead")
    return ngettext(
        "{count} single complaint needs a lead", "{count} single complaints need a lead", count
    )


def closed_title(count: int) -> str:
    """How many crises are over."""
    if not count:
        return _("Closed")
    return ngettext("{count} crisis is over", "{count} crises are over", count)


def strip(listed: Sequence[Listed], query: str, zone: str) -> str:
    """The quiet strip above the Overview: level, title, next deadline of each open crisis."""
    rows = []
    for one in listed:
        row: dict[str, Any] = {
            "level": badge(None, one.level, short=True),
            "title": one.crisis.title_in(current()),
            "href": link(f"/crises/{one.crisis.id}", query),
        }
        if one.next is not None:
            row["next"] = due(next_title(one.next), one.next.due_at, zone)
        rows.append(row)
    return orjson.dumps({"kind": "crisis-strip", "rows": rows}).decode() if rows else ""


def go_on(href: str) -> str:
    """The way to a crisis that was just opened."""
    return _("Go to the crisis") if href else ""


def singles(found: Singles, levels: Any, zone: str, query: str, done: str = "") -> str:
    """Single complaints: the case, where, why it stands out, since when; each can be declared."""
    names = {name: told(one.title) for name, (_l, one, _e) in levels.conditions.items()}
    shown = [
        _single(row, names, zone, query)
        for row in found.rows.head(SINGLES_SHOWN).iter_rows(named=True)
    ]
    data = {
        "kind": "crises",
        "id": "crises-single",
        "store": str(Crises.PRESSED),
        "done": done,
        "required": _("Fill this in first."),
        "rows": shown,
    }
    return orjson.dumps(data).decode() if shown else ""


def _single(row: Mapping[str, Any], names: Mapping[str, str], zone: str, query: str) -> Any:
    subject = f"{row['source']}/{row['case_id']}"
    why = ", ".join(names.get(name, name) for name in row["criteria"])
    place = formats.country(row["market"] or "")
    title = _("Case {number}: {why}", number=row["case_id"], why=why)
    notes = [place, formats.moment(row["at"], zone)]
    return {
        "key": subject,
        "subject": f"single/{subject}",
        "version": 0,
        "title": title,
        "label": _("Decide on {title}", title=title),
        "href": link(f"/cases/{row['case_id']}", query, {"feed": row["source"]}),
        "notes": [{"text": text} for text in notes if text],
        "acts": [act_data(_declare_single(title))],
    }


def _declare_single(title: str) -> Act:
    fields = (
        Field("title", _("What is it"), "line", value=title, required=True),
        Field("note", _("Why"), "line", required=True),
    )
    return Act("open", _("Declare"), fields, submit=_("Declare it, level 1"))
