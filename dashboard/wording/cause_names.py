"""What the screens call root causes, corrective actions, sections, milestones and steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alerts.reviews.cause_codes import Codes
from alerts.reviews.cause_rows import StoredAction, StoredCause
from dashboard import formats
from dashboard.languages import _, current
from dashboard.vocabulary import value_name


def cause_status(status: str) -> str:
    """Where a root cause stands."""
    return {
        "open": _("Why is not known"),
        "analysed": _("Nothing is done yet"),
        "acting": _("Being done"),
        "verifying": _("To be checked"),
        "closed": _("Closed"),
    }.get(status, status)


CAUSE_KIND: Mapping[str, str] = {
    "open": "watch",
    "analysed": "watch",
    "acting": "info",
    "verifying": "info",
    "closed": "ok",
}
"""Status of a root cause to the status class beside its word."""


def action_status(action: StoredAction, today: Any) -> tuple[str, str]:
    """Where a corrective action stands, in words and as a status class."""
    state = action.state
    if state.status == "open":
        late = (today - state.due_on).days
        if late > 0:
            return _("{n} d overdue", n=formats.number(late)), "breach"
        return _("Open"), "info"
    if state.status == "done":
        if state.check_on <= today:
            return _("Check it now"), "watch"
        return _("Done, not checked"), "info"
    return {
        "verified": (_("It helped"), "ok"),
        "failed": (_("It did not help"), "breach"),
        "dropped": (_("Dropped"), "none"),
    }[str(state.status)]


def section_name(name: str) -> str:
    """A section of a review."""
    return {
        "happened": _("What happened"),
        "went_well": _("What went well"),
        "went_badly": _("What did not go well"),
        "luck": _("Where we were lucky"),
    }[name]


def milestone_name(name: str) -> str:
    """A moment of a crisis."""
    return {
        "began": _("It began"),
        "detected": _("It was noticed"),
        "proposed": _("The system proposed a level"),
        "declared": _("A person declared it"),
        "first_statement": _("First statement"),
        "contained": _("Contained"),
        "closed": _("Closed"),
    }[name]


def duration_name(name: str) -> str:
    """A length between two moments."""
    return {
        "to_detect": _("until it was noticed"),
        "to_declare": _("from noticed to declared"),
        "to_first_statement": _("from declared to the first statement"),
        "to_contain": _("from declared to contained"),
        "to_close": _("from declared to closed"),
    }[name]


def standing(name: str) -> tuple[str, str]:
    """How a step went, in words and as a status class."""
    return {
        "on_time": (_("In time"), "ok"),
        "late": (_("Late"), "breach"),
        "skipped": (_("Skipped"), "watch"),
        "unknown": (_("Unknown whether it happened"), "breach"),
        "not_done": (_("Not done"), "breach"),
        "not_reached": (_("Not due before the end"), "none"),
        "no_target": (_("Done, no target"), "none"),
    }[name]


def code_name(codes: Codes, code: str | None) -> str:
    """A cause in words."""
    return codes.name(code, current()) if code else ""


def code_options(codes: Codes) -> tuple[tuple[str, str], ...]:
    """Every cause, as options of a form: group first."""
    found = []
    for code in codes.codes:
        group = codes.groups[code.partition(".")[0]]
        head = group.zh if current().startswith("zh") else group.en
        found.append((code, f"{head}: {code_name(codes, code)}"))
    return tuple(found)


def where(labels: Mapping[str, str]) -> str:
    """A slice in words: market and reason first."""
    order = ("market", "reason", "category", "product", "carrier", "lot", "channel")
    found = [value_name(name, labels[name]) for name in order if labels.get(name)]
    return " · ".join(found)


def cause_title(cause: StoredCause, codes: Codes) -> str:
    """What a root cause is called in lists: number, what was found or asked."""
    name = code_name(codes, cause.cause.cause_code) or cause.title
    return f"#{cause.id} {name}"


def role_name(role: str | None) -> str:
    """A role of a crisis."""
    if not role:
        return ""
    return {
        "crisis_lead": _("Crisis lead"),
        "service_manager": _("Service manager"),
        "team_lead": _("Team lead"),
        "legal": _("Legal"),
        "pr": _("Public relations"),
        "supply": _("Supply"),
        "logistics": _("Logistics"),
        "finance": _("Finance"),
        "translator": _("Translator"),
        "proofreader": _("Proofreader"),
        "final_reviewer": _("Final reviewer"),
        "executive_sponsor": _("Executive sponsor"),
        "privacy_officer": _("Privacy officer"),
        "marketplace_desk": _("Marketplace desk"),
    }.get(role, role.replace("_", " "))
