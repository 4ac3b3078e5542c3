"""What the page of one document says: facts, findings, versions, the verdict on its text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from alerts.library import Checked, Finding, Saved, Version
from alerts.library.pages import DocumentPage
from dashboard import formats, rows
from dashboard.languages import _, current, ngettext
from dashboard.playbooks import document_path
from dashboard.wording.crisis_names import told
from dashboard.wording.playbook_names import kind_name, origin_words
from dashboard.wording.playbooks import owner_name, ready

_PLACE = re.compile(r"^[^:]*?, line (?P<line>\d+): (?P<rest>.*)$")


def answer(page: DocumentPage) -> str:
    """What it is for, which version this is, and whether it can be used."""
    shown = page.document
    summary = getattr(shown.model, "summary", None) or getattr(shown.model, "title", None)
    parts = [_sentence(told(summary, shown.name))]
    if shown.n != page.in_force:
        parts.append(_("This is version {n}; in force is version {m}.", n=shown.n, m=page.in_force))
    errors, warnings = _counts(page.findings)
    if errors:
        parts.append(_("It cannot be started before its errors are corrected."))
    elif not warnings:
        parts.append(_("Nothing is wrong with it."))
    return (" " if current() == "en" else "").join(parts)


def unknown() -> str:
    """That the address names no document."""
    return _("There is no such document")


def facts(page: DocumentPage, today: date, zone: str) -> str:
    """Whose it is, since when, and where it comes from."""
    shown = page.document
    model = shown.model
    word, status = ready(*_counts(page.findings))
    made = [
        rows.Fact(kind_name(shown.kind), told(getattr(model, "title", None), shown.name)),
        rows.Fact(_("Ready"), word, status=status),
        *_about(model, today),
        rows.Fact(
            _("Version"),
            _("{n} of {all}", n=shown.n, all=len(page.history)),
            sub=_came(shown.origin, shown.created_by, page.newer_ships),
        ),
        rows.Fact(_("Written down"), formats.moment(shown.created_at, zone)),
        rows.Fact(_("Known by"), shown.sha256[:12]),
    ]
    if shown.kind == "playbook":
        last = page.last_used
        used = _("not yet") if last is None else formats.moment(last, zone)
        runs = ngettext("{count} run", "{count} runs", page.runs) if page.runs else ""
        made.append(rows.Fact(_("Last used"), used, sub=runs))
    return rows.facts(made)


def findings_title(found: Sequence[Finding]) -> str:
    """How much the linter has to say."""
    errors, warnings = _counts(found)
    if not found:
        return _("The linter finds nothing")
    parts = [
        *([ngettext("{count} error", "{count} errors", errors)] if errors else []),
        *([ngettext("{count} warning", "{count} warnings", warnings)] if warnings else []),
    ]
    return _("The linter says: {found}", found=", ".join(parts))


def findings(found: Sequence[Finding]) -> str:
    """Every finding with its place and what to do."""
    return rows.items([_finding(one) for one in found])


def versions(page: DocumentPage, zone: str) -> str:
    """Every version, the newest first, each with what it changed."""
    shown = page.document
    columns = [
        rows.Column(_("Version")),
        rows.Column(_("Comes from")),
        rows.Column(_("Written down")),
        rows.Column(_("What changed, and why")),
    ]
    made = []
    for one in page.history:
        before = _before(page.history, one)
        told_ = _("in force") if one.n == page.in_force else ""
        shown_now = _("shown here") if one.n == shown.n else ""
        made.append(
            rows.Row(
                (
                    rows.Cell(
                        _("Version {n}", n=one.n),
                        href=document_path(one.kind, one.name, one.n),
                        sub=" · ".join(part for part in (told_, shown_now) if part),
                    ),
                    rows.Cell(origin_words(one.origin, one.created_by)),
                    rows.Cell(formats.moment(one.created_at, zone)),
                    rows.Cell(
                        one.note or formats.NONE
                        if before is None
                        else _("Compare with version {n}", n=before),
                        href=""
                        if before is None
                        else document_path(one.kind, one.name, one.n, before),
                        sub="" if before is None else one.note or "",
                    ),
                )
            )
        )
    return rows.table(columns, made)


def diff_title(lines: Sequence[str] | None, old: int | None, new: int) -> str:
    """Which versions are compared."""
    if lines is None or old is None:
        return ""
    if not lines:
        return _("Versions {old} and {new} say the same", old=old, new=new)
    return _("From version {old} to version {new}", old=old, new=new)


def checked(found: Checked, *, save: bool) -> tuple[str, str, str]:
    """The verdict on a text, its status class, and its faults and findings."""
    if found.faults:
        count = len(found.faults)
        verdict = ngettext(
            "{count} fault; nothing was saved.", "{count} faults; nothing was saved.", count
        )
        return verdict, "breach", rows.items([_fault(line) for line in found.faults])
    errors, warnings = _counts(found.findings)
    listed = findings(found.findings)
    if errors:
        verdict = ngettext(
            "{count} error; nothing was saved.", "{count} errors; nothing was saved.", errors
        )
        return verdict, "breach", listed
    name = found.model.id
    if warnings and not save:
        verdict = ngettext(
            "{name} can be saved, with {count} warning.",
            "{name} can be saved, with {count} warnings.",
            warnings,
            name=name,
        )
        return verdict, "watch", listed
    return _("Good: {name} can be saved.", name=name), "ok", listed


def renamed(old: str, new: str) -> str:
    """That the text is of another document."""
    return _("The id is {new}, this is {old}. Keep the id here.", old=old, new=new)


def nameless() -> str:
    """That nobody said who saves."""
    return _("Give your name first; it is written beside what you do.")


def saved(found: Saved, zone: str) -> tuple[str, str]:
    """What became of a text, and its status class."""
    n = found.version.n if found.version else 0
    if found.result == "done":
        return _("Saved as version {n}. It is in force now.", n=n), "ok"
    if found.result == "unchanged":
        return _("It says the same as the version in force: nothing to save."), "watch"
    if found.result == "repeated":
        return _("Saved already, as version {n}.", n=n), "ok"
    at = formats.moment(found.at, zone) if found.at else ""
    by = found.by or _("a file")
    return (
        _(
            "{name} saved version {n} at {at} while you wrote. Nothing was saved: compare, then "
            "open the page anew.",
            name=by,
            n=n,
            at=at,
        ),
        "breach",
    )


def _about(model: Any, today: date) -> list[rows.Fact]:
    """Owner, review, levels and topics, where the document has them."""
    made = []
    owner = getattr(model, "owner", None)
    if owner:
        made.append(rows.Fact(_("Owner"), owner_name(str(owner))))
    review = getattr(model, "review_by", None)
    if isinstance(review, date):
        late = review < today
        made.append(
            rows.Fact(
                _("Review by"),
                formats.day(review, year=True),
                sub=_("overdue") if late else "",
                status="watch" if late else "",
            )
        )
    levels, topics = getattr(model, "levels", ()), getattr(model, "topics", ())
    if levels and all(isinstance(level, int) for level in levels):
        made.append(rows.Fact(_("Levels"), ", ".join(str(level) for level in levels)))
    if topics:
        made.append(
            rows.Fact(_("Offered for"), ", ".join(topic.replace("_", " ") for topic in topics))
        )
    return made


def _came(origin: str, created_by: str, newer_ships: int | None) -> str:
    came = origin_words(origin, created_by)
    if newer_ships is None:
        return came
    return f"{came} · {_('version {n} ships', n=newer_ships)}"


def _finding(one: Finding) -> rows.Item:
    return rows.Item(
        one.what.in_(current()),
        "",
        note=f"{one.advice.in_(current())} ({one.where})",
        status="breach" if one.severity == "error" else "watch",
    )


def _fault(text: str) -> rows.Item:
    found = _PLACE.match(text)
    if found is None:
        return rows.Item(text, "", status="breach")
    return rows.Item(found["rest"], "", side=_("line {line}", line=found["line"]), status="breach")


def _before(history: Sequence[Version], one: Version) -> int | None:
    older = [other.n for other in history if other.n < one.n]
    return max(older, default=None)


def _counts(found: Sequence[Finding]) -> tuple[int, int]:
    errors = sum(one.severity == "error" for one in found)
    return errors, len(found) - errors


def _sentence(text: str) -> str:
    end = "." if current() == "en" else "。"
    return text if text.endswith((".", "。")) else f"{text}{end}"
