"""The timeline of an incident: what the signal did, what people did, which messages went out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl

from dashboard import formats, rows
from dashboard.languages import _, ngettext
from dashboard.wording.case import place
from dashboard.wording.incident_names import (
    message_reason,
    severity_name,
    slice_words,
    verdict_names,
)

MARKS = {
    "incident_opened": "breach",
    "joined": "breach",
    "refired": "breach",
    "severity_raised": "breach",
    "resolved": "scan",
    "commented": "message-in",
    "message_sent": "message-out",
    "message_dead": "breach",
}
"""Mark of a kind of event on the line; others are plain events."""

OF_ONE_ALERT = {"incident_opened", "joined", "refired", "recovering", "resolved"}
"""Kinds of events that say which of the incident's alerts they are about."""


def note(timeline: pl.DataFrame, zone: str) -> str:
    """How much happened, and whose clock it stands by."""
    count = ngettext("{count} entry", "{count} entries", timeline.height)
    return f"{count} · {_('times in {zone}', zone=place(zone))}"


def moments(timeline: pl.DataFrame, zone: str) -> list[rows.Moment]:
    """Entries, the newest first."""
    shown = [_moment(event, zone) for event in timeline.iter_rows(named=True)]
    return shown[::-1]


def _moment(event: Mapping[str, Any], zone: str) -> rows.Moment:
    data: Mapping[str, Any] = json.loads(event["data"])
    local = formats.as_zone(event["at"], zone)
    return rows.Moment(
        kind=MARKS.get(event["kind"], "event"),
        day=formats.day(local.date(), year=True),
        time=f"{local:%H:%M}",
        at=event["at"],
        head=_head(event, data, zone),
        text=str(data.get("note") or ""),
        note=_detail(event, data),
    )


def _head(event: Mapping[str, Any], data: Mapping[str, Any], zone: str) -> str:
    kind = event["kind"]
    if kind.startswith("message_"):
        return _message(event, data)
    who = event["actor"]
    return (
        _by_the_signal(kind, event["reason"])
        if who == "worker"
        else _by_a_person(kind, who, data, zone)
    )


def _by_a_person(kind: str, who: str, data: Mapping[str, Any], zone: str) -> str:
    verdict = verdict_names().get(data.get("verdict") or "", "")
    until = _time(data.get("until"), zone)
    known = {
        "acknowledged": _("{name} acknowledged it", name=who),
        "unacknowledged": _("{name} gave it back", name=who),
        "assigned": _("{name} gave it to {to}", name=who, to=data.get("to") or _("nobody")),
        "snoozed": _("{name} snoozed it until {time}", name=who, time=until),
        "woken": _("{name} ended the snooze", name=who),
        "commented": _("{name} commented", name=who),
        "silenced": _("{name} silenced it until {time}", name=who, time=until),
        "severity_raised": _("{name} raised the severity", name=who),
        "severity_lowered": _("{name} lowered the severity", name=who),
        "closed": _("{name} closed it: {verdict}", name=who, verdict=verdict),
        "verdict_changed": _("{name} changed the verdict: {verdict}", name=who, verdict=verdict),
        "reopened": _("{name} opened it again", name=who),
    }
    return known.get(kind, f"{who}: {kind}")


def _by_the_signal(kind: str, reason: str) -> str:
    if kind == "notice_muted":
        return _("Nobody was told")
    return {
        "incident_opened": _("It began"),
        "joined": _("An alert joined"),
        "refired": _("It came back while it was fading"),
        "recovering": _("It is fading"),
        "resolved": _("It is over"),
        "reopened": _("It came back and was opened again"),
        "unacknowledged": _("Nothing was done for long: the acknowledgement ended"),
        "woken": _("The snooze is over"),
        "severity_raised": _("It became more severe"),
        "notice_dropped": _("It was over before anybody was told"),
        "escalated": _("The next step was told"),
        "rota_gap": _("Nobody is on call"),
        "nodata_entered": _("No data: nobody can tell whether it goes on"),
        "nodata_left": _("Data are back"),
        "error_entered": _("The rule cannot be judged"),
        "error_left": _("The rule can be judged again"),
    }.get(kind, f"{kind} {reason}".strip().replace("_", " "))


def _message(event: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    words = {
        "message_sent": _("Message to {name}"),
        "message_dead": _("Message to {name} could not be delivered"),
        "message_dropped": _("Message to {name} was not sent"),
    }.get(event["kind"], _("Message to {name} waits"))
    return words.format(name=event["actor"]) + f" ({data.get('channel') or formats.NONE})"


def _detail(event: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """What stands muted beside the head."""
    kind = event["kind"]
    if kind.startswith("message_"):
        return message_reason(event["reason"])
    if kind in {"severity_raised", "severity_lowered"}:
        return f"{severity_name(data.get('before', ''))} → {severity_name(data.get('after', ''))}"
    if kind in OF_ONE_ALERT and "labels" in data:
        return slice_words(data["labels"])
    return ""


def _time(text: str | None, zone: str) -> str:
    return formats.moment(datetime.fromisoformat(text), zone) if text else formats.NONE
