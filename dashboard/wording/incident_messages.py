"""Why a message about an incident went out or did not, and when the next one is due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from alerts.inbox import IncidentPage
from dashboard import formats, rows
from dashboard.languages import _, current, ngettext
from dashboard.wording.incident_names import message_reason, muted


def next_message(page: IncidentPage, zone: str, now: datetime) -> str:
    """When the next message goes out and why, or why none does."""
    parts = [_next(page, zone, now)]
    if page.row["notices"]:
        parts.append(
            ngettext("{count} message so far.", "{count} messages so far.", page.row["notices"])
        )
    return ("" if current() == "zh_Hans" else " ").join(part for part in parts if part)


def _next(page: IncidentPage, zone: str, now: datetime) -> str:
    row = page.row
    if row["handling"] == "closed":
        return _("No further message: it is closed. If it comes back within three days it reopens.")
    if row["mute_kind"]:
        return _held_back(row, zone)
    if row["notify_at"] is not None:
        return _planned(row, zone, now)
    waiting = [step for step in page.steps if step.next_at is not None]
    if waiting and row["handling"] == "open":
        return _escalates(waiting[0], zone)
    return {
        "acknowledged": _(
            "No message is due: it is acknowledged. If nobody does anything for long, people are "
            "told again."
        ),
        "awaiting_verdict": _("No message is due: it is over and waits for a verdict."),
    }.get(row["handling"], _("No message is due until something changes."))


def _held_back(row: Mapping[str, Any], zone: str) -> str:
    until, why = row["mute_until"], muted(row)
    if until is None:
        return _("No message goes out. {why}.", why=why)
    at = formats.moment(until, zone)
    return _("No message goes out until {time}. {why}.", time=at, why=why)


def _planned(row: Mapping[str, Any], zone: str, now: datetime) -> str:
    why = message_reason(row["notify_reason"] or "")
    if row["notify_at"] <= now:
        return _("The next message goes out with the worker's next round: {why}.", why=why)
    at = formats.moment(row["notify_at"], zone)
    return _("The next message goes out at {time}: {why}.", time=at, why=why)


def _escalates(step: Any, zone: str) -> str:
    return _(
        "At {time} step {step} of {steps} of “{policy}” is told, unless somebody acknowledges.",
        time=formats.moment(step.next_at, zone),
        step=step.step + 1,
        steps=step.steps or step.step + 1,
        policy=step.policy,
    )


def table(page: IncidentPage, zone: str) -> str:
    """Every message about the incident: when, why, to whom, what became of it."""
    columns = [
        rows.Column(_("Written")),
        rows.Column(_("Why")),
        rows.Column(_("To")),
        rows.Column(_("What became of it")),
    ]
    lines = [
        rows.Row(
            (
                rows.Cell(formats.moment(message["created_at"], zone)),
                rows.Cell(message_reason(message["reason"])),
                rows.Cell(message["recipient"], sub=message["channel"]),
                _fate(message, zone),
            )
        )
        for message in page.deliveries.iter_rows(named=True)
    ]
    return rows.table(columns, lines)


def _fate(message: Mapping[str, Any], zone: str) -> rows.Cell:
    state = message["state"]
    if state == "sent":
        at = formats.moment(message["finished_at"], zone) if message["finished_at"] else ""
        return rows.Cell(_("sent"), sub=at, status="ok")
    if state == "dead":
        why = message["state_reason"] or message["detail"] or ""
        return rows.Cell(_("not delivered"), sub=why, status="breach")
    if state == "dropped":
        return rows.Cell(_("not sent"), sub=message["state_reason"] or "", status="none")
    tries = message["attempts"]
    waits = _("waits until {time}", time=formats.moment(message["not_before"], zone))
    tried = ngettext("tried {count} time", "tried {count} times", tries) if tries else ""
    return rows.Cell(waits, sub=tried, status="watch" if tries else "info")
