"""What changes beside a report: decisions, comments, its issues, what a rebuild found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import orjson

from dashboard import formats, report_keys, rows
from dashboard.acting import Act, Field, actions
from dashboard.ids import ReportPage
from dashboard.languages import _, ngettext
from dashboard.report_page import Live
from dashboard.reports.comments import LONGEST, Comment
from dashboard.reports.decisions import Decision
from dashboard.reports.requests import Request
from dashboard.reviews import versioned
from dashboard.url_filter import link
from dashboard.wording.reports_page import figure_name
from dashboard.wording.reports_screen import headline, job_state, maker

Keys = Sequence[str]
_SHORT = 60


# ---- decisions ----


def decisions_title(live: Live) -> str:
    """How many are open, and how many of them are late."""
    still = [one for one in live.decisions if one.status == "open"]
    late = sum(one.due_on < live.now.date() for one in still)
    if late:
        return _(
            "Decisions needed: {count}, {late} overdue",
            count=formats.number(len(still)),
            late=formats.number(late),
        )
    if not still:
        return _("No decision is open")
    return ngettext("{count} decision needed", "{count} decisions needed", len(still))


def decisions(live: Live, zone: str) -> str:
    """Open ones by day, overdue first; then those that were settled."""
    today = live.now.date()
    still = sorted(
        (one for one in live.decisions if one.status == "open"),
        key=lambda one: (one.due_on, one.id),
    )
    over = sorted(
        (one for one in live.decisions if one.status != "open"),
        key=lambda one: (one.settled_at or one.created_at, one.id),
        reverse=True,
    )
    shown = [_open(one, live, today) for one in still]
    shown += [_over(one, live, zone) for one in over]
    return orjson.dumps({"kind": "report-decisions", "rows": shown}).decode()


def _open(one: Decision, live: Live, today: date) -> dict[str, Any]:
    late = (today - one.due_on).days
    if late > 0:
        status, word = "breach", ngettext("{count} day overdue", "{count} days overdue", late)
    elif late == 0:
        status, word = "watch", _("today")
    else:
        status, word = "info", _("by {day}", day=formats.day(one.due_on, year=True))
    notes = [_("Decides: {name}", name=one.owner)]
    if late > 0:
        notes.append(_("was due {day}", day=formats.day(one.due_on, year=True)))
    return _row(one, live, status, word, notes)


def _over(one: Decision, live: Live, zone: str) -> dict[str, Any]:
    word = _("Decided") if one.status == "done" else _("Dropped")
    at = formats.moment(one.settled_at, zone) if one.settled_at else formats.NONE
    settled = _("{outcome} ({name}, {time})", outcome=one.outcome, name=one.settled_by, time=at)
    return _row(one, live, "ok" if one.status == "done" else "none", word, [settled])


def _row(one: Decision, live: Live, status: str, word: str, notes: list[str]) -> dict[str, Any]:
    raised = _("raised in {period} by {name}", period=one.period, name=one.created_by)
    href = ""
    if one.figure:
        notes.append(figure_name(one.figure))
        href = f"/reports/{one.raised_in}#{report_keys.anchor(one.figure)}"
    elif one.raised_in != live.report_id:
        href = f"/reports/{one.raised_in}"
    return {
        "key": str(one.id),
        "text": one.text,
        "href": href,
        "status": status,
        "word": word,
        "note": " · ".join([*notes, raised]),
        "over": one.status != "open",
    }


def decisions_bar(live: Live, keys: Keys, done: str) -> str:
    """Raise, settle, change."""
    still = [one for one in live.decisions if one.status == "open"]
    raising = (
        Field("text", _("What is to be decided"), "text", required=True, longest=LONGEST),
        Field("owner", _("Who decides"), "person", required=True),
        Field("due_on", _("By which day"), "date", required=True),
        Field("figure", _("About"), "choice", _figures(keys)),
    )
    acts = [Act("raise", _("Raise a decision"), raising, submit=_("Raise it"), primary=not still)]
    if still:
        which = Field(
            "which",
            _("Decision"),
            "choice",
            tuple((versioned(one.id, one.version), _short(one.text)) for one in still),
        )
        results = (("done", _("Decided")), ("drop", _("Dropped: no decision is needed any more")))
        settling = (
            which,
            Field("result", _("What became of it"), "choice", results),
            Field(
                "outcome",
                _("What was decided, or why it is dropped"),
                "text",
                required=True,
                longest=LONGEST,
            ),
        )
        changing = (
            which,
            Field("owner", _("Who decides now"), "person", note=_("empty: as it is")),
            Field("due_on", _("By which day now"), "date", note=_("empty: as it is")),
            Field("reason", _("Why"), "text", required=True, longest=LONGEST),
        )
        acts.append(Act("settle", _("Settle one"), settling, submit=_("Settle it"), primary=True))
        acts.append(Act("change", _("Change owner or day"), changing, submit=_("Change it")))
    return _bar("report-decide", acts, live, done)


def _bar(name: str, acts: Sequence[Act], live: Live, done: str) -> str:
    return actions(
        acts,
        id=name,
        store=ReportPage.PRESSED,
        subject=live.report_id,
        version=1,
        done=done,
    )


def _figures(keys: Keys) -> tuple[tuple[str, str], ...]:
    return (("", _("The whole report")), *[(key, figure_name(key)) for key in keys])


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= _SHORT else f"{one_line[: _SHORT - 1]}…"


# ---- comments ----


def comments_title(live: Live) -> str:
    """How many there are."""
    if not live.comments:
        return _("Comments")
    return ngettext("{count} comment", "{count} comments", len(live.comments))


def comments(live: Live, keys: Keys, zone: str) -> str:
    """All of them; those on a figure stand beside it too."""
    known = set(keys)
    data = {
        "kind": "report-comments",
        "store": ReportPage.PRESSED,
        "withdraw": _("Take back"),
        "to_all": _("All comments"),
        "rows": [_comment(one, known, zone) for one in live.comments],
    }
    return orjson.dumps(data).decode()


def _comment(one: Comment, known: set[str], zone: str) -> dict[str, Any]:
    on = figure_name(one.figure) if one.figure else ""
    return {
        "key": str(one.id),
        "version": one.version,
        "by": one.by,
        "at": formats.moment(one.at, zone),
        "text": one.text,
        "figure": one.figure if one.figure in known else "",
        "anchor": report_keys.anchor(one.figure) if one.figure in known else "",
        "on": on,
    }


def comments_bar(live: Live, keys: Keys, done: str) -> str:
    """The form to say something."""
    fields = (
        Field("figure", _("About"), "choice", _figures(keys)),
        Field("text", _("Your comment"), "text", required=True, longest=LONGEST),
    )
    act = Act("comment", _("Write a comment"), fields, submit=_("Add it"), primary=True)
    return _bar("report-comment", [act], live, done)


# ---- issues and rebuild ----


def newer(live: Live) -> str:
    """That this is not the newest issue of its period; empty if it is."""
    if live.issues[0].id == live.report_id:
        return ""
    return _("Issue {n} of this period is newer; open it.", n=live.issues[0].n)


def issues(live: Live, query: str, zone: str) -> str:
    """Every issue of the period, the newest first."""
    shown = []
    for one in live.issues:
        here = one.id == live.report_id
        notes = [
            formats.moment(one.created_at, zone),
            maker(one),
        ]
        if one.note:
            notes.append(one.note)
        if here:
            notes.append(_("open here"))
        shown.append(
            rows.Item(
                title=_("Issue {n}: {headline}", n=one.n, headline=headline(one, zone)),
                href="" if here else link(f"/reports/{one.id}", query),
                note=" · ".join(notes),
                side=_("All data in") if one.complete else _("Incomplete"),
                status="ok" if one.complete else "watch",
            )
        )
    return rows.items(shown)


def rebuild_bar(live: Live, done: str) -> str:
    """The button that builds it again."""
    return _bar("report-rebuild-act", [Act("rebuild", _("Build again and compare"))], live, done)


def rebuilt(live: Live, zone: str) -> str:
    """What the last rebuild found: the same bytes, or what differs and why."""
    found = live.rebuilt
    if found is None:
        return ""
    if found.state != "issued":
        word, status, note = job_state(found, live.worker)
        return rows.facts([rows.Fact(_("Build again and compare"), word, sub=note, status=status)])
    return rows.facts(_compared(found, zone))


def _compared(found: Request, zone: str) -> list[rows.Fact]:
    facts = found.facts
    at = formats.moment(found.updated_at, zone)
    same = bool(facts.get("document_same"))
    shown = [
        rows.Fact(
            _("What it says"),
            _("The same, to the byte") if same else _("Not the same"),
            sub=_("built again {time}", time=at),
            status="ok" if same else "breach",
        )
    ]
    files = int(facts.get("files", 0))
    if files:
        alike = int(facts.get("files_same", 0))
        shown.append(
            rows.Fact(
                _("Files"),
                _("{part} of {whole} the same", part=alike, whole=files),
                status="ok" if alike == files else "breach",
            )
        )
    if facts.get("differences"):
        count = formats.number(int(facts["differences"]))
        shown.append(rows.Fact(_("Figures that differ"), count, status="breach"))
    shown += [_why(one, same) for one in facts.get("why", ())]
    return shown


def _why(one: Mapping[str, Any], same: bool) -> rows.Fact:
    about = str(one.get("about", ""))
    sentence = {
        "definition": _("The definition of {about} was changed since.", about=about),
        "snapshot": _("The numbers cannot be read any more."),
        "template": _("Its template cannot be used any more."),
        "code": _("Another version of the program: {about}.", about=about),
        "layout": _("Another version of what lays it out: {about}.", about=about),
        "damaged": _("The file {about} was changed on the disk or is gone.", about=about),
        "stored": _("What is stored does not match its own fingerprint: {about}.", about=about),
        "unexplained": _("It differs although nothing known was changed."),
    }.get(str(one.get("kind")), str(one.get("kind")))
    return rows.Fact(
        _("Why") if not same else _("Also changed since"),
        sentence,
        sub=str(one.get("detail") or _was_is(one)),
        status="watch",
    )


def _was_is(one: Mapping[str, Any]) -> str:
    before, after = str(one.get("before", "")), str(one.get("after", ""))
    return f"{before[:12]} → {after[:12]}" if before or after else ""
