"""What the page of one incident says at its top: the finding, state, people, first steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alerts.inbox import IncidentPage
from dashboard import formats, rows
from dashboard.languages import _, ngettext
from dashboard.url_filter import link
from dashboard.wording.incident_names import (
    STATUS_OF_SEVERITY,
    against,
    beyond_since,
    by_name,
    handling_name,
    muted,
    severity_name,
    slice_words,
    title_of,
    told,
    verdict_names,
)


def answer(page: IncidentPage) -> str:
    """What it is and who has it, in a sentence."""
    title = title_of(page.row, page.labels)
    state = page.row["handling"]
    if state == "open" and page.row["mute_kind"]:
        return _("{title}. Nobody is told at present.", title=title)
    if state == "open":
        return _("{title}. Nobody has it yet.", title=title)
    if state == "acknowledged":
        name = page.row["assignee"] or page.row["acknowledged_by"] or formats.NONE
        return _("{title}. {name} has it.", title=title, name=name)
    if state == "awaiting_verdict":
        return _("{title}. It is over; what was it?", title=title)
    return _("{title}. Closed.", title=title)


def summary(page: IncidentPage) -> str:
    """The rule's own summary, with countries by name."""
    return by_name(told(page.row, "summary"), page.labels)


def first_steps(page: IncidentPage) -> str:
    """What the rule advises to do first."""
    return by_name(told(page.row, "action"), page.labels) or _("The rule names no first steps.")


def facts(page: IncidentPage, zone: str, query: str) -> str:
    """State, slice, numbers and people, as a list of facts."""
    row = page.row
    shown = [
        rows.Fact(
            _("Severity"),
            severity_name(row["severity"]),
            status=STATUS_OF_SEVERITY.get(row["severity"], "info"),
        ),
        rows.Fact(_("State"), handling_name(row["handling"]), sub=_handled(page, zone)),
        rows.Fact(_("Signal"), _signal(page, zone), sub=_signal_note(page)),
        rows.Fact(_("Slice"), slice_words(page.labels)),
        rows.Fact(_("Number"), against(row), sub=_excess(row)),
        rows.Fact(_("Assigned to"), row["assignee"] or _("nobody")),
    ]
    if row["mute_kind"]:
        until = row["mute_until"]
        ends = _("until {time}", time=formats.moment(until, zone)) if until else ""
        shown.append(rows.Fact(_("Told to nobody"), muted(row), sub=ends, status="info"))
    if row["handling"] == "closed" or row["verdict"]:
        verdict = verdict_names().get(row["verdict"] or "", formats.NONE)
        shown.append(rows.Fact(_("Verdict"), verdict, sub=row["verdict_note"] or ""))
    if page.true_start is not None:
        shown.append(rows.Fact(_("Really began"), formats.moment(page.true_start, zone)))
    if page.continues_id is not None:
        before = _("Incident {number}", number=page.continues_id)
        href = link(f"/alerts/{page.continues_id}", query)
        shown.append(rows.Fact(_("The same before"), before, href=href))
    shown.append(_rule(page))
    return rows.facts(shown)


def _handled(page: IncidentPage, zone: str) -> str:
    row = page.row
    if row["acknowledged_by"]:
        return _(
            "by {name}, {time}",
            name=row["acknowledged_by"],
            time=formats.moment(row["acknowledged_at"], zone),
        )
    return ""


def _signal(page: IncidentPage, zone: str) -> str:
    row = page.row
    if row["firing"]:
        return _("goes on, found {time}", time=formats.moment(row["opened_at"], zone))
    if row["resolved_at"] is None:
        return _("is over")
    return _("is over since {time}", time=formats.moment(row["resolved_at"], zone))


def _signal_note(page: IncidentPage) -> str:
    return " · ".join(part for part in (beyond_since(page.row), _rounds(page)) if part)


def _rounds(page: IncidentPage) -> str:
    if not page.reopened:
        return ""
    return ngettext("opened again {count} time", "opened again {count} times", page.reopened)


def _excess(row: Mapping[str, Any]) -> str:
    if row["excess"] is None or row["kind"] not in {"surge", "proportion"}:
        return ""
    return _("{excess} more than expected", excess=formats.number(row["excess"], 0))


def _rule(page: IncidentPage) -> rows.Fact:
    rule_id = page.row["rule_id"] or formats.NONE
    if page.version is None:
        return rows.Fact(_("Rule"), rule_id)
    version = _("version {n} ({hash})", n=page.version.n, hash=page.version.sha256[:8])
    href = link(f"/rules/{page.version.rule_id}", "")
    return rows.Fact(_("Rule"), rule_id, sub=version, href=href)
