"""What readers call the parts of an incident: severity, state, verdict, reasons of messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dashboard import formats
from dashboard.languages import _, current
from dashboard.vocabulary import dimension_name, value_name

STATUS_OF_SEVERITY = {"critical": "breach", "warning": "watch", "info": "info"}


def severity_name(severity: str) -> str:
    """The word beside the shape of a severity."""
    names = {"critical": _("Critical"), "warning": _("Warning"), "info": _("Note")}
    return names.get(severity, severity)


def handling_name(handling: str) -> str:
    """Where an incident stands with the people."""
    return {
        "open": _("Nobody has it yet"),
        "acknowledged": _("Acknowledged"),
        "awaiting_verdict": _("Over, awaiting a verdict"),
        "closed": _("Closed"),
    }.get(handling, handling)


def verdict_names() -> dict[str, str]:
    """Verdict to its words, as the form lists them."""
    return {
        "true": _("True: there was a problem"),
        "false": _("False alarm: nothing was wrong"),
        "duplicate": _("Duplicate of another incident"),
        "not_actionable": _("True, but nothing could be done"),
        "poor_details": _("The alarm said too little to act on"),
    }


def message_reason(reason: str) -> str:
    """Why a message goes out."""
    return {
        "first": _("the first about this incident"),
        "more": _("more alerts joined"),
        "escalated": _("it became more severe"),
        "repeat": _("a reminder, because it still goes on"),
        "resolved": _("it is over"),
        "reopened": _("it was opened again"),
        "escalation": _("nobody has acknowledged it"),
    }.get(reason, reason)


def mute_name(kind: str) -> str:
    """Why nobody is told."""
    return {
        "silence": _("Silenced"),
        "inhibited": _("Held back by a larger incident"),
        "calendar": _("In a quiet time"),
        "snoozed": _("Snoozed"),
        "shadow": _("Shadow rule: on trial, tells nobody"),
    }.get(kind, kind)


def title_of(row: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """The rule's title, or the incident's number where there is none."""
    title = told(row, "title").rstrip(".。")
    return by_name(title, labels) or _("Incident {number}", number=row["group_id"])


def told(row: Mapping[str, Any], text: str) -> str:
    """One of the rule's texts (`title`, `summary`, `action`) in the reader's language."""
    return str(row[f"{text}_{'en' if current() == 'en' else 'zh'}"] or "").strip()


def by_name(text: str, labels: Mapping[str, str]) -> str:
    """A rule's text with the country in words, where it names its code."""
    market = labels.get("market")
    if not market:
        return text
    name = value_name("market", market).replace("\\", r"\\")
    return re.sub(rf"(?<![\w-]){re.escape(market)}(?![\w-])", name, text)


def slice_words(labels: Mapping[str, str]) -> str:
    """The slice of an incident in words: `Market Poland · Carrier DHL`."""
    if not labels:
        return _("All markets and categories")
    return " · ".join(
        f"{dimension_name(name)} {value_name(name, value)}" for name, value in labels.items()
    )


def against(row: Mapping[str, Any], unit: str) -> str:
    """The number against what was expected: `126 against 62 expected, +103 %`."""
    if row["y"] is None or row["mu"] is None:
        return ""
    share = unit == "share"
    value = formats.percent(row["y"]) if share else formats.number(row["y"])
    expected = formats.percent(row["mu"]) if share else formats.number(row["mu"], 1)
    words = _("{value} against {expected} expected", value=value, expected=expected)
    increase = row["increase"]
    return words if increase is None else f"{words}, {formats.signed(100 * increase, 0)} %"
