"""What readers call the parts of an incident: severity, state, verdict, reasons of messages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from dashboard import formats
from dashboard.languages import _, current, ngettext
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


def muted(row: Mapping[str, Any]) -> str:
    """Why nobody is told, without the end of it."""
    data = json.loads(row["mute_data"] or "{}")
    kind = row["mute_kind"]
    if kind == "silence":
        return _(
            "Silenced by {name}: {reason}",
            name=data.get("author") or formats.NONE,
            reason=data.get("reason") or formats.NONE,
        )
    if kind == "inhibited":
        return _("Held back by incident {number}", number=data.get("incident", formats.NONE))
    return {
        "calendar": _("In a quiet time ({name})", name=row["mute_what"] or formats.NONE),
        "snoozed": _("Snoozed"),
        "shadow": _("Shadow rule: on trial, tells nobody"),
    }.get(kind, str(kind))


def title_of(row: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """The rule's title, or the incident's number where there is none."""
    title = told(row, "title").rstrip(".。")
    return by_name(title, labels) or _("Incident {number}", number=row["group_id"])


def told(row: Mapping[str, Any], text: str) -> str:
    """One of the rule's texts (`title`, `summary`, `action`) in the reader's language."""
    return str(row[f"{text}_{'en' if current() == 'en' else 'zh'}"] or "").strip()


def by_name(text: str, labels: Mapping[str, str]) -> str:
    """A rule's text with country and reason in words, where it names their codes."""
    for dimension in ("market", "reason"):
        code = labels.get(dimension, "")
        # A reason of one plain word may stand in the sentence for itself.
        if code and (dimension == "market" or "_" in code):
            name = value_name(dimension, code).replace("\\", r"\\")
            text = re.sub(rf"(?<![\w-]){re.escape(code)}(?![\w-])", name, text, flags=re.ASCII)
    return text


def beyond_since(row: Mapping[str, Any]) -> str:
    """Since which day the data are beyond what was expected; empty where nobody can say."""
    if row["beyond_since"] is None:
        return ""
    return _("in the data since {day}", day=formats.day(row["beyond_since"]))


def slice_words(labels: Mapping[str, str]) -> str:
    """The slice of an incident in words: `Market Poland · Carrier DHL`."""
    if not labels:
        return _("All markets and categories")
    return " · ".join(
        f"{dimension_name(name)} {value_name(name, value)}" for name, value in labels.items()
    )


def against(row: Mapping[str, Any]) -> str:
    """The number against what it is compared with: `126 against 62 expected, +103 %`."""
    kinds: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
        "deadline": _overdue,
        "feed": _silent,
        "novelty": _new,
        "threshold": _beyond,
        "proportion": _unusual,
    }
    return kinds.get(row["kind"], _counted)(row)


def _counted(row: Mapping[str, Any]) -> str:
    if row["y"] is None or row["mu"] is None:
        return ""
    expected = formats.number(
        row["mu"], 0 if row["mu"] >= 100 or row["mu"] == int(row["mu"]) else 1
    )
    words = _(
        "{value} against {expected} expected", value=formats.number(row["y"]), expected=expected
    )
    return words + _grown(row["increase"])


def _new(row: Mapping[str, Any]) -> str:
    return _("{value} where there were none before", value=formats.number(row["y"]))


def _beyond(row: Mapping[str, Any]) -> str:
    words = _("{value} against a limit of {limit}")
    return _pair(row["value"], row["limit"], row["unit"], words)


def _unusual(row: Mapping[str, Any]) -> str:
    return _pair(row["value"], row["usual"], row["unit"], _("{value} against {limit} usually"))


def amount(value: float | None, unit: str) -> str:
    """A number of the evidence in its unit."""
    if value is None:
        return formats.NONE
    if unit == "share":
        return formats.percent(value)
    if unit == "hours":
        return formats.duration(3600 * value)
    whole = value == int(value) or abs(value) >= 100
    return formats.number(value, 0 if whole else 1)


def _pair(value: float | None, limit: float | None, unit: str, words: str) -> str:
    if value is None:
        return ""
    return words.format(value=amount(value, unit), limit=amount(limit, unit))


def _grown(increase: float | None) -> str:
    if increase is None:
        return ""
    if increase >= 9:
        return ", " + _("{times} times as many", times=formats.number(increase + 1))
    return f", {formats.signed(100 * increase, 0)} %"


def _overdue(row: Mapping[str, Any]) -> str:
    count = int(row["y"] or 0)
    many = {
        "parcel": ngettext("{count} parcel", "{count} parcels", count),
        "case": ngettext("{count} case", "{count} cases", count),
        "refund": ngettext("{count} refund", "{count} refunds", count),
    }.get(row["entity"], formats.number(count))
    if row["oldest"] is None:
        return _("{many} over their time", many=many)
    oldest = formats.duration(3600 * row["oldest"])
    return _("{many} over their time, the oldest for {oldest}", many=many, oldest=oldest)


def _silent(row: Mapping[str, Any]) -> str:
    if row["silent"] is None:
        return ""
    return _(
        "silent for {silent}, usually {usual} at most",
        silent=formats.duration(3600 * row["silent"]),
        usual=amount(row["usual"], "hours"),
    )
