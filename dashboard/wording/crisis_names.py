"""What crisis screens call levels, states, roles, steps and audiences; and levels as data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from alerts.crisis_room import Next
from dashboard import formats
from dashboard.languages import _, current

PHASES = ("contain", "compensate", "apologise", "remedy", "prove", "review")


def told(words: Any, otherwise: str = "") -> str:
    """A text of a document (anything with `en` and `zh`) in the reader's language."""
    if words is None:
        return otherwise
    return str(words.zh if current().startswith("zh") else words.en)


def level_title(levels: Any, level: int) -> str:
    """`Regional or regulated`, as the levels document has it."""
    if levels is None:
        return ""
    return told(levels.at(level).title)


def level_words(levels: Any, level: int, *, proposed: bool = False) -> str:
    """`Level 3: Regional or regulated`."""
    title = level_title(levels, level)
    if proposed:
        named = _("Level {n} proposed: {title}", n=level, title=title)
        return named if title else _("Level {n} proposed", n=level)
    return _("Level {n}: {title}", n=level, title=title) if title else _("Level {n}", n=level)


def badge(
    levels: Any, level: int, *, proposed: bool = False, short: bool = False
) -> dict[str, Any]:
    """A level as `assets/js/67-crisis.js` draws it: bars, number and words."""
    word = level_words(None if short else levels, level, proposed=proposed)
    return {"level": level, "word": word, "proposed": proposed}


def status_name(status: str) -> str:
    """Where a crisis stands."""
    return {
        "proposed": _("Proposed"),
        "declared": _("Declared"),
        "contained": _("Contained"),
        "closed": _("Closed"),
        "dismissed": _("Dismissed"),
    }.get(status, status)


STATUS_KIND: Mapping[str, str] = {
    "proposed": "info",
    "declared": "breach",
    "contained": "watch",
    "closed": "ok",
    "dismissed": "none",
}
"""Status of a crisis to the status class beside its word."""


def role_title(levels: Any, role: str | None, plan: Any = None) -> str:
    """What a role is called: by the playbook, else by the levels, else its key in words."""
    if not role:
        return ""
    spec = plan.roles.get(role) if plan is not None else None
    title = spec.title if spec is not None else None
    if title is None and levels is not None:
        title = levels.roles.get(role)
    return told(title, role.replace("_", " "))


def flag_title(levels: Any, flag: str) -> str:
    """What a flag says."""
    title = levels.flags.get(flag) if levels is not None else None
    return told(title, flag.replace("_", " "))


def phase_name(phase: str) -> str:
    """What a phase of the work is called."""
    return {
        "contain": _("Contain"),
        "compensate": _("Compensate"),
        "apologise": _("Apologise"),
        "remedy": _("Remedy"),
        "prove": _("Prove"),
        "review": _("Review"),
    }.get(phase, phase)


def audience_name(audience: str) -> str:
    """Who is told."""
    known = {
        "customers": _("customers"),
        "team": _("the team"),
        "internal": _("the company"),
        "agents": _("agents"),
        "executives": _("executives"),
        "executive": _("executives"),
        "management": _("management"),
        "public": _("the public"),
        "media": _("media"),
        "authorities": _("authorities"),
        "authority": _("the authority"),
        "regulator": _("the regulator"),
        "marketplaces": _("marketplaces"),
        "marketplace": _("the marketplace"),
        "partners": _("partners"),
        "suppliers": _("suppliers"),
    }
    return known.get(audience, audience.replace("_", " ").replace("-", " "))


def link_kind_name(kind: str) -> str:
    """What kind of thing belongs to a crisis."""
    return {
        "incident": _("Incidents"),
        "case": _("Cases"),
        "order": _("Orders"),
        "parcel": _("Parcels"),
        "return": _("Returns"),
        "lot": _("Lots"),
        "review": _("Reviews"),
        "survey": _("Survey answers"),
        "dispute": _("Disputes"),
        "mention": _("Mentions"),
    }.get(kind, kind)


def statement_status_name(status: str) -> str:
    """How far a statement is."""
    return {
        "draft": _("Draft"),
        "translated": _("Translated"),
        "proofread": _("Proofread"),
        "final": _("Signed off"),
        "sent": _("Sent"),
        "withdrawn": _("Withdrawn"),
    }.get(status, status)


def batch_state_name(state: str) -> str:
    """How far a batch of compensation is."""
    return {
        "draft": _("Draft"),
        "submitted": _("Waits for approval"),
        "approved": _("Approved"),
        "rejected": _("Rejected"),
        "exported": _("Exported"),
        "cancelled": _("Cancelled"),
    }.get(state, state)


def next_title(coming: Next) -> str:
    """What is due next, in a few words."""
    if coming.kind == "update":
        return _("Update to {audience}", audience=audience_name(coming.name))
    return told(coming.title, coming.name.replace("-", " "))


def every(interval: timedelta) -> str:
    """`every 4 h`."""
    return _("every {time}", time=formats.duration(interval.total_seconds()))
