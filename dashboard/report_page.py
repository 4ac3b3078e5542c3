"""What the page of one report reads: its document once, what people say of it ever again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import flask

from dashboard import pulse, report_archive
from dashboard.report_archive import Listed, number
from dashboard.reports import comments, decisions, requests, store
from dashboard.reports.comments import Comment
from dashboard.reports.decisions import Decision
from dashboard.reports.diff import Difference, diff, diff_inputs
from dashboard.reports.document import Document
from dashboard.reports.requests import Request

if TYPE_CHECKING:
    from dashboard.services import Services

_KEY = "AFTERWATCH_REPORTS"
_COMPARABLE = 26
"""Periods that the page offers for comparison."""


@dataclass(frozen=True)
class Other:
    """Another report, to stand beside the one that is open."""

    listed: Listed
    document: Document


@dataclass(frozen=True)
class Opened:
    """One report as its layout needs it; nothing in it changes.

    Attributes:
        listed: the issue.
        document: what it says.
        sha256: of the document.
        title: of its template, in English and Chinese.
        differences: to the issue before, figures first, then what it was made from; None: it is
            the first.
        earlier: the period before; None: it was never reported.
        later: the period after.
        others: newest issues of other periods, the newest period first.
        other: the report to compare with; None: none was asked for.
        no_such_other: one was asked for that is not there, or of another kind.
        newer: number of the newest issue of the period, where this is not it.
    """

    listed: Listed
    document: Document
    sha256: str
    title: tuple[str, str]
    differences: tuple[Difference, ...] | None
    earlier: Listed | None
    later: Listed | None
    others: tuple[Listed, ...]
    other: Other | None
    no_such_other: bool
    newer: int | None


@dataclass(frozen=True)
class Live:
    """What changes beside a report: what people say, its issues, a rebuild."""

    report_id: int
    listed: Listed
    decisions: tuple[Decision, ...]
    comments: tuple[Comment, ...]
    issues: tuple[Listed, ...]
    rebuilt: Request | None
    worker: pulse.Pulse
    now: datetime


Open = Callable[[str, str], Opened | None]


def keep(server: flask.Flask, services: Services) -> None:
    """Let layouts of this application open reports."""

    def open_(asked: str, beside: str) -> Opened | None:
        return opened(services, asked, beside)

    server.config[_KEY] = open_


def open_report(asked: str, beside: str) -> Opened | None:
    """The report at an address, for a layout; `beside` names one to compare it with."""
    found: Open | None = flask.current_app.config.get(_KEY) if flask.has_app_context() else None
    return None if found is None else found(asked, beside)


def opened(services: Services, asked: str, beside: str = "") -> Opened | None:
    """A report with its neighbours; None if there is none of that number."""
    wanted = number(asked)
    if wanted is None or not report_archive.exists(services, asked):
        return None
    one = store.load(services.engine, wanted)
    known = report_archive.issues(services, one.template)
    listed = next(entry for entry in known if entry.id == one.id)
    newest = _newest(known)
    others = tuple(entry for entry in newest if entry.period != one.period)
    document = store.document(one)
    last = next(entry for entry in newest if entry.period == one.period)
    other = _beside(services, one, beside)
    return Opened(
        listed=listed,
        document=document,
        sha256=one.document_sha256,
        title=_title(services, document),
        differences=_differences(services, one, document),
        earlier=next((entry for entry in others if entry.last < one.first), None),
        later=next((entry for entry in reversed(others) if entry.first > one.last), None),
        others=others[:_COMPARABLE],
        other=other,
        no_such_other=bool(beside) and other is None,
        newer=None if last.id == one.id else last.id,
    )


def _title(services: Services, document: Document) -> tuple[str, str]:
    """What its template called the report, else what it is called today, else its name."""
    if document.title is not None:
        return document.title.en, document.title.zh
    name = document.template
    return report_archive.kinds(services).get(name, (name, name))


def live(services: Services, asked: str) -> Live | None:
    """What people say of a report, and where it stands; None if there is none.

    It is asked for again and again, so it does without the document.
    """
    template = report_archive.template_of(services, asked)
    if template is None:
        return None
    known = report_archive.issues(services, template)
    listed = next(entry for entry in known if entry.id == int(asked))
    with services.engine.connect() as connection:
        said = tuple(comments.of(connection, listed.id))
        decided = decisions.of_template(connection, template)
    now = services.clock()
    return Live(
        listed.id,
        listed,
        tuple(entry for entry in decided if _belongs(entry, listed)),
        said,
        tuple(entry for entry in known if entry.period == listed.period),
        requests.compared(services.engine, listed.id),
        pulse.worker(services.engine, now),
        now,
    )


def _belongs(one: Decision, listed: Listed) -> bool:
    """Open ones always; settled ones where they were raised, or settled after it was made."""
    if one.settled_at is None or one.period == listed.period:
        return True
    return one.created_at <= listed.created_at <= one.settled_at


def _newest(known: tuple[Listed, ...]) -> tuple[Listed, ...]:
    """The newest issue of each period; `known` has the newest first."""
    found: dict[str, Listed] = {}
    for entry in known:
        found.setdefault(entry.period, entry)
    return tuple(found.values())


def _differences(
    services: Services, one: store.Report, document: Document
) -> tuple[Difference, ...] | None:
    before = store.before(services.engine, one)
    if before is None:
        return None
    figures = diff(store.document(before), document)
    return (*figures, *diff_inputs(store.inputs(before), store.inputs(one)))


def _beside(services: Services, one: store.Report, beside: str) -> Other | None:
    wanted = number(beside)
    if wanted is None or wanted == one.id or not report_archive.exists(services, beside):
        return None
    other = store.load(services.engine, wanted)
    if other.template != one.template:
        return None
    listed = next(
        entry for entry in report_archive.issues(services, other.template) if entry.id == wanted
    )
    return Other(listed, store.document(other))
