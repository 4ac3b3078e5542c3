"""Names of what compensation is made of: states, reasons, leaks, roles, levels, causes."""

from __future__ import annotations

from collections.abc import Iterable

from alerts.compensation.policy import Policy, Said
from dashboard import formats
from dashboard.languages import _, current
from dashboard.wording import statement_names

STATUS_OF_STATE = {
    "draft": "none",
    "submitted": "watch",
    "approved": "info",
    "rejected": "breach",
    "exported": "ok",
    "cancelled": "none",
}
"""Status class of a batch's state."""


def said(text: Said) -> str:
    """A policy's text in the reader's language."""
    return text.zh if current() == "zh_Hans" else text.en


def state_name(state: str) -> str:
    """State of a batch or an item."""
    return {
        "draft": _("Draft"),
        "submitted": _("Waits for approval"),
        "approved": _("Approved"),
        "rejected": _("Rejected"),
        "exported": _("Exported"),
        "cancelled": _("Cancelled"),
        "proposed": _("Proposed"),
        "excluded": _("Excluded"),
    }.get(state, state)


def reason_name(because: str) -> str:
    """Why an item is left out; a person's own reason stands as it was written."""
    if because.startswith("person:"):
        return because.removeprefix("person:")
    return {
        "test": _("test order"),
        "cancelled": _("order cancelled"),
        "already_compensated": _("compensated for this already"),
        "in_batch": _("in another approved batch"),
        "refunded": _("refunded in full"),
        "refund_in_other_currency": _("refunded in another currency"),
        "no_value": _("value of the order unknown"),
        "no_rate": _("no exchange rate"),
        "customer_year": _("customer's limit for a year reached"),
    }.get(because, because)


def leak_name(kind: str) -> str:
    """A kind of leak."""
    return {
        "duplicate": _("Given twice"),
        "omission": _("Entitled, not given"),
        "over": _("More than the policy says"),
        "under": _("Less than the policy says"),
        "without_cause": _("Without a cause that holds"),
    }.get(kind, kind)


def role_name(role: str) -> str:
    """A role, as people are called in it."""
    own = {"team_lead": _("team lead"), "finance": _("finance")}
    return own.get(role) or statement_names.role_name(role)


def roles(names: Iterable[str]) -> str:
    """Several roles, any of which will do."""
    return _(" or ").join(role_name(name) for name in names)


def cause_name(policy: Policy | None, cause: str | None) -> str:
    """A cause by its title; its key where the policy has none of it."""
    if cause is None:
        return _("no cause")
    known = policy.causes.get(cause) if policy else None
    return said(known.title) if known else cause


def level_name(policy: Policy, level: int | None) -> str:
    """A level with its number."""
    if level is None or level not in policy.levels:
        return formats.NONE
    return f"{level}\u00a0{said(policy.levels[level].title)}"


def joined(parts: Iterable[str]) -> str:
    """Sentences after one another."""
    return ("" if current() == "zh_Hans" else " ").join(part for part in parts if part)


def listed(parts: Iterable[str]) -> str:
    """Words after one another."""
    return ("、" if current() == "zh_Hans" else ", ").join(part for part in parts if part)
