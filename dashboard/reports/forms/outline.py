"""In which order a page tells a document, and the words around it: the same in every form. Pure."""

from __future__ import annotations

from babel import dates

from dashboard import formats
from dashboard.languages import _, locale
from dashboard.reports.charts.weeks import target_text
from dashboard.reports.document import DeckBlock, Document, Panel, Section
from dashboard.reports.forms import Issue
from dashboard.reports.showing import clean, interval_text, text_of, word
from dashboard.reports.values import Code, Number

DECISIONS = "decisions"


def title(document: Document) -> str:
    """What the report is called."""
    return text_of(document.title, document.zone) if document.title else document.template


def company(document: Document) -> str:
    """Whose it is; empty: nobody's name."""
    return clean(document.company)


def period(document: Document) -> str:
    """`Week 47, 2026 · 16–22 Nov 2026`."""
    days = formats.days(document.first, document.last)
    return f"{period_name(document)} · {days}"


def period_name(document: Document) -> str:
    """`Week 47, 2026`, `October 2026`, `Quarter 3, 2026`."""
    year, _dash, part = document.period.partition("-")
    if part.startswith("W"):
        return _("Week {week}, {year}", week=int(part[1:]), year=year)
    if part.startswith("Q"):
        return _("Quarter {quarter}, {year}", quarter=part[1:], year=year)
    return str(dates.format_skeleton("yMMMM", document.first, locale=locale()))


def exceptions(document: Document) -> tuple[Panel, ...]:
    """The panels that are narrated, in their order."""
    return tuple(panel for panel in panels(document) if panel.exception)


def panels(document: Document) -> tuple[Panel, ...]:
    """All panels of all sections."""
    return tuple(
        panel
        for section in document.sections
        for block in section.blocks
        if isinstance(block, DeckBlock)
        for panel in block.panels
    )


def sections(document: Document) -> tuple[Section, ...]:
    """The sections: what is to be decided first, then as the template has them."""
    first = [one for one in document.sections if one.key == DECISIONS]
    return (*first, *(one for one in document.sections if one.key != DECISIONS))


def in_order(section: Section) -> tuple[Panel, ...]:
    """The panels of a section that are not told as exceptions before."""
    return tuple(
        panel
        for block in section.blocks
        if isinstance(block, DeckBlock)
        for panel in block.panels
        if not panel.exception
    )


def change_text(now: Number, before: Number | None) -> str:
    """`+2.4 pts`: the signed difference; empty where either is unknown."""
    return "" if before is None else formats.change(now.value, before.value, now.unit)


def comparisons(panel: Panel) -> list[str]:
    """How a panel's figure compares: with the period before, a year before, its target."""
    found = []
    before = change_text(panel.now, panel.before)
    if before:
        found.append(_("{change} on the period before", change=before))
    prior = change_text(panel.now, panel.prior)
    if prior:
        found.append(_("{change} on a year before", change=prior))
    if panel.target is not None:
        found.append(_("target {value}", value=target_text(panel.target, panel.now.unit)))
    return found


def caveats(panel: Panel) -> list[str]:
    """How far a panel's figure can be trusted: its interval, n, maturity, doubtful rows."""
    found = []
    interval = interval_text(panel.now)
    if interval:
        found.append(_("95% interval {interval}", interval=interval))
    if panel.now.n is not None:
        found.append(f"n = {formats.number(panel.now.n)}")
    if panel.maturity is not None and panel.maturity < 1:
        share = formats.percent(panel.maturity, 0)
        found.append(_("{share} can be judged so far", share=share))
    if panel.tainted:
        count = formats.number(panel.tainted)
        found.append(_("{count} with doubtful data", count=count))
    return found


def standing(panel: Panel) -> str:
    """In words where it stands; empty without a target."""
    if panel.standing == "no_target":
        return ""
    return word(Code(group="standing", value=panel.standing))


def colophon(document: Document, issue: Issue) -> list[tuple[str, str]]:
    """What the footer says: which issue of what, from which data, and how it is made again."""
    as_of = formats.moment(document.as_of, document.zone)
    rows = [
        (_("Report"), _("{number}, issue {n}", number=issue.number, n=issue.n)),
        (_("Data as of"), f"{as_of} ({document.zone})"),
    ]
    if issue.batch is not None:
        rows.append((_("Newest import"), str(issue.batch)))
    rows.append((_("Fingerprint (SHA-256)"), issue.sha256))
    rows.append((_("Make it again"), f"afterwatch report rebuild {issue.number}"))
    return rows
